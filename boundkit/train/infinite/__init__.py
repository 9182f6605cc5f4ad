"""Training at infinite width: the limit of every setting, and the curves that its residuals follow."""

from boundkit.train.infinite.curves import LimitRun, descend_limit, flow_limit, replay_limit, sample_limit
from boundkit.train.infinite.limits import NOISE, Limit, feature_gram, limit_of, output_size
from boundkit.train.infinite.reference import ReplayedLimit, integrated_limit, rotated

__all__ = [
    "NOISE",
    "Limit",
    "LimitRun",
    "ReplayedLimit",
    "descend_limit",
    "feature_gram",
    "flow_limit",
    "integrated_limit",
    "limit_of",
    "output_size",
    "replay_limit",
    "rotated",
    "sample_limit",
]
