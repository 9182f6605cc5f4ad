"""Errata that several theorems of the paper share."""

from __future__ import annotations

from boundkit.statement import Erratum

C1 = Erratum(
    "C1",
    "unstated hypothesis",
    "For odd width one output weight is zero, so |v|^2 = (k-1)/k |y|^2/n and the formulas that use "
    "|v| = |y|/sqrt(n) lose that factor; the dead unit never moves.",
    "Use an even width (or scale the nonzero weights by sqrt(k/(k-1))).",
)
C3 = Erratum(
    "C3",
    "gap",
    "The constants 32, sqrt(32), sqrt(32) of the conclusions do not follow from Theorem 6.10 as quoted, which gives "
    "64, sqrt(128), sqrt(128).",
    "They are right nevertheless: they follow from the sharpened Theorem 6.10 (D1).",
)
C4 = Erratum(
    "C4",
    "false as printed",
    "The width does not depend on the scale of a small activation: for phi = s cos(z), X = I_n and s < 1/sqrt(k) the "
    "network cannot reach the labels although the width condition holds, whatever the universal constant.",
    "Require B >= 1 (always allowed for an upper bound) or replace B^2 (1 + delta) by B (1 + (1 + delta) B).",
)
C7 = Erratum(
    "C7",
    "unstated hypothesis",
    "The probability can be vacuous: |X|^2 >= n/d, so the last term is at least exp(-delta^2 d / 2).",
    "Take delta = |X| sqrt(2 log(n) / n), which makes the probability 1 - 2/n.",
)
C9 = Erratum(
    "C9",
    "gap",
    "|X| <= 2 sqrt(n/d) cannot hold with probability 1 - exp(-gamma d) at n = d, where the spectrum of the data has "
    "its edge.",
    "Use n >= (1 + e) d or a constant larger than 2; only constants change.",
)
