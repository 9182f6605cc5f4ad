"""Norms of products of matrices (Lemmas A.5 and A.6)."""

from __future__ import annotations

from sympy import Integer

from boundkit.papers.sgd22.paper import at_least, at_most, halved, observed, source
from boundkit.statement import Erratum, Statement
from boundkit.statement.vocabulary import tightness
from boundkit.statement.words.stochastic_network import (
    hadamard_frobenius,
    left_max_entry,
    left_p_norm,
    left_sigma_max,
    left_sigma_min,
    product_frobenius,
    product_q_norm,
    right_frobenius,
    right_q_norm,
)

lemA5 = Statement(
    id="sgd22.lemA5",
    kind="lemma",
    title="Frobenius norm of a product",
    source=source("Lemma A.5"),
    claims=(
        observed(
            "lower",
            product_frobenius,
            at_least(product_frobenius, tightness * left_sigma_min * right_frobenius),
            experiment="matrices",
            twin=2 * left_sigma_max / left_sigma_min,
            reason="the upper bound",
            chance="surely",
        ),
        observed(
            "upper",
            product_frobenius,
            at_most(product_frobenius, left_sigma_max * right_frobenius / tightness),
            experiment="matrices",
            twin=2 * left_sigma_max / left_sigma_min,
            reason="the lower bound",
            chance="surely",
        ),
    ),
)

lemA6 = Statement(
    id="sgd22.lemA6",
    kind="lemma",
    title="q-norm of a product",
    source=source("Lemma A.6"),
    claims=(
        halved(
            "product",
            product_q_norm,
            at_most(product_q_norm, left_p_norm * right_q_norm),
            limit=left_sigma_min * right_q_norm,
            reason="no singular value shrinks by more than the smallest one of the left factor (Schatten norms)",
            experiment="matrices",
        ),
    ),
    errata=(
        Erratum(
            "CHECK-30",
            "unstated hypothesis",
            "The norms are not defined. For entrywise norms the inequality fails (p = q infinite, matrices of ones); "
            "for Schatten norms it holds.",
            "What is used is |A o B|_F <= max|A_ij| |B|_F.",
        ),
    ),
)

lemA6_repaired = Statement(
    id="sgd22.lemA6.repaired",
    kind="lemma",
    title="Frobenius norm of a Hadamard product, as it is used",
    source=source("Lemma A.6"),
    form="repaired",
    improves="sgd22.lemA6",
    claims=(
        observed(
            "hadamard",
            hadamard_frobenius,
            at_most(hadamard_frobenius, left_max_entry * right_frobenius / tightness),
            experiment="matrices",
            twin=Integer(100),
            reason="the diagonals of two random Gram matrices carry a fixed part of both norms",
            chance="surely",
        ),
    ),
    uses=("sgd22.lemA6",),
    proof="Entry by entry.",
)

STATEMENTS = (lemA5, lemA6, lemA6_repaired)
