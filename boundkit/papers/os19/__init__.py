"""Oymak and Soltanolkotabi (2019): the gradient-descent theorems for one-hidden-layer networks."""

from boundkit.papers.os19 import covariance, flips, initialisation, meta_nonsmooth, meta_smooth, relu, smooth, sphere

STATEMENTS = (
    *smooth.STATEMENTS,
    *relu.STATEMENTS,
    *sphere.STATEMENTS,
    *covariance.STATEMENTS,
    *initialisation.STATEMENTS,
    *flips.STATEMENTS,
    *meta_smooth.STATEMENTS,
    *meta_nonsmooth.STATEMENTS,
)
