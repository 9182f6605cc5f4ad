"""The same question at growing sizes: one number of the data, or of the statement, made larger."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from boundkit.arithmetic import exact
from boundkit.data import Dataset, dataset
from boundkit.data.generators import GENERATORS
from boundkit.data.specs import parse
from boundkit.errors import BadInput, NotApplicable
from boundkit.statement import VOCABULARY
from boundkit.verify.request import Request

FACTORS = (Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3))


def sweep(request: Request, trial: int) -> dict[Fraction, Request]:
    """The request of one trial at 1, 1.5, 2 and 3 times the number `request.vary`, by the value of that number.

    It is a number in the specification of the data, such as n, or one given for the statement, such as L. The seed of
    the data's generator is raised by `trial`, so that trials are independent draws of the data and of the weights.
    Raises BadInput for any other name and where data of that size do not exist, and NotApplicable for a number of data
    that come from no generator.
    """
    written = parse(request.data.name, lambda name: False)
    generated: Mapping[str, Any] = written.parameters if written.name in GENERATORS else {}
    vary, own = request.vary, request.vary in request.parameters
    if not own and not generated:
        raise NotApplicable("generator", f"{request.data.name} comes from no generator; only numbers of set can vary")
    if vary == "seed" or not _is_number(request.parameters.get(vary) if own else generated.get(vary)):
        names = [name for name, value in (*generated.items(), *request.parameters.items()) if _is_number(value)]
        possible = ", ".join(name for name in names if name != "seed") or "none here"
        raise BadInput("vary", vary, f"must be a number of the data or of set: {possible}")
    whole = vary in VOCABULARY and VOCABULARY[vary].symbol.is_integer if own else _is_whole(written.name, vary)
    first = exact(vary, request.parameters[vary] if own else generated[vary])
    found = {}
    for size in sorted({Fraction(round(first * factor)) if whole else first * factor for factor in FACTORS}):
        changed = {} if own else {vary: str(size)}
        parameters = {**request.parameters, vary: str(size)} if own else request.parameters
        try:
            data = _drawn(written.name, {**generated, **changed}, trial) if generated else request.data
        except BadInput as error:
            raise BadInput("vary", vary, f"leads to data that do not exist, {vary} = {size}: {error}") from None
        found[size] = replace(request, data=data, parameters=parameters, trials=(trial,), progress=None)
    return found


def _drawn(name: str, parameters: Mapping[str, Any], trial: int) -> Dataset:
    """The data set of the generator, `trial` seeds on."""
    given = dict(parameters)
    if "seed" in inspect.signature(GENERATORS[name]).parameters:
        given["seed"] = int(given.get("seed", 0)) + trial
    return dataset(name, **given)


def _is_number(value: object) -> bool:
    """Whether this is written as a positive number."""
    try:
        return value is not None and exact("vary", value) > 0
    except BadInput:
        return False


def _is_whole(generator: str, name: str) -> bool:
    return not str(inspect.signature(GENERATORS[generator]).parameters[name].annotation).startswith("float")
