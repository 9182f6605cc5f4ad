"""All attacks on one statement."""

from __future__ import annotations

from pathlib import Path

from boundkit.attack import (
    comparison,
    direction,
    extremes,
    falsification,
    homogeneity,
    limits,
    monotonicity,
    special_case,
    vocabulary,
)
from boundkit.attack.finding import Finding, does_not_apply, survived
from boundkit.attack.record import falsifiers, marked, suite, written
from boundkit.papers import statement as find, statements
from boundkit.statement import Statement

ATTACKS = (
    vocabulary,
    direction,
    homogeneity,
    monotonicity,
    limits,
    extremes,
    comparison,
    special_case,
    falsification,
)
INSTANCES, LATEX = "instances", "latex"
NAMES = (*(room.NAME for room in ATTACKS), LATEX, INSTANCES)


def attack(statement: str | Statement) -> tuple[Finding, ...]:
    """Every attack on the statement with its outcome; the tests that try to falsify it on instances come last.

    Raises BadInput for an unknown id.

    >>> [finding.attack for finding in attack("os19.thm2_1.tracked") if finding.outcome == "survived"]
    ['vocabulary', 'direction', 'homogeneity', 'monotonicity', 'limits', 'extremes', 'special_case', 'latex']
    """
    found = find(statement)
    return (*(room.attack(found) for room in ATTACKS), _on_latex(), _on_instances(found))


def survivors(statement: str | Statement) -> tuple[str, ...]:
    """The attacks that the statement survives; none if it fails one.

    >>> survivors("os19.thm3_2")
    ()
    """
    findings = attack(statement)
    if any(finding.outcome == "failed" for finding in findings):
        return ()
    return tuple(finding.attack for finding in findings if finding.outcome == "survived")


def make_record(root: Path) -> str:
    """The record that should stand in `record.json`, from the tests below `root` and the attacks on formulas."""
    known, every = marked((root / "tests").rglob("test_*.py"), root)
    survived_by = {}
    for item in statements():
        findings = [room.attack(item) for room in ATTACKS]
        if not any(finding.outcome == "failed" for finding in findings):
            names = [finding.attack for finding in findings if finding.outcome == "survived"]
            survived_by[item.id] = [*names, *every, *([INSTANCES] if item.id in known else [])]
    return written(every=every, survived=survived_by, tests=known)


def _on_latex() -> Finding:
    """The tests that compile every statement fail the suite where one does not."""
    known = suite(LATEX)
    return survived(LATEX, ", ".join(known)) if known else does_not_apply(LATEX, "no test compiles the statements")


def _on_instances(statement: Statement) -> Finding:
    """Tests that fail would fail the suite, so those that are recorded were survived."""
    known = falsifiers(statement)
    if not known:
        return does_not_apply(INSTANCES, "no test tries to falsify it on instances")
    return survived(INSTANCES, ", ".join(known))
