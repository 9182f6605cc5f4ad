"""Zou, Cao, Zhou and Gu (2018): gradient descent and SGD for deep ReLU networks with margin losses."""

from boundkit.papers.zczg18 import (
    assumptions,
    changes,
    comparators,
    descent,
    initialisation,
    losses,
    nodes,
    one_hidden_layer,
    one_step,
    perturbation,
    products,
    separation,
    stochastic,
    structure,
    theorems,
)

STATEMENTS = (
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
    *comparators.STATEMENTS,
)
