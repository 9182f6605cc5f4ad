"""Soltanolkotabi, Javanmard and Lee (2017): landscape of quadratic networks, local convergence of smooth ones."""

from boundkit.papers.sjl17 import (
    activations,
    algebra,
    centred,
    certificate,
    columns,
    comparators,
    concentration,
    derivatives,
    descent,
    experiments,
    local,
    mean,
    neighbourhood,
    perturbation,
    planted,
    quadratic,
    special_cases,
    spectrum,
    tails,
    tracked,
    trials,
)
from boundkit.statement import declared

CHAINS = certificate.CHAINS
_ALL = trials.on_trial(
    (
        *derivatives.STATEMENTS,
        *activations.STATEMENTS,
        *quadratic.STATEMENTS,
        *planted.STATEMENTS,
        *local.STATEMENTS,
        *tracked.STATEMENTS,
        *descent.STATEMENTS,
        *certificate.STATEMENTS,
        *algebra.STATEMENTS,
        *concentration.STATEMENTS,
        *mean.STATEMENTS,
        *centred.STATEMENTS,
        *spectrum.STATEMENTS,
        *tails.STATEMENTS,
        *columns.STATEMENTS,
        *perturbation.STATEMENTS,
        *neighbourhood.STATEMENTS,
        *experiments.STATEMENTS,
        *comparators.STATEMENTS,
    )
)
STATEMENTS = tuple(declared(_ALL, special_cases.CASES))
