"""Loss surfaces of shallow networks: points, critical points, and descent near a planted solution."""

from boundkit.verify.observe.landscape.columns import COLUMNS
from boundkit.verify.observe.landscape.critical import CRITICAL
from boundkit.verify.observe.landscape.local import LOCAL
from boundkit.verify.observe.landscape.points import POINTS
from boundkit.verify.observe.landscape.samples import SAMPLES

__all__ = [
    "COLUMNS",
    "CRITICAL",
    "LOCAL",
    "POINTS",
    "SAMPLES",
]
