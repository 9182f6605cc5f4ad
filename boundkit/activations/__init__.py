"""Activations: the catalogue, and what is certified about each: moments, Hermite expansions, suprema, kernels."""

from typing import TYPE_CHECKING, Any

from boundkit.activations.activation import Activation, activation
from boundkit.activations.catalogue import catalogue
from boundkit.activations.expressions import Z
from boundkit.activations.hermite import Coefficient, hermite, tail

if TYPE_CHECKING:
    from boundkit.activations.duals import dual, dual_interval

__all__ = ["Activation", "Coefficient", "Z", "activation", "catalogue", "dual", "dual_interval", "hermite", "tail"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Kernels need NumPy and are loaded when first used."""
        if name not in ("dual", "dual_interval"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from boundkit.activations import duals

        return getattr(duals, name)
