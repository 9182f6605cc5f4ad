"""Experiments that put statements on trial: levels, statistics, verdicts, witnesses, planted-false controls.

Nothing here knows which theorem it is running.
"""

from boundkit.verify.certificate import Certificate, certify
from boundkit.verify.engine import verify
from boundkit.verify.levels import LEVELS, levels
from boundkit.verify.verdict import ClaimResult, Report, Verdict
from boundkit.verify.width_search import Looseness, looseness
from boundkit.verify.witness import replay_witness

__all__ = [
    "LEVELS",
    "Certificate",
    "ClaimResult",
    "Looseness",
    "Report",
    "Verdict",
    "certify",
    "levels",
    "looseness",
    "replay_witness",
    "verify",
]
