"""What a campaign tries: a grid of statements, data, activations, levels, widths and seeds."""

from __future__ import annotations

import hashlib
import itertools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from boundkit.activations import activation as find_activation
from boundkit.data import dataset
from boundkit.errors import BadInput, unknown
from boundkit.papers import statement
from boundkit.verify import LEVELS, levels as possible_levels

REQUIRED = "required"
LOOSENESS = "looseness"  # in the place of a level: three widths instead of a verdict


@dataclass(frozen=True)
class Cell:
    """One point of the grid; `k` is None where the statement itself says the width."""

    statement: str
    data: str
    activation: str | None
    level: str
    k: int | None
    seed: int
    steps: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A short name that depends on everything that decides the outcome of a trial."""
        plain = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Campaign:
    """A grid, and how many trials of each cell are run, `together` at a time: what a crash can lose."""

    cells: tuple[Cell, ...]
    trials: int
    together: int = 1


def read_campaign(path: str | Path) -> Campaign:
    """The campaign of a TOML file.

    Keys: `statements`, `data`, `activations`, `levels` (or "looseness": the widths that the theorem requires, that a
    certificate needs, that are seen to work), `widths` (integers, or "required" for the statement's own),
    `seeds` (lists, of which every combination is tried, without the levels that a statement does not have), `trials`,
    `together`, `steps`, and the tables `set` and `assume`. Raises BadInput for anything else.
    """
    try:
        with Path(path).open("rb") as file:
            return campaign(**tomllib.load(file))
    except OSError as error:
        raise BadInput("spec", path, f"cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput("spec", path, f"is not TOML: {error}") from None


def campaign(**given: Any) -> Campaign:
    """The campaign that the keys of a TOML file describe.

    >>> grid = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "relu"])
    >>> len(grid.cells), grid.trials
    (2, 16)
    """
    known = {**LISTS, "trials": 16, "together": 1, "steps": 1000, "set": {}, "assume": {}}
    for name in given:
        if name not in known:
            raise unknown("spec", name, known)
    values = {**known, **given}
    for name in LISTS:
        if not isinstance(values[name], list) or not values[name]:
            raise BadInput(name, values[name], "must be a list of at least one entry")
    for name in ("set", "assume"):
        if not isinstance(values[name], dict):
            raise BadInput(name, values[name], "must be a table of NAME = VALUE")
    steps, trials, together = (_whole(name, values[name]) for name in ("steps", "trials", "together"))
    parameters, assume = ({name: str(value) for name, value in values[table].items()} for table in ("set", "assume"))
    for level in values["levels"]:
        if level not in (*LEVELS, LOOSENESS):
            raise unknown("levels", level, (*LEVELS, LOOSENESS))
    for text in values["data"]:
        dataset(text)
    for name in values["activations"]:
        find_activation(name)
    cells = [
        Cell(id, data, activation, level, _width(k), _whole("seeds", seed, least=0), steps, parameters, assume)
        for id, data, activation, level, k, seed in itertools.product(*(values[name] for name in LISTS))
        if ("relaxed" if level == LOOSENESS else level) in possible_levels(statement(id))
    ]
    if not cells:
        raise BadInput("levels", values["levels"], "are levels of none of these statements")
    return Campaign(tuple(cells), trials, min(together, trials))


LISTS: dict[str, list[Any]] = {
    "statements": [],
    "data": [],
    "activations": ["softplus"],
    "levels": ["literal"],
    "widths": [REQUIRED],
    "seeds": [0],
}


def _whole(name: str, value: Any, *, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadInput(name, value, f"must be an integer of at least {least}")
    return value


def _width(value: Any) -> int | None:
    return None if value == REQUIRED else _whole("widths", value)
