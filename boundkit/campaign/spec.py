"""What a campaign tries: grids of statements, data, activations, levels, widths and seeds."""

from __future__ import annotations

import hashlib
import itertools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from boundkit.activations import activation as find_activation
from boundkit.data import dataset, pinned
from boundkit.errors import BadInput, Missing, unknown
from boundkit.papers import statement as find, statements
from boundkit.query.share import Share, share
from boundkit.query.width import require_parameters, required_width
from boundkit.statement.vocabulary import k
from boundkit.train.checks import positive
from boundkit.verify import LEVELS, levels as possible_levels
from boundkit.verify.arguments import INFINITE, LARGEST_SEED, LARGEST_STEPS, LARGEST_TRIALS, integer_in, width_of
from boundkit.verify.levels import RELAXED, SCALING, VARIED, bounded, concerned

REQUIRED = "required"
LOOSENESS = "looseness"  # in the place of a level: three widths instead of a verdict
IN_ONE = (SCALING, LOOSENESS)  # levels whose trials make one result
GRIDS = "grids"
LISTS: dict[str, list[Any]] = {
    "statements": [],
    "data": [],
    "activations": ["softplus"],
    "levels": ["literal"],
    "widths": [REQUIRED],
    "seeds": [0],
}
KEYS: dict[str, Any] = {
    **LISTS,
    "trials": 16,
    "together": 1,
    "steps": 1000,
    "budget": None,
    "vary": VARIED,
    "set": {},
    "assume": {},
}
LARGEST = {"trials": LARGEST_TRIALS, "together": LARGEST_TRIALS, "steps": LARGEST_STEPS}


@dataclass(frozen=True)
class Cell:
    """One point of the grid; `k` is None where the statement itself says the width, or the word infinite.

    `data` that are in a file are named with the digest of its content, so that a file that changed is another cell.
    `vary` is what grows at level scaling, None elsewhere. Scaling and looseness search widths and take none.
    """

    statement: str
    data: str
    activation: str | None
    level: str
    k: int | str | None
    seed: int
    steps: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)
    vary: str | None = None

    @property
    def key(self) -> str:
        """A short name that depends on everything that decides the outcome of a trial."""
        plain = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Campaign:
    """Cells, how many trials of each are run, and how many `together`: what a crash can lose.

    `budgets` are the seconds that trials which run together may take, cell by cell; None is no limit.
    """

    cells: tuple[Cell, ...]
    trials: tuple[int, ...]
    budgets: tuple[float | None, ...]
    together: int = 1


