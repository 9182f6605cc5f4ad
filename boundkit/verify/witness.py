"""A violation leaves a witness that a second, slow implementation replays before anything is reported."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from sympy import Symbol

from boundkit.activations import activation as find_activation
from boundkit.arithmetic import exact
from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput
from boundkit.papers import statement as find
from boundkit.query import Binding, bind
from boundkit.query.check import check_all
from boundkit.statement import VOCABULARY, Claim, Statement
from boundkit.statement.vocabulary import k, step_size
from boundkit.train.checks import integer
from boundkit.verify.judge import violating_trials
from boundkit.verify.observe import Observations, Plan, experiment, number
from boundkit.verify.request import LIMIT_WIDTH
from boundkit.version import versions

STEP_TOLERANCE = 1e-6  # relative; step sizes that are measured on the start differ by rounding between devices


@dataclass(frozen=True)
class Witness:
    """All that is needed to see one violation again; `parameters` and `assume` are what the caller gave.

    `digest` is that of the statement, so that no other version of it is taken for the one that was tried; `relaxed` are
    the hypotheses that were listed and ignored, where the theorem says nothing.
    """

    statement: str
    digest: str
    claim: str
    data: str
    activation: str
    width: int
    seed: int
    trial: int
    step: int
    step_size: float
    parameters: dict[str, str]
    assume: dict[str, str]
    relaxed: list[str]

    def write(self, folder: Path, binding: Binding) -> Path:
        """Store the witness, its data and the versions that saw it as `witness.json` in `folder`."""
        document = {**asdict(self), "versions": versions(), "X": binding.data.X.tolist(), "y": binding.data.y.tolist()}
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "witness.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        return path


def make_witness(
    claim: Claim,
    binding: Binding,
    plan: Plan,
    seen: Observations,
    *,
    trial: int,
    step: int,
    relaxed: Sequence[str] = (),
) -> Witness:
    """The witness of a claim that `trial` breaks at `step`."""
    row = seen.trials.index(trial)
    start = {
        symbol: array if np.ndim(array) == 0 else array[row : row + 1, :1]
        for symbol, array in seen.values.items()
        if np.ndim(array) == 0 or len(array) > row
    }
    return Witness(
        statement=binding.statement.id,
        digest=binding.statement.digest,
        claim=claim.label,
        data=binding.data.name,
        activation=plan.activation.name,
        width=plan.width,
        seed=plan.seed,
        trial=trial,
        step=step,
        step_size=_step_size(claim, binding, start),
        parameters={name: repr(value) for name, value in plan.given.items()} | _given(binding, "given"),
        assume=_given(binding, "constant"),
        relaxed=list(relaxed),
    )


def confirmed(claim: Claim, binding: Binding, plan: Plan, witness: Witness) -> bool | None:
    """Whether the slow implementation sees the violation too; None when it cannot replay it."""
    seen = _seen_again(claim, binding, plan, witness)
    return None if seen is None else bool(violating_trials(claim, binding, seen)[0])


def read_witness(path: str | Path) -> tuple[Witness, Dataset]:
    """The witness of a file and its data; BadInput for a file that is none."""
    try:
        if Path(path).is_char_device():
            raise OSError(None, "it is a device, which may have no end")
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        found = {item.name: document[item.name] for item in fields(Witness)}
        tables = {name: dict(found[name]) for name in ("parameters", "assume")}
        witness = Witness(**{**found, **tables, "relaxed": [str(label) for label in found["relaxed"]]})
        data = _data(witness.data, np.array(document["X"]), np.array(document["y"]))
    except OSError as error:
        raise BadInput("witness", path, f"cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput("witness", path, "is not a witness, as verify writes it into its folder") from None
    for name, least in (("width", 1), ("seed", 0), ("trial", 0), ("step", 0)):
        integer(name, getattr(witness, name), least)
    exact("step_size", witness.step_size)
    return witness, data


@dataclass(frozen=True)
class Replayed:
    """A witness run again: whether the violation is there, None where that would take too long.

    `failing` are the hypotheses that do not hold at its width and parameters, as at level relaxed.
    """

    witness: Witness
    confirmed: bool | None
    failing: tuple[str, ...]


def replay_witness(path: str | Path, *, statement: Statement | None = None) -> Replayed:
    """Run a witness again, slowly; a theorem of your own is handed over as `statement`.

    Raises BadInput for a file that is no witness, for one of another version of the statement, and for one whose step
    size is not that of its run.
    """
    witness, data = read_witness(path)
    target = _statement_of(witness, statement)
    claim, chosen = target.claim(witness.claim), find_activation(witness.activation)
    binding = bind(
        target,
        data=data,
        activation_name=chosen,
        parameters={**witness.parameters, "k": witness.width},
        assume=witness.assume,
    )
    given = {name: float(exact(name, value)) for name, value in witness.parameters.items()}
    infinite = witness.width == LIMIT_WIDTH
    plan = Plan(data, chosen, witness.width, (witness.trial,), witness.step, witness.seed, "cpu", None, given, infinite)
    seen = _seen_again(claim, binding, plan, witness)
    failing = tuple(item.label for item in check_all(target.hypotheses, binding, {}) if item.holds is False)
    if seen is None:
        return Replayed(witness, None, failing)
    start = experiment(claim.experiment, binding, plan).start if claim.experiment == "training" else None
    measured = {} if start is None else start(binding, plan, witness.trial)
    size = _step_size(claim, binding, {**measured, **seen.values})
    if not np.isclose(size, witness.step_size, rtol=STEP_TOLERANCE, atol=0):
        raise BadInput("step_size", witness.step_size, f"is not that of the run of this witness, {size:.6g}")
    return Replayed(witness, bool(violating_trials(claim, binding, seen)[0]), failing)


def _seen_again(claim: Claim, binding: Binding, plan: Plan, witness: Witness) -> Observations | None:
    replay = experiment(claim.experiment, binding, plan).replay
    return None if replay is None else replay(binding, plan, witness.trial, witness.step)


def _step_size(claim: Claim, binding: Binding, values: Mapping[Symbol, Any]) -> float:
    """The step size of the run that a claim is about; 0 where there is none."""
    return float(np.ravel(number(binding, step_size, values))[0]) if claim.experiment == "training" else 0.0


def _statement_of(witness: Witness, own: Statement | None) -> Statement:
    """The statement that a witness is of: an encoded one, or the caller's `own`."""
    advice = "for your own: from boundkit.verify import replay_witness; replay_witness(path, statement=...)"
    if own is not None and own.id != witness.statement:
        raise BadInput("statement", own.id, f"is not that of the witness, {witness.statement}")
    try:
        target = own or find(witness.statement)
    except BadInput as error:
        raise BadInput("statement", witness.statement, f"{error.message}; {advice}", error.choices) from None
    if target.digest != witness.digest:
        raise BadInput("statement", target.id, f"the witness is of another version of it; {advice}")
    return target


def _given(binding: Binding, origin: str) -> dict[str, str]:
    """What the caller gave, to the precision in which claims are compared."""
    return {
        symbol.name: repr(float(value.mid()))
        for symbol, value in binding.values.items()
        if VOCABULARY[symbol.name].origin == origin and symbol != k
    }


def _data(name: str, X: np.ndarray, y: np.ndarray) -> Dataset:
    """The data set of that name if it is still the same, with what its generator knows; otherwise the arrays."""
    try:
        known = dataset(name)
    except BadInput:
        return Dataset(name, X, y)
    return known if np.array_equal(known.X, X) and np.array_equal(known.y, y) else Dataset(name, X, y)
