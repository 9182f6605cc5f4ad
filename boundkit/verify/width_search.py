"""How much a width could shrink: what the theorem asks, what a certificate needs, what is seen to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from boundkit.activations import Activation
from boundkit.data import Dataset, dataset
from boundkit.errors import Infeasible, NotApplicable
from boundkit.papers import statement as find
from boundkit.query import required_width
from boundkit.statement import Statement
from boundkit.verify.certificate import certify
from boundkit.verify.engine import verify
from boundkit.verify.judge import violating_trials
from boundkit.verify.means import is_mean
from boundkit.verify.request import Request, bound_at, plan_at
from boundkit.verify.trial import judge_data, observed
from boundkit.verify.verdict import Report, Verdict

SMALLEST = 2
PRECISION = 1.05  # neighbouring widths of the search differ by this factor at the end
LARGEST_TRIED = 2**22
STOPS = (Verdict.NOT_APPLICABLE, Verdict.INFEASIBLE)


@dataclass(frozen=True)
class Looseness:
    """Three widths for one statement on one data set; None where there is none, for the reason given.

    `theory` is what the statement requires; `certified` the smallest width found at which its certificate holds for
    every trial; `empirical` the smallest one found at which every trial keeps every claim. Widths are searched by
    doubling and bisection, to 5 %, as if larger ones were never worse. `backend` is where the networks were trained.
    """

    statement: str
    data: str
    activation: str | None
    theory: int | None
    certified: int | None
    empirical: int | None
    reason: str | None
    backend: str


def looseness(
    statement: str | Statement,
    *,
    data: Dataset | str,
    activation: str | Activation | None = None,
    trials: int = 8,
    steps: int = 200,
    seed: int = 0,
    device: str = "auto",
    assume: Mapping[str, object] | None = None,
    **parameters: object,
) -> Looseness:
    """The width that a statement requires beside the smallest certified and the smallest working one.

    Raises BadInput for unusable arguments; what cannot be had is None.

    >>> found = looseness("os19.thm6_2.refined", data="orthonormal:n=2", activation="softplus", delta=1,
    ...                   trials=2, steps=20)
    >>> found.theory > found.certified > found.empirical
    True
    """
    target = find(statement)
    data = dataset(data)
    answer = required_width(target, data=data, activation=activation, assume=assume, **parameters)
    cap = min(answer.width or LARGEST_TRIED, LARGEST_TRIED)
    backends = set[str]()

    def works(k: int) -> bool:
        report = verify(
            target,
            data=data,
            activation=activation,
            k=k,
            level="relaxed",
            trials=trials,
            steps=steps,
            seed=seed,
            device=device,
            assume=assume,
            **parameters,  # type: ignore[arg-type]
        )
        backends.add(report.backend)
        return holds(report)

    def is_certified(k: int) -> bool:
        assert activation is not None
        draws = (
            certify(data=data, activation=activation, k=k, seed=seed, trial=trial, device=device)
            for trial in range(trials)
        )
        return all(draw.certified for draw in draws)

    reasons = [answer.reason]
    found: list[int | None] = []
    wanted = target.certificate is not None and activation is not None
    for predicate in (is_certified if wanted else None, works):
        try:
            found.append(None if predicate is None else smallest_width(predicate, largest=cap))
        except (NotApplicable, Infeasible) as error:
            found.append(None)
            reasons.append(str(error))
    name = None if activation is None else str(getattr(activation, "name", activation))
    reason = next((text for text in reasons if text), None)
    return Looseness(target.id, data.name, name, answer.width, found[0], found[1], reason, ", ".join(sorted(backends)))


def holds(report: Report) -> bool:
    """Whether every trial ran and kept every claim; NotApplicable or Infeasible where nothing could be run."""
    if report.verdict in STOPS:
        error = Infeasible(report.reason or "infeasible")
        raise error if report.verdict is Verdict.INFEASIBLE else NotApplicable("hypotheses", report.reason or "")
    return report.verdict is not Verdict.ERROR and report.violations == 0


def keeps(target: Statement, request: Request, width: int) -> bool:
    """Whether every trial of the request keeps every claim at this width, whatever is required of the width.

    A trial that ends early does not, and neither does one whose start fails a condition of the statement on the run.
    Nothing is replayed: a width is looked for, and no statement is accused. Claims in expectation say nothing of one
    trial and are left out.
    """
    binding = bound_at(target, request, width)
    plan = plan_at(target, request, binding, width)
    for experiment in dict.fromkeys(claim.experiment for claim in target.claims if claim.experiment != "unobserved"):
        claims = [claim for claim in target.claims if claim.experiment == experiment and not is_mean(claim)]
        if experiment == "data":
            if any(judge_data(claim, binding).violations for claim in claims):
                return False
        elif claims:
            found = observed(binding, plan, claims, 0.0)
            if found is None or found[0].trials != request.trials or found[0].broken:
                return False
            if any(violating_trials(claim, binding, found[0]).any() for claim in claims):
                return False
    return True


def smallest_width(predicate: Callable[[int], bool], *, largest: int) -> int | None:
    """The smallest even width at which `predicate` holds, to 5 %; None if it fails up to `largest`.

    >>> smallest_width(lambda k: k >= 1000, largest=10**6) <= 1050
    True
    """
    good = SMALLEST
    while not predicate(good):
        if good >= largest:
            return None
        good = min(2 * good, largest + largest % 2)
    bad = good // 2
    while good > PRECISION * bad and good - bad > 2:
        middle = round((good * bad) ** 0.5 / 2) * 2
        middle = min(max(middle, bad + 1 + (bad + 1) % 2), good - 2)
        good, bad = (middle, bad) if predicate(middle) else (good, middle)
    return good
