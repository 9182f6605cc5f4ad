"""Statement + data + activation -> numbers: bind, check, solve."""

from boundkit.query.answer import Requirement
from boundkit.query.bind import Binding, bind
from boundkit.query.check import Check, check, check_all
from boundkit.query.solve import Solution, required
from boundkit.query.width import guarantee, required_width

__all__ = [
    "Binding",
    "Check",
    "Requirement",
    "Solution",
    "bind",
    "check",
    "check_all",
    "guarantee",
    "required",
    "required_width",
]
