"""A violation leaves a witness that a second, slow implementation replays before anything is reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boundkit.query import Binding
from boundkit.statement import Claim
from boundkit.statement.vocabulary import (
    distance,
    misfit,
    misfit_0,
    path_length,
    sigma_min_J0,
    step_size,
    tau,
)
from boundkit.train import replay
from boundkit.verify.judge import Observations, violating_trials
from boundkit.verify.observe import Plan, number

REPLAY_LIMIT = 2e10  # multiplications in extended precision, some minutes


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
    start = {s: v[row : row + 1, :1] for s, v in seen.values.items() if s in (misfit_0, sigma_min_J0)}
    given = {
        symbol.name: str(value) for symbol, value in binding.values.items() if symbol.name not in binding.quantities
    }
    return Witness(
        statement=binding.statement.id,
        claim=claim.label,
        data=binding.data.name,
        activation=plan.problem.activation.name,
        width=plan.width,
        seed=plan.seed,
        trial=trial,
        step=step,
        step_size=float(np.squeeze(number(binding, step_size, start))) if claim.experiment == "training" else 0.0,
        parameters=given,
    )


def confirmed(claim: Claim, binding: Binding, plan: Plan, witness: Witness) -> bool | None:
    """Whether the slow implementation sees the violation too; None when it cannot replay it.

    Only training runs and initialisations are replayed, up to `REPLAY_LIMIT` operations.
    """
    problem = plan.problem
    cost = float(witness.width) * problem.n * problem.d * (witness.step + 1)
    if claim.experiment not in ("training", "initialisation") or cost > REPLAY_LIMIT:
        return None
    start = sigma_min_J0 in binding.reduce(claim.template).free_symbols
    run = replay(
        problem,
        k=witness.width,
        step_size=witness.step_size or 1e-300,
        steps=witness.step,
        seed=witness.seed,
        trial=witness.trial,
        checkpoints=(0,) if start else (),
    )
    values = {
        misfit: run.misfit.astype(float),
        distance: run.distance.astype(float),
        path_length: run.path_length.astype(float),
        misfit_0: run.misfit[:, :1].astype(float),
        tau: np.arange(run.misfit.shape[1], dtype=float)[None, :],
    }
    if start:
        values[sigma_min_J0] = run.sigma_min_J[:, :1]
    seen = Observations((witness.trial,), values)
    return bool(violating_trials(claim, binding, seen)[0])
