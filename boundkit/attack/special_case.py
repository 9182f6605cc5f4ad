"""Attack by special cases: a corollary equals its theorem on its special case.

After the substitution that `special_case` declares, the conditions of the theorem must hold wherever those of the
corollary do, and its claims, its conditions on width and step, its probability and the numbers of its summary must be
those of the corollary. Where the corollary gives something away, or the two cannot be compared, a reason is declared;
what the theorem does not give is refuted whatever the reason. Bounds with open constants are compared as orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from sympy import oo

from boundkit.attack.bounds import FLIPPED, bound_of, bounds
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.substitution import Promise, Substitution, Verdict, step_of, without_logarithms
from boundkit.papers import statement as find
from boundkit.statement import Claim, Hypothesis, Statement
from boundkit.statement.vocabulary import step_size

NAME = "special_case"


def attack(statement: Statement) -> Finding:
    """Whether the statement is what the one it is a special case of says there."""
    if statement.special_case is None:
        return does_not_apply(NAME, "not declared a special case")
    return compare(statement, find(statement.special_case.of))


def compare(statement: Statement, general: Statement) -> Finding:
    """Whether the statement is what `general` says under the substitution that it declares."""
    case = statement.special_case
    if case is None:
        raise ValueError(f"{statement.id} declares no special case")
    verdicts = dict(_verdicts(Substitution(statement, general, case)))
    if not verdicts.keys() - case.differs.keys():
        return does_not_apply(NAME, f"no point was found at which it and {general.id} can be compared")
    for label, verdict in verdicts.items():
        if verdict == "refuted":
            return failed(NAME, f"{label} does not follow from {general.id}")
        if verdict in ("weaker", "open") and label not in case.differs:
            reason = "is weaker than" if verdict == "weaker" else "cannot be compared with"
            return failed(NAME, f"{label} {reason} {general.id} there, and no reason is declared")
    for label in case.differs:
        if verdicts.get(label) not in ("weaker", "open"):
            return failed(NAME, f"{label} is declared to differ from {general.id} and does not")
    groups = [(verdict, [label for label, x in verdicts.items() if x == verdict]) for verdict in get_args(Verdict)]
    said = "; ".join(f"{verdict}: {', '.join(labels)}" for verdict, labels in groups if labels)
    return survived(NAME, f"{general.id}; {said}")


def _verdicts(both: Substitution) -> Iterator[tuple[str, Verdict]]:
    """What was found about every part, by its label; nothing if the special statement applies nowhere."""
    if not both.values:
        return
    for item in both.general.hypotheses:
        yield item.label, _hypothesis(item, both)
    for claim in both.special.claims:
        yield claim.label, _claim(claim, both)
    for part in _rest(both):
        yield part.label, both.verdict(part)
    yield from _orders(both)


def _hypothesis(item: Hypothesis, both: Substitution) -> Verdict:
    """How a condition of the general statement compares with the one that takes its place."""
    relation = both.moved(item.relation)
    own = {other.label: both.own(other.relation) for other in both.special.hypotheses}
    if relation in own.values():
        return "equal"
    theirs = next(iter(bounds(relation)), None) if oo not in relation.args else None
    if theirs is not None and theirs.sign != "=":
        named = item.label in own
        for other in [own[item.label]] if named else own.values():
            mine = bound_of(other, theirs.word) if oo not in other.args else None
            if mine is None or mine.sign != theirs.sign:
                continue
            verdict = both.verdict(Promise(item.label, theirs.side, mine.side, FLIPPED[theirs.sign]))
            if named or verdict in ("equal", "of one order"):
                return verdict
            if verdict == "weaker":
                return "met"
    return both.met(relation)


def _claim(claim: Claim, both: Substitution) -> Verdict:
    """How a claim compares with the strongest claim of the general statement about the same word."""
    relation = both.own(claim.relation)
    mine = bound_of(relation, claim.observable)
    if mine is None:
        return "equal" if relation in [both.moved(other.relation) for other in both.general.claims] else "open"
    found: list[Verdict] = []
    for other in both.general.claims:
        theirs = bound_of(both.moved(other.relation), claim.observable)
        promised = _chance(both.general, other) in ("surely", _chance(both.special, claim))
        if theirs is not None and promised and theirs.sign in ("=", mine.sign):
            found.append(both.verdict(Promise(claim.label, theirs.side, mine.side, mine.sign)))
    order: tuple[Verdict, ...] = ("equal", "of one order", "weaker", "refuted", "open")
    return min(found, key=order.index, default="open")


def _rest(both: Substitution) -> Iterator[Promise]:
    """Probability, step size and the numbers of the summary."""
    special, general = both.special, both.general
    random = {claim.chance for claim in special.claims} & {"as stated"}
    if random and (special.probability, general.probability) != (None, None):
        yield Promise("probability", both.moved(general.failure), both.own(special.failure), "<")
    stated = any(step_size in item.relation.free_symbols for item in general.hypotheses)
    theirs, mine = step_of(general), step_of(special)
    if not stated and theirs is not None and mine is not None:
        yield Promise("step size", both.moved(theirs), both.own(mine), "=")
    for name, number in special.summary.items():
        if name in general.summary:
            given = both.moved(general.summary[name])
            yield Promise(f"guaranteed {name}", given, both.own(number), ">" if name == "rate" else "<")


def _orders(both: Substitution) -> Iterator[tuple[str, Verdict]]:
    """Every order of which the general statement has one too, in the same regime or without one; no logarithms."""
    for order in both.special.orders:
        known = [x for x in both.general.orders if (x.quantity, x.side) == (order.quantity, order.side)]
        theirs = [x for x in known if x.regime == order.regime] or [x for x in known if not x.regime]
        if theirs:
            mine = without_logarithms(both.own(order.expression))
            same = any(both.of_one_order(without_logarithms(both.moved(x.expression)), mine) for x in theirs)
            label = f"order of {order.quantity}" + (f" ({order.regime})" if order.regime else "")
            yield label, "of one order" if same else "open"


def _chance(statement: Statement, claim: Claim) -> str:
    return "surely" if claim.chance == "as stated" and statement.probability is None else claim.chance
