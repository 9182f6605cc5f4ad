"""The activations known by name: one function an entry, everything about it in one place.

Entries with a kink are right-continuous there. Suprema, moments and Hermite coefficients follow from the expression.
"""

from boundkit.activations.catalogue import polynomials, rectified, sigmoidal, smooth, waves
from boundkit.activations.catalogue.definition import Definition, Symmetry, catalogue, find, look_up

__all__ = [
    "Definition",
    "Symmetry",
    "catalogue",
    "find",
    "look_up",
    "polynomials",
    "rectified",
    "sigmoidal",
    "smooth",
    "waves",
]
