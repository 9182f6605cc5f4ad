"""Oymak, Fabian, Li and Soltanolkotabi (2019): generalisation through the low-rank structure of the Jacobian."""

from boundkit.papers.ofls19 import (
    arbitrary,
    arbitrary_repaired,
    certificate,
    comparators,
    definitions,
    deviation,
    full_rank,
    generalisation,
    input_noise,
    jacobian,
    kernel,
    linearised,
    meta,
    mixture,
    mixture_kernel,
    network,
    rademacher,
    random_error,
    random_start,
    remarks,
    special_cases,
    worked_example,
)
from boundkit.statement import declared

CHAINS = arbitrary.CHAINS
_ALL = (
    *worked_example.STATEMENTS,
    *definitions.STATEMENTS,
    *generalisation.STATEMENTS,
    *full_rank.STATEMENTS,
    *remarks.STATEMENTS,
    *arbitrary.STATEMENTS,
    *arbitrary_repaired.STATEMENTS,
    *meta.STATEMENTS,
    *linearised.STATEMENTS,
    *deviation.STATEMENTS,
    *jacobian.STATEMENTS,
    *kernel.STATEMENTS,
    *input_noise.STATEMENTS,
    *rademacher.STATEMENTS,
    *certificate.STATEMENTS,
    *network.STATEMENTS,
    *random_start.STATEMENTS,
    *random_error.STATEMENTS,
    *mixture_kernel.STATEMENTS,
    *mixture.STATEMENTS,
    *comparators.STATEMENTS,
)
STATEMENTS = tuple(declared(_ALL, special_cases.CASES))
