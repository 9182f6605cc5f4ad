"""The paper's experiments, and two facts about networks that cannot or do not fit their labels."""

from __future__ import annotations

from boundkit.papers.sjl17.paper import QUADRATIC, above, at_least, below, claim, equal, local, source
from boundkit.statement import Erratum, Hypothesis, Statement
from boundkit.statement.vocabulary import k, n, norm_y
from boundkit.statement.words.landscape import frobenius_W, negative_units
from boundkit.statement.words.landscape_data import (
    is_quadratic,
    is_scaled_softplus,
    negative_label_energy,
    reachable_label,
    smallest_label,
)
from boundkit.statement.words.landscape_points import balance_change, joint_optimal_loss, nearby_loss, point_loss

experiments = Statement(
    id="sjl17.experiments",
    kind="definition",
    title="Numerical experiments: gradient descent from random starts around kd = n",
    source=source("Section 3", "Figures 1 to 4"),
    errata=(
        Erratum(
            "C8",
            "unstated hypothesis",
            "The quadratic experiments have k = 5 or k < d.",
            "They are outside Theorems 2.1 (k >= 2d) and 2.2 (k >= d) and illustrate kd against n.",
        ),
        Erratum(
            "C39",
            "misprint",
            "The caption of Figure 3 has d = 10 and k = 10, the text d = 20 and k = 5.",
            "The text is consistent with kd close to n.",
        ),
        Erratum(
            "C40",
            "false as printed",
            "The stated network 1^T softplus(Wx) is positive and cannot fit standard normal labels: the reported zero "
            "loss is impossible in that setup (not in the figure's, which may train v).",
            "Train v, or give it both signs.",
        ),
        Erratum(
            "C44", "misprint", "'RMSE' is sqrt(L).", "With the factor 1/(2n) that is 1/sqrt(2) of the root mean square."
        ),
        Erratum(
            "C45",
            "misprint",
            "Figure 1 plots the softplus of sharpness 4, the experiments use sharpness 10.",
            "Two different activations of one family.",
        ),
    ),
)

nonnegative_network = Statement(
    id="sjl17.experiments.repaired",
    kind="lemma",
    title="A quadratic or softplus network with nonnegative output weights cannot fit negative labels (C40)",
    source=source("Section 3", "Figure 4"),
    form="repaired",
    improves="sjl17.experiments",
    setting=local(),
    hypotheses=(
        Hypothesis("nonnegative_activation", "activation", at_least(is_quadratic + is_scaled_softplus, 1)),
        Hypothesis("nonnegative_output_weights", "parameter", equal(negative_units, 0)),
    ),
    claims=(claim("loss", point_loss, at_least(point_loss, negative_label_energy / 2)),),
    proof="For a nonnegative activation and v >= 0, each negative label has a residual of at least its absolute value.",
)

_JOINT = local("two layers, unscaled, no biases, quadratic activation")
spurious_minimum = Statement(
    id="sjl17.d.spurious_minimum",
    kind="theorem",
    title="Training both layers of a quadratic network has spurious local minima (D21)",
    source=source("Theorem 2.2"),
    form="refined",
    improves="sjl17.thm2_2",
    setting=_JOINT,
    hypotheses=(
        QUADRATIC,
        Hypothesis("nonnegative_labels", "data", at_least(smallest_label, 0)),
        Hypothesis("reachable_label", "data", above(reachable_label, 0)),
        Hypothesis("all_output_weights_negative", "parameter", equal(negative_units, k)),
        Hypothesis("zero_hidden_weights", "run", equal(frobenius_W, 0)),
    ),
    claims=(
        claim("value", point_loss, equal(point_loss, norm_y**2 / (2 * n))),
        claim("local_minimum", nearby_loss, at_least(nearby_loss, norm_y**2 / (2 * n))),
        claim("not_global", joint_optimal_loss, below(joint_optimal_loss, norm_y**2 / (2 * n))),
    ),
    uses=("sjl17.setup",),
    proof=(
        "Nearby output weights are negative, so nearby outputs are at most 0 <= y_i. A small unit with positive output "
        "weight on a nonzero sample with positive label lowers the loss."
    ),
)
conserved_balance = Statement(
    id="sjl17.d.conserved_balance",
    kind="lemma",
    title="Gradient flow on both layers of a quadratic network conserves |w|^2 - 2 v^2 for each unit (D21)",
    source=source("Theorem 2.2"),
    form="refined",
    improves="sjl17.thm2_2",
    setting=_JOINT,
    hypotheses=(QUADRATIC,),
    claims=(claim("conserved", balance_change, equal(balance_change, 0)),),
    uses=("sjl17.deriv",),
    proof="phi(z) = z^2 gives <w_l, grad_w_l L> = 2 v_l dL/dv_l, so d|w_l|^2/dt = 2 d(v_l^2)/dt.",
)

STATEMENTS = (experiments, nonnegative_network, spurious_minimum, conserved_balance)
