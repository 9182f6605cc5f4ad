"""Every observable is seen again by the slow implementation: no number of the engine is trusted for its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.campaign import Cell, read_campaign
from boundkit.campaign.task import arguments
from boundkit.papers import statement
from boundkit.query import Binding, bind
from boundkit.statement import VOCABULARY
from boundkit.verify.observe import EXPERIMENTS, Experiment, Observations, Plan, experiment, family
from boundkit.verify.request import Request, choose_width, plan_at

SPEC = Path(__file__).parents[2] / "tables" / "verification.toml"
LEVELS = ("literal", "relaxed")
CELLS = {
    cell.statement: cell
    for cell in read_campaign(SPEC).cells
    if cell.level in LEVELS and not isinstance(cell.k, str)  # trained at a width
}
STEPS = 12
COMPARED = {  # for every module the fewest statements, and the quickest, that show what the campaign observes by it
    "composite.points": "sgd22.lem1.sharpened",
    "composite.training": "sgd22.prop1",
    "deep.gaussian_units": "zczg18.d.gradient_limit zczg18.lemA_14.tracked",
    "deep.start": "zczg18.d.gradient_expected zczg18.thm5_1",
    "deep.training": "zczg18.lemD_1 zczg18.lemD_3.repaired",
    "deep.weights": "zczg18.lemB_3.sharpened",
    "generalisation.classes": "ofls19.lem6_15 ofls19.lem6_16 ofls19.lem6_17.repaired",
    "generalisation.linear_model": "ofls19.sec2_1",
    "generalisation.spaces": "ofls19.def5_2 ofls19.lem6_8.repaired ofls19.lem6_3.sharpened ofls19.lem6_4.sharpened",
    "generalisation.training": "ofls19.thm5_3 ofls19.lem6_18.repaired",
    "landscape.columns": "sjl17.prop7_9.repaired sjl17.lem5_3 sjl17.lem5_2 sjl17.lemA_1 sjl17.lem5_6",
    "landscape.critical": "sjl17.thm2_2.sharpened",
    "landscape.local": "sjl17.thm2_5 sjl17.pl_descent.sharpened sjl17.thm2_5.repaired",
    "landscape.points": (
        "sjl17.lem7_12 sjl17.d.centring sjl17.deriv.repaired sjl17.d.jacobian_drift sjl17.d.strict_saddle "
        "sjl17.prop7_8.sharpened sjl17.d.hessian sjl17.lem7_7 sjl17.lem7_10 sjl17.prop7_4 "
        "sjl17.d.spurious_minimum sjl17.prop7_2 sjl17.d.planted_identity sjl17.rem7_3.repaired "
        "sjl17.d.gradient_core sjl17.lem7_13 sjl17.d.jacobian_norm sjl17.deriv sjl17.d.conserved_balance "
        "sjl17.loc_second_order.sharpened"
    ),
    "landscape.samples": "sjl17.lem7_6",
    "lemmas.batches": "zczg18.lemD_2.sharpened sgd22.lem.pl sgd22.d.growth_sure sgd22.problem",
    "lemmas.forms": "os19.lemG_4.sharpened",
    "lemmas.matrices": "sgd22.lemA6.repaired os19.thm6_14",
    "lemmas.scalars": "zczg18.d.loss_hinge zczg18.lemA_3.tracked zczg18.lemC_1 zczg18.d.product_norm_limit",
    "shallow.joint_layers": "ofls19.thmB_1.repaired",
    "shallow.kernels": "ofls19.lem6_13.sharpened ofls19.def3_1.repaired ofls19.lemA_2.tracked",
    "shallow.layer_weights": "sgd22.lem3",
    "shallow.layers": "os19.thm2_6.sharpened sgd22.lemA.gram_deviation",
    "shallow.moves": "ofls19.lem6_9",
    "shallow.training": "os19.thm6_2 os19.lem6_6 os19.lem6_7.sharpened",
}
SMALLER: dict[str, dict[str, Any]] = {
    "ofls19.lemA_2.tracked": {"data": "mixture:K=2,C=1,n=6,d=6,noise=0.1,orthonormal=true"},
    "ofls19.def3_1.repaired": {"data": "mixture:K=2,C=1,n=4,d=3"},
    "sgd22.lemA.gram_deviation": {"data": "sphere:n=4,d=4,seed=2", "k": 300},
}
TIED = {"classification_error"}  # at a start where all outputs are zero
NOT_OBSERVED = {  # what statements give for these numbers, as rates and radii, or measure on the data
    "alpha",
    "beta",
    "radius",
    "step_size",
    "best_reach",
    "feature_level",
    "jacobian_level",
    "limit_loss",
    "stopping_value",
    "stopping_distance",
    "kernel_deviation",
    "projection_deviation",
    "planted_sigma_min_J",
    "planted_features",
    "planted_nuclear_norm",
    "norm_v",
    "norm_v_inf",
}


def module_of(kind: Experiment) -> str:
    """The module that samples an experiment."""
    return kind.sample.__module__.removeprefix("boundkit.verify.observe.")


def experiments(cell: Cell, module: str) -> Iterator[tuple[Experiment, Binding, Plan]]:
    """The experiments of a cell that this module samples, with a plan of two trials."""
    target, given = statement(cell.statement), arguments(cell)
    data, name, seed, assume = (given.pop(key) for key in ("data", "activation", "seed", "assume"))
    steps = min(given.pop("steps"), STEPS)
    request = Request(data, activation(name), cell.k, (0, 1), steps, seed, "cpu", assume, given, None, False, None)
    width = cell.k or choose_width(target, request, relax=False)[0]
    assert width is not None
    binding = bind(target, data=data, activation_name=name, parameters={**given, "k": width}, assume=assume)
    for label in dict.fromkeys(claim.experiment for claim in target.claims):
        if label not in ("data", "unobserved") and module_of(kind := experiment(label, binding)) == module:
            yield kind, binding, plan_at(target, request, binding, width)


def trial_of(array: Any, row: int) -> np.ndarray:
    """What an observable is in one of the trials; one row may be common to all."""
    values = np.asarray(array, dtype=float)
    return np.ravel(values[row] if values.ndim == 2 and len(values) > 1 else values)


def differing(seen: Observations, again: Observations) -> list[str]:
    """The observables of the first trial that the two see differently, beyond the rounding of the largest of them."""
    curves = [np.abs(trial_of(array, 0)) for array in seen.values.values()]
    rounding = 1e-12 * max(float(np.nanmax(curve[np.isfinite(curve)], initial=0.0)) for curve in curves)
    found = []
    for symbol, array in seen.values.items():
        fast, slow = trial_of(array, 0), trial_of(again.values[symbol], 0)
        both = slice(int(symbol.name in TIED), min(len(fast), len(slow)))
        known = ~np.isnan(fast[both])  # what follows the last step is known to the replay only
        if not np.allclose(fast[both][known], slow[both][known], rtol=1e-4, atol=min(rounding, 1e-8)):
            found.append(f"{symbol}: {fast[:4]} against {slow[:4]}")
    return found


def mentioned(module: str) -> set[str]:
    """The numbers of runs and networks in the claims of the campaign that this module observes."""
    found = set()
    for target in map(statement, CELLS):
        for claim in target.claims:
            kind = EXPERIMENTS.get((family(target.setting), claim.experiment))
            kind = kind or EXPERIMENTS.get(("shallow", claim.experiment))
            if kind is not None and module_of(kind) == module:
                found |= {
                    s.name for s in claim.template.free_symbols if VOCABULARY[s.name].origin in ("run", "network")
                }
    return found


@pytest.mark.parametrize("module", COMPARED)
def test_the_slow_implementation_sees_every_observable(module: str) -> None:
    """The same numbers at every step, and every observable of the module is among them."""
    compared = set()
    for id in COMPARED[module].split():
        cell = replace(CELLS[id], **SMALLER.get(id, {}))
        for kind, binding, plan in experiments(cell, module):
            seen = kind.sample(binding, plan)
            last = max(np.shape(array)[-1] for array in seen.values.values() if np.ndim(array)) - 1
            assert kind.replay is not None
            again = kind.replay(binding, plan, seen.trials[0], last)
            assert again is not None
            assert not differing(seen, again), id
            compared |= {symbol.name for symbol in seen.values}
    assert mentioned(module) - compared - NOT_OBSERVED == set()


def test_every_module_that_observes_is_compared() -> None:
    """A new experiment has to come with statements whose observables are compared."""
    assert {module_of(kind) for kind in EXPERIMENTS.values()} == set(COMPARED)
