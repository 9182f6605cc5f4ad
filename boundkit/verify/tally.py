"""What a group of trials says of one claim, and the verdict that follows from all groups together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Replay = Literal["confirmed", "refuted", "not replayed"]
REPLAYS: tuple[Replay, ...] = ("refuted", "confirmed", "not replayed")
Control = Literal["none", "replay", "statement"]
CONTROLS: tuple[Control, ...] = ("none", "replay", "statement")


@dataclass(frozen=True)
class Tally:
    """Counts for one claim over some trials; tallies of disjoint groups of trials add up.

    `allowed` is the failure probability that the statement allows. `violations`, `broken` (diverged or failed without
    a violation) and `twin_failures` count trials; `undecided` those whose enclosures do not decide. The largest ratio
    of the side claimed to be smaller to the other one is `worst_margin`, met in `worst_trial` at `worst_step`; `slack`
    is the factor by which the claim could be tightened for the trials that hold. `replay` is what the slow
    implementation said of a violation, in the trial `replayed_trial`. `control` is what the false twin rests on: the
    statement, or the agreement with the slow implementation (`power`), or nothing that a measurement could contradict.
    """

    statement: str
    label: str
    allowed: float
    trials: int
    violations: int = 0
    broken: int = 0
    undecided: int = 0
    twin_failures: int = 0
    worst_margin: float | None = None
    worst_trial: int | None = None
    worst_step: int | None = None
    slack: float | None = None
    replay: Replay | None = None
    replayed_trial: int | None = None
    control: Control = "statement"

    def __add__(self, other: Tally) -> Tally:
        """The tally of both groups.

        >>> first = Tally("os19.lem6_4", "sum", 0.1, 3, worst_margin=0.5)
        >>> both = first + Tally("os19.lem6_4", "sum", 0.1, 4, violations=1)
        >>> both.trials, both.violations, both.worst_margin
        (7, 1, 0.5)
        """
        known = [item for item in (self, other) if item.worst_margin is not None]
        worst = max(known, key=lambda item: item.worst_margin or 0.0, default=self)
        replayed = min((self, other), key=lambda item: _rank(item.replay))
        return replace(
            self,
            trials=self.trials + other.trials,
            violations=self.violations + other.violations,
            broken=self.broken + other.broken,
            undecided=self.undecided + other.undecided,
            twin_failures=self.twin_failures + other.twin_failures,
            worst_margin=worst.worst_margin,
            worst_trial=worst.worst_trial,
            worst_step=worst.worst_step,
            slack=min((item.slack for item in (self, other) if item.slack is not None), default=None),
            replay=replayed.replay,
            replayed_trial=replayed.replayed_trial,
            control=min(self.control, other.control, key=CONTROLS.index),
        )


def _rank(replay: Replay | None) -> int:
    return len(REPLAYS) if replay is None else REPLAYS.index(replay)
