"""A battery of attacks on every statement: transcription is the main source of error."""

from boundkit.attack.battery import ATTACKS, NAMES, attack, make_record, survivors
from boundkit.attack.finding import Finding
from boundkit.attack.record import eligible, tested

__all__ = ["ATTACKS", "NAMES", "Finding", "attack", "eligible", "make_record", "survivors", "tested"]
