"""Activations: the catalogue, and what is certified about each: moments, Hermite expansions, suprema, kernels."""

from boundkit.activations.activation import Activation, activation
from boundkit.activations.catalogue import catalogue
from boundkit.activations.duals import dual, dual_interval
from boundkit.activations.expressions import Z
from boundkit.activations.hermite import Coefficient, hermite

__all__ = ["Activation", "Coefficient", "Z", "activation", "catalogue", "dual", "dual_interval", "hermite"]