def read_campaign(path: str | Path) -> Campaign:
    """The campaign of a TOML file.

    Keys: `statements`, `data`, `activations`, `levels` (or "looseness": the widths that the theorem requires, that a
    certificate needs, that are seen to work), `widths` (integers, "infinite" as in `verify`, or "required" for the
    statement's own, which level relaxed does not take), `seeds` (lists, of which every combination is tried, without
    the levels that a statement does not have), `trials`, `together`, `steps`, `budget`, and the tables `set` and
    `assume`, of which every statement takes the names that it has. `vary` (n) is what grows at level scaling, which,
    like a looseness, takes no width and runs all of its trials together. `budget` are seconds for the trials that run
    together, as in `verify`: what a short calibration says to take longer is not run, but infeasible, until the
    campaign is run with a larger budget or none. It does not limit a looseness, and is no limit of the whole campaign.

    A file may hold several `[[grids]]`, for which keys outside of them are the defaults. There, statements may be
    patterns such as "os19.*", which stand for all that can be put on trial, and a statement is tried as the last grid
    that names it says. Raises BadInput for anything else, and where a width depends on a parameter that is missing.
    """
    try:
        if Path(path).is_char_device():
            raise OSError(None, "it is a device, which may have no end")
        with Path(path).open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise BadInput("spec", path, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise BadInput("spec", path, f"is not TOML: {error}") from None
    return campaign(**table)


def campaign(**given: Any) -> Campaign:
    """The campaign that the keys of a TOML file describe.

    >>> grid = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "relu"])
    >>> len(grid.cells), grid.trials
    (2, (16, 16))
    """
    common = {name: value for name, value in given.items() if name != GRIDS}
    parts = given.get(GRIDS, [{}])
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise BadInput(GRIDS, parts, "must be tables, each headed [[grids]]")
    grids = [_completed({**common, **part}) for part in parts]
    last = {id: number for number, grid in enumerate(grids) for id in grid["statements"]}
    cells: list[Cell] = []
    trials: list[int] = []
    budgets: list[float | None] = []
    taken = _taken(grids)
    for number, grid in enumerate(grids):
        made = {cell.key: cell for cell in _cells(grid, taken) if last[cell.statement] == number}.values()
        cells += made
        trials += [grid["trials"]] * len(made)
        budgets += [grid["budget"]] * len(made)
    if not cells:
        raise BadInput("levels", grids[0]["levels"], "are levels of none of these statements")
    _require(cells, taken)
    together = integer_in("together", common.get("together", KEYS["together"]), 1, LARGEST["together"])
    return Campaign(tuple(cells), tuple(trials), tuple(budgets), together)


def _completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """A grid with defaults, checked, its statements found."""
    for name in given:
        if name not in KEYS:
            raise unknown("spec", name, KEYS)
    values = {**KEYS, **given}
    for name in LISTS:
        if not isinstance(values[name], list) or not values[name]:
            raise BadInput(name, values[name], "must be a list of at least one entry")
    for name in ("set", "assume"):
        if not isinstance(values[name], dict):
            raise BadInput(name, values[name], "must be a table of NAME = VALUE")
    if k.name in values["set"]:
        raise BadInput(k.name, values["set"][k.name], "is given as widths")
    for name, most in LARGEST.items():
        integer_in(name, values[name], 1, most)
    if values["budget"] is not None:
        positive("budget", values["budget"])
    for level in values["levels"]:
        if level not in (*LEVELS, LOOSENESS):
            raise unknown("levels", level, (*LEVELS, LOOSENESS))
    values["data"] = [pinned(text) for text in values["data"]]
    for name in values["activations"]:
        find_activation(name)
    return {**values, "statements": list(dict.fromkeys(id for name in values["statements"] for id in _matching(name)))}


def _matching(name: Any) -> list[str]:
    """The ids that a name or pattern stands for."""
    if not (isinstance(name, str) and "*" in name):
        return [find(name).id]
    found = [item.id for item in statements() if fnmatchcase(item.id, name) and possible_levels(item)]
    if not found:
        raise BadInput("statements", name, "matches no statement that can be put on trial")
    return found


def _cells(grid: Mapping[str, Any], taken: Mapping[str, Share]) -> list[Cell]:
    cells = []
    for id, data, activation, level, wide, seed in itertools.product(*(grid[name] for name in LISTS)):
        if not _possible(id, level):
            continue
        alone = level in IN_ONE
        if alone and wide != grid["widths"][0]:
            continue
        if level == RELAXED and wide == REQUIRED and set(grid["widths"]) != {REQUIRED}:
            continue
        width, vary = None if alone else _width(wide), str(grid["vary"]) if level == SCALING else None
        seed = integer_in("seeds", seed, 0, LARGEST_SEED)
        parts = [taken[item.id] for item in concerned(find(id), level)]
        given, assumed = (
            {name: str(value) for name, value in grid[table].items() if any(name in part[place] for part in parts)}
            for place, table in enumerate(("set", "assume"))
        )
        cells.append(Cell(id, data, activation, level, width, seed, grid["steps"], given, assumed, vary))
    return cells


def _require(cells: list[Cell], taken: Mapping[str, Share]) -> None:
    """BadInput for what a cell's width depends on and is missing or cannot be used, as far as no run has to say so."""
    points = {text: dataset(text) for text in {cell.data for cell in cells}}
    asked = set()
    for cell in cells:
        if cell.level == RELAXED and cell.k is None:
            raise BadInput("widths", REQUIRED, f"level {RELAXED} needs integers or {INFINITE}: the widths to try")
        for item in bounded(find(cell.statement), cell.level, chosen=cell.k is not None):
            tables = zip((cell.parameters, cell.assume), taken[item.id], strict=True)
            given, assumed = ({name: value for name, value in table.items() if name in own} for table, own in tables)
            case = (item.id, cell.data, cell.activation, *given.items(), *assumed.items())
            if case not in asked:
                asked.add(case)
                data, activation = points[cell.data], cell.activation
                try:
                    require_parameters(item, data=data, activation=activation, parameters=given, assume=assumed)
                except Missing:  # nothing is asked for where the statement does not apply, which measurements may say
                    required_width(item, data=data, activation=activation, assume=assumed, **given)


def _taken(grids: list[dict[str, Any]]) -> dict[str, Share]:
    """What each statement takes of the parameters and constants of all grids; BadInput for what none takes."""
    asked = {(id, level) for grid in grids for id in grid["statements"] for level in grid["levels"]}
    possible = sorted((id, level) for id, level in asked if _possible(id, level))
    items = {item.id: item for id, level in possible for item in concerned(find(id), level)}
    tables = ({name: value for grid in grids for name, value in grid[table].items()} for table in ("set", "assume"))
    return dict(zip(items, share(items.values(), *tables), strict=True))


def _possible(id: str, level: str) -> bool:
    return (RELAXED if level == LOOSENESS else level) in possible_levels(find(id))


def _width(value: Any) -> int | str | None:
    if value in (REQUIRED, INFINITE):
        return None if value == REQUIRED else INFINITE
    try:
        return width_of(value)
    except BadInput as error:
        raise BadInput("widths", value, f"{error.message}, or {REQUIRED}") from None
