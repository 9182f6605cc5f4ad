"""Linear convergence of SGD on shallow networks with both layers trained (ICLR 2022 submission)."""

from boundkit.papers.sgd22 import (
    chernoff,
    comparators,
    definitions,
    general,
    gram,
    initial,
    jacobian,
    kernel,
    levels,
    loss,
    network,
    orders,
    path,
    products,
    special_cases,
    swap,
    theorem,
    width,
)
from boundkit.statement import declared

CHAINS = swap.CHAINS
_ALL = (
    *definitions.STATEMENTS,
    *path.STATEMENTS,
    *theorem.STATEMENTS,
    *general.STATEMENTS,
    *loss.STATEMENTS,
    *jacobian.STATEMENTS,
    *products.STATEMENTS,
    *kernel.STATEMENTS,
    *gram.STATEMENTS,
    *chernoff.STATEMENTS,
    *initial.STATEMENTS,
    *levels.STATEMENTS,
    *network.STATEMENTS,
    *width.STATEMENTS,
    *orders.STATEMENTS,
    *comparators.STATEMENTS,
)
STATEMENTS = tuple(declared(_ALL, special_cases.CASES))
