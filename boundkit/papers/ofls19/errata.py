"""Errata that several results of the paper share; each label is a number of the catalogue of checks."""

from __future__ import annotations

from boundkit.statement import Erratum

C1 = Erratum(
    "C1",
    "misprint",
    "(1.3)-(1.4) multiply by V twice and stack sample by sample, as Theorem A.1 does with y, while (5.2), (6.27) and "
    "Definition 3.1 stack class by class; the theorems speak of k hidden layers.",
    "Stack class by class everywhere (I_K tensor the single-output kernel is right only then); k hidden units.",
)
C4 = Erratum(
    "C4",
    "unstated hypothesis",
    "Mixture inputs are not of unit norm for sigma > 0, but the theorems that are applied to them assume unit norm.",
    "Normalise the samples to the sphere, which leaves the labels alone, or carry factors max |x_i|.",
)
C6 = Erratum(
    "C6",
    "unstated hypothesis",
    "The proof needs |Pi_I y| >= c |y| and zeta <= c/2 (both in Theorems 6.22 and 6.23), and its width constant is "
    "12 * 10^7 / c^4.",
    "Nothing is lost: if |Pi_I y| < sqrt(3/4) sqrt(n) or zeta > 1/12 the bound exceeds 1, so c = sqrt(3)/2 will do.",
)
C7 = Erratum(
    "C7",
    "gap",
    "The union bound forgets the failure n^-100 of Lemma 6.13, which also needs n >= K.",
    "Subtract n^-100. For n >= 2K the printed probability is still true: the failures that are actually proved are at "
    "most K((2K)^-162 + 2 (2K)^-125) and 2 n^-109.5.",
)
C8 = Erratum(
    "C8",
    "unstated hypothesis",
    "Lemma 6.14 uses |phi(0)| <= B.",
    "Add the hypothesis.",
)
C9 = Erratum(
    "C9",
    "unstated hypothesis",
    "The last step of Lemma 6.18, from the loss to the classification error, uses one-hot labels. Section 1.2 has such "
    "labels, but the theorems ask for |y| = sqrt(n) (3.2, 6.23), which is not enough, or for nothing (3.3, 6.21).",
    "Labels are unit coordinate vectors.",
)
C10 = Erratum(
    "C10",
    "gap",
    "Lemma 6.18 is applied with a radius that depends on the training sample, but it holds for a class fixed before "
    "the sample is drawn.",
    "A union bound over a grid of radii: an arithmetic grid costs 1/sqrt(n) and a logarithm, a geometric grid only the "
    "logarithm. No counterexample to the theorems is known.",
)
C11 = Erratum(
    "C11",
    "unstated hypothesis",
    "Definition 2.1 needs alpha_0 <= B |X|, so the normalised cutoff is at most sqrt(|X| / (K sqrt(n))) <= K^(-1/2): "
    "it is of constant order only when |X| is of order sqrt(n). Theorem 6.22 prints alpha_0 <= B sqrt(K) |X|.",
    "alpha_0 <= B |X|, as Theorem 6.23 has it.",
)
C12 = Erratum(
    "C12",
    "unstated hypothesis",
    "T = Gamma / (eta alpha^2) is taken to be an integer throughout.",
    "Choose T = ceil(Gamma beta^2 / alpha^2) and then eta = Gamma / (T alpha^2) <= 1 / beta^2.",
)
C13 = Erratum(
    "C13",
    "gap",
    "(3.4)-(3.5) keep zeta, Gamma and B constant in the width and drop 12 zeta (1 + Gamma B sqrt(K/lambda)) + "
    "2 exp(-Gamma) from the error, which the kept terms do not dominate; they do not follow from Theorem 3.2.",
    "Let Gamma grow and zeta fall with n, both fixed before the sample: then (3.4) holds, at a width of order "
    "n^2 K^4 |X|^8 / lambda^6.",
)
C14 = Erratum(
    "C14",
    "false as printed",
    "The text says that the theorem may be applied at any iterate. The Rademacher step needs W_0 and V independent of "
    "the sample: with random labels and W_0 an interpolator of the sample the right side is 5 sqrt(log(2/delta)/n), "
    "below 1/2, while the error is 1/2. The counterexample is to this use; the theorem itself prints a Gaussian W_0.",
    "W_0 and V independent of the sample; the optimisation results (Theorem 5.3, Lemmas 6.19, 6.20) do hold anywhere.",
)
C15 = Erratum(
    "C15",
    "unstated hypothesis",
    "(3.6) lacks the factor B^-2 of (6.57), which matters when B < 1.",
    "Use (6.57), or take B >= 1 (always allowed for an upper bound).",
)
C30 = Erratum(
    "C30",
    "gap",
    "Lemma 6.20 must be applied with c/4, but the bound before (6.77) is defined with c; its first entry is "
    "four times too large.",
    "With c/4 the constant 12 * 10^7 still suffices when zeta^4 <= 3 K / 64, so always for K >= 2.",
)
C31 = Erratum(
    "C31",
    "gap",
    "(6.81)-(6.82) replace log(2K) by log n because n >= K; this needs n >= 2K.",
    "12 * 10^7 = 1.875 * 64 * 10^6 leaves room for n >= max(K, 3).",
)
C32 = Erratum(
    "C32",
    "misprint",
    "The last term has the factor 10 here and 5 in Theorem 3.2.",
    "The proof gives 2 sqrt(5) <= 5.",
)
C33 = Erratum(
    "C33",
    "misprint",
    "(6.90) prints c^2 zeta^2 / (230 nu B log n).",
    "c^2 zeta^2 / (228.2 nu B sqrt(log n)), since sqrt(12 * 10^7) / 48 = 228.2; it is at most 0.28 zeta for "
    "n >= max(K, 3), and the conclusion stands.",
)
C45 = Erratum(
    "C45",
    "misprint",
    "Loose and not wrong: the 36 of (3.3), and the factor 2 from loss to error in (6.42).",
    "23 and sqrt(2).",
)
