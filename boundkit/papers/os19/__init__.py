"""Oymak and Soltanolkotabi (2019): gradient descent for one-hidden-layer networks, all results of the paper."""

from boundkit.papers.os19 import (
    appendix_g,
    chernoff,
    comparators,
    covariance,
    flip_lemmas,
    flips,
    indicator,
    initialisation,
    meta_nonsmooth,
    meta_smooth,
    network,
    output_layer,
    powers,
    relu,
    separated,
    smooth,
    special_cases,
    sphere,
    sphere_constants,
    stochastic,
    swap,
)
from boundkit.statement import declared

CHAINS = swap.CHAINS
_ALL = (
    *network.STATEMENTS,
    *smooth.STATEMENTS,
    *relu.STATEMENTS,
    *separated.STATEMENTS,
    *sphere.STATEMENTS,
    *sphere_constants.STATEMENTS,
    *stochastic.STATEMENTS,
    *output_layer.STATEMENTS,
    *covariance.STATEMENTS,
    *powers.STATEMENTS,
    *indicator.STATEMENTS,
    *initialisation.STATEMENTS,
    *chernoff.STATEMENTS,
    *flips.STATEMENTS,
    *flip_lemmas.STATEMENTS,
    *meta_smooth.STATEMENTS,
    *meta_nonsmooth.STATEMENTS,
    *appendix_g.STATEMENTS,
    *comparators.STATEMENTS,
)
STATEMENTS = tuple(declared(_ALL, special_cases.CASES))
