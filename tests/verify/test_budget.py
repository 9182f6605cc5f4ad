"""A budget of time: the estimate from a short calibration, and what is said when it is not enough."""

from dataclasses import replace

import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.errors import BadInput, Infeasible
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.words.shared import T
from boundkit.verify import Verdict, budget, verify
from boundkit.verify.observe import Experiment, Observations, Plan

ON = {"data": "orthonormal:n=2", "activation": "softplus"}


class Clock:
    """A clock that only moves when an experiment moves it."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        """The time."""
        return self.now


def made(monkeypatch, cost, *, id="os19.thm6_2.refined", first=0.0, **given):
    """A statement, a plan, and a clock on which a trial of s steps takes cost(s) seconds and the first run more."""
    clock, extra, calls = Clock(), [first], []

    def sample(binding, plan):
        calls.append((plan.trials, plan.steps))
        clock.now += len(plan.trials) * cost(plan.steps) + (extra.pop() if extra else 0.0)
        return Observations(plan.trials, {})

    monkeypatch.setattr(budget, "experiment", lambda *arguments: Experiment(sample))
    data = dataset(ON["data"])
    binding = bind(statement(id), data=data, activation_name="softplus", parameters={"delta": 1, "k": 100, **given})
    plan = Plan(data, activation("softplus"), 100, tuple(range(16)), 1000, 0, "cpu")
    return binding, plan, clock, calls


def test_the_estimate_extrapolates_in_steps_and_trials(monkeypatch):
    """A trial of 2 s and 0.3 s a step: 16 trials of 1000 steps come to 16 * (2 + 300), from one trial of few steps."""
    binding, plan, clock, calls = made(monkeypatch, lambda steps: 2 + 0.3 * steps)
    assert budget.seconds_needed(binding, plan, clock=clock) == pytest.approx(16 * 302)
    assert calls == [((0,), 3), ((0,), 1)]


def test_what_is_too_short_to_time_is_made_longer(monkeypatch):
    """Steps of a microsecond are timed in a run of all steps, not in three."""
    binding, plan, clock, calls = made(monkeypatch, lambda steps: 1e-6 * steps)
    assert budget.seconds_needed(binding, plan, clock=clock) == pytest.approx(16 * 1e-3)
    assert calls[-1] == ((0,), 1000)


def test_loading_does_not_count_where_it_decides(monkeypatch):
    """A first run that takes 5 s more than the others is timed again when the estimate is too large."""
    binding, plan, clock, _ = made(monkeypatch, lambda steps: 0.1 * steps, first=5.0)
    assert budget.seconds_needed(binding, plan, clock=clock, enough=2000) == pytest.approx(1600)


def test_an_experiment_without_steps_is_timed_as_it_is(monkeypatch):
    """One trial, times the trials."""
    binding, plan, clock, calls = made(monkeypatch, lambda steps: 4.0, id="os19.lem6_12")
    assert budget.seconds_needed(binding, replace(plan, steps=7), clock=clock) == pytest.approx(64)
    assert calls == [((0,), 7)]


def test_the_refusal_says_by_how_much(monkeypatch):
    """320 s within 60 s is refused with both numbers; within 600 s it is not."""
    binding, plan, clock, _ = made(monkeypatch, lambda steps: 0.02 * steps)
    monkeypatch.setattr(budget, "seconds_needed", lambda *a, **b: 320.0)
    with pytest.raises(Infeasible, match=r"^needs about 320 s, 5\.33 times the budget of 60 s$"):
        budget.Budget(60.0, clock, clock.now).require(binding, plan)
    budget.Budget(600.0, clock, clock.now).require(binding, plan)


def test_what_was_spent_counts(monkeypatch):
    """Half of the budget is gone before the estimate: what would have fitted does not."""
    binding, plan, clock, _ = made(monkeypatch, lambda steps: 1.0)
    limit = budget.Budget(60.0, clock, clock.now)
    monkeypatch.setattr(budget, "seconds_needed", lambda *a, **b: 40.0)
    limit.require(binding, plan)
    clock.now += 30
    with pytest.raises(Infeasible, match="needs about 70 s"):
        limit.require(binding, plan)


@pytest.mark.parametrize("level", ["literal", "lemma", "certificate"])
def test_the_verdict_is_infeasible(monkeypatch, level):
    """At every level nothing runs, no trial is counted, and the reason is the budget."""
    monkeypatch.setattr(budget, "seconds_needed", lambda *a, **b: 320.0)
    report = verify("os19.thm6_2.refined", **ON, delta=1, level=level, trials=2, steps=5, budget=1)
    assert report.verdict is Verdict.INFEASIBLE
    assert "the budget of 1 s" in report.reason
    assert report.trials == 0
    assert not report.claims


def test_within_the_budget_nothing_changes():
    """The calibration leaves the verdict, the trials and every margin as they are."""
    run = {**ON, "delta": 1, "trials": 3, "steps": 40}
    plain, watched = (verify("os19.thm6_2.refined", **run, **more) for more in ({}, {"budget": 10_000}))
    assert watched.verdict is plain.verdict
    assert watched.trials == plain.trials == 3
    assert [item.worst_margin for item in watched.claims] == [item.worst_margin for item in plain.claims]


def test_a_fixed_number_of_iterations_is_shortened(monkeypatch):
    """A statement given T = 50 is calibrated with 3 and 1 iterations and then counted with 50, not the plan's 1000."""
    seen = []

    def sample(binding, plan):
        seen.append(float(binding.values[T].mid()))
        clock.now += 0.5 + 0.1 * seen[-1]
        return Observations(plan.trials, {})

    _, plan, clock, _ = made(monkeypatch, lambda steps: 0.0)
    monkeypatch.setattr(budget, "experiment", lambda *arguments: Experiment(sample))
    target = statement("zczg18.d.one_hidden_layer_logistic")
    given = {"L": 1, "failure": ".1", "target_risk": ".3", "effective_separation": ".9", "k": 10, "T": 50}
    binding = bind(target, data="arc:n=2,mu=0.5,phi=0.9", parameters=given)
    assert budget.seconds_needed(binding, plan, clock=clock) == pytest.approx(16 * 5.5)
    assert seen == [3, 1]


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan"), "ten", True])
def test_a_budget_must_be_positive(value):
    """Anything else is named."""
    with pytest.raises(BadInput, match="budget"):
        verify("os19.lem6_4", **ON, budget=value)
