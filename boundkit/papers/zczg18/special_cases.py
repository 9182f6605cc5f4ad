"""What the corollaries of the paper, the events of its Theorem 5.1 and its explicit theorem are special cases of."""

from __future__ import annotations

from boundkit.statement import SpecialCase
from boundkit.statement.vocabulary import c, k, n
from boundkit.statement.words.deep import (
    depth_index,
    hidden_norm_deviation,
    layer_width,
    loss_at_zero,
    norm_ratio_deviation,
    target_risk,
)
from boundkit.statement.words.shared import L

LAST_LAYER = {depth_index: L}
HALVED = "rounded down: (1 - log(2) / (2L))^L >= 1/2"
NO_ERROR = {"no_error": "a risk below the loss of one error leaves none, by integrality (zczg18.d.zero_error)"}
ONE_ERROR = {target_risk: loss_at_zero / (2 * n)}
ONE_ERROR_ORDER = {target_risk: c / n}  # the same for orders, which hide the constants of the loss
LAYERS = {norm_ratio_deviation: hidden_norm_deviation / L, layer_width: k}
LOSS = dict.fromkeys(
    (
        "loss_nonnegative",
        "loss_nonincreasing",
        "loss_vanishes_at_infinity",
        "slope_lower_bound",
        "smooth_loss",
    ),
    "holds for this loss",
)
ABSORBED = "an open constant absorbs the difference"
EVENTS = {
    "i": ("corA_2", {"weight_norm": "a bound on Gaussian matrices, used without a lemma"}),
    "ii": ("corA_5", {"width": ABSORBED}),
    "iii": ("lemA_6", {}),
    "iv": ("lemA_7", dict.fromkeys(("width_threshold", "width_norm"), "no layer is narrower than k, up to a constant")),
    "v": ("lemA_8", {}),
    "vi": ("lemA_9", {"sparsity": ABSORBED}),
    "vii": ("lemA_10", {}),
    "viii": (
        "lemA_15.repaired",
        {
            "separation_labels": "event (ii)",
            "separation_antipodal": "features are non-negative for L >= 2, and phi is at most c mu",
            "hidden_norm": "event (i)",
            "width_nodes": ABSORBED,
            "probability": ABSORBED,
        },
    ),
}
CASES = {
    "zczg18.corA_2": SpecialCase("zczg18.lemA_1", LAYERS),
    "zczg18.corA_2.tracked": SpecialCase("zczg18.lemA_1.tracked", LAYERS),
    "zczg18.corA_5": SpecialCase("zczg18.lemA_4", LAST_LAYER, differs={"separation": HALVED}),
    "zczg18.corA_13": SpecialCase("zczg18.lemA_12", LAST_LAYER, differs={"cosine": HALVED}),
    "zczg18.corA_13.repaired": SpecialCase("zczg18.lemA_12.repaired", LAST_LAYER, differs={"cosine": HALVED}),
    "zczg18.cor4_3": SpecialCase("zczg18.thm4_1", ONE_ERROR, differs=NO_ERROR),
    "zczg18.cor4_3.tracked": SpecialCase("zczg18.thm4_1.tracked", ONE_ERROR_ORDER, differs=NO_ERROR),
    "zczg18.cor4_6": SpecialCase("zczg18.thm4_5", ONE_ERROR, differs=NO_ERROR),
    "zczg18.cor4_6.tracked": SpecialCase("zczg18.thm4_5.tracked", ONE_ERROR_ORDER, differs=NO_ERROR),
    "zczg18.d.one_hidden_layer_logistic": SpecialCase("zczg18.d.one_hidden_layer", differs=LOSS),
    "zczg18.d.one_hidden_layer_squared_hinge": SpecialCase("zczg18.d.one_hidden_layer", differs=LOSS),
    **{
        f"zczg18.thm5_1_{item}": SpecialCase(f"zczg18.{lemma}", differs=differs)
        for item, (lemma, differs) in EVENTS.items()
    },
}
