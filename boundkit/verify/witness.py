"""A violation leaves a witness that a second, slow implementation replays before anything is reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boundkit.query import Binding
from boundkit.statement import Claim
from boundkit.statement.vocabulary import step_size
from boundkit.verify.judge import violating_trials
from boundkit.verify.observe import Observations, Plan, experiment, number


@dataclass(frozen=True)
class Witness:
    """All that is needed to see one violation again."""

    statement: str
    claim: str
    data: str
    activation: str
    width: int
    seed: int
    trial: int
    step: int
    step_size: float
    parameters: dict[str, str]

    def write(self, folder: Path, binding: Binding) -> Path:
        """Store the witness and its data as `witness.json` in `folder`."""
        document: dict[str, Any] = {
            **self.__dict__,
            "X": binding.data.X.tolist(),
            "y": binding.data.y.tolist(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "witness.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        return path


def make_witness(claim: Claim, binding: Binding, plan: Plan, seen: Observations, *, trial: int, step: int) -> Witness:
    """The witness of a claim that `trial` breaks at `step`."""
    row = seen.trials.index(trial)
    start = {symbol: array[row : row + 1, :1] for symbol, array in seen.values.items() if len(array) > row}
    given = {
        symbol.name: str(value) for symbol, value in binding.values.items() if symbol.name not in binding.quantities
    }
    return Witness(
        statement=binding.statement.id,
        claim=claim.label,
        data=binding.data.name,
        activation=plan.activation.name,
        width=plan.width,
        seed=plan.seed,
        trial=trial,
        step=step,
        step_size=float(np.squeeze(number(binding, step_size, start))) if claim.experiment == "training" else 0.0,
        parameters=given,
    )


def confirmed(claim: Claim, binding: Binding, plan: Plan, witness: Witness) -> bool | None:
    """Whether the slow implementation sees the violation too; None when it cannot replay it."""
    replay = experiment(claim.experiment, binding).replay
    seen = None if replay is None else replay(binding, plan, witness.trial, witness.step)
    return None if seen is None else bool(violating_trials(claim, binding, seen)[0])
