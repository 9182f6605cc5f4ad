"""Zou, Cao, Zhou and Gu (2018): gradient descent and SGD for deep ReLU networks with margin losses."""

from boundkit.papers.zczg18 import (
    assumptions,
    changes,
    comparators,
    descent,
    envelope,
    initialisation,
    losses,
    nodes,
    one_hidden_layer,
    one_step,
    perturbation,
    products,
    separation,
    special_cases,
    stochastic,
    structure,
    swap,
    theorems,
)
from boundkit.statement import declared

CHAINS = swap.CHAINS
_ALL = (
    *assumptions.STATEMENTS,
    *theorems.STATEMENTS,
    *one_hidden_layer.STATEMENTS,
    *losses.STATEMENTS,
    *structure.STATEMENTS,
    *initialisation.STATEMENTS,
    *separation.STATEMENTS,
    *products.STATEMENTS,
    *nodes.STATEMENTS,
    *perturbation.STATEMENTS,
    *changes.STATEMENTS,
    *one_step.STATEMENTS,
    *descent.STATEMENTS,
    *stochastic.STATEMENTS,
    *envelope.STATEMENTS,
    *comparators.STATEMENTS,
)
STATEMENTS = tuple(declared(_ALL, special_cases.CASES))
