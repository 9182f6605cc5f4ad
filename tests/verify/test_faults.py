"""What goes wrong in a run: a verdict or one line that says so, never agreement."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from boundkit.errors import BadInput, Infeasible
from boundkit.papers import statement
from boundkit.statement.vocabulary import step_size
from boundkit.train import backend, descent
from boundkit.train.backend import select_device
from boundkit.train.cuda import DeviceFault
from boundkit.train.deep import descent as deep_descent
from boundkit.train.shallow import descent as shallow_descent
from boundkit.verify import Verdict, budget, verify

LOGISTIC = {"loss_exponent": 1, "loss_floor": "1/2", "loss_growth": "1/2", "margin_loss_smoothness": "1/4"}
LIFTED = "lifted:n=6,d=5,mu=0.3,phi=0.5,seed=0"
SMOOTH = {"data": "orthonormal:n=2,seed=1", "activation": "softplus", "steps": 20}
CASES = {
    "main": ("os19.thm6_2.refined", {**SMOOTH, "data": "orthonormal:n=4", "delta": 1}),
    "layers": ("os19.d.sgd", {**SMOOTH, "k": 12_000, "nu": 4}),
    "deep": ("zczg18.d.self_bounding", {"data": LIFTED, "L": 2, "k": 64, "steps": 20, **LOGISTIC}),
    "composite": ("sgd22.thm1.repaired", {"data": "sphere:n=4,d=3,seed=0", "activation": "tanh", "steps": 20}),
}


def run(case, **more):
    """The report of a case on eight trials on the CPU."""
    target, given = case
    return verify(target, **{"trials": 8, "device": "cpu", **given, **more})


def never_agrees(report):
    """Neither the verdict nor any claim is consistent, and the reason is one line."""
    assert report.verdict in (Verdict.ERROR, Verdict.VIOLATED)
    assert report.reason
    assert all(item.verdict is not Verdict.CONSISTENT for item in report.claims)
    assert "\n" not in report.reason


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        *((name, factor) for name in ("main", "layers", "deep") for factor in (1e150, 1e300)),
        ("main", 1e3),
        ("layers", 1e3),
    ],
)
def test_a_divergent_step_size(name, factor):
    """Steps far beyond stability, up to an overflow in the first one: a violation that is replayed, or an error."""
    id, given = CASES[name]
    item = statement(id)
    hypotheses = tuple(h for h in item.hypotheses if h.role != "step")
    size = step_size if item.setting.step_size == step_size else item.setting.step_size * sympy.Integer(int(factor))
    wild = replace(item, hypotheses=hypotheses, setting=replace(item.setting, step_size=size))
    more = {"step_size": factor} if size == step_size else {}
    never_agrees(run((wild, given), **more))


@pytest.mark.parametrize("name", ["main", "layers", "deep"])
def test_a_nan_in_the_middle_of_a_run(name, monkeypatch):
    """From the fourth step on the engine measures NaN: an error, whatever was seen before."""
    count = []

    def spoiled(original):
        def step(*arguments, **options):
            found = original(*arguments, **options)
            count.append(1)
            if len(count) % 20 < 4:
                return found
            first = found[0] if isinstance(found, tuple) else found
            first[...] = np.nan
            return found

        return step

    def windows(original):  # the fast path makes many steps in one call
        def extend(records, squares):
            squares[max(0, 4 - records._steps) :] = np.nan
            count.extend(squares)
            original(records, squares)

        return extend

    places = {
        "main": (descent.Records, "extend", windows),
        "layers": (shallow_descent.State, "forward", spoiled),
        "deep": (deep_descent._State, "step", spoiled),
    }
    place, function, changed = places[name]
    monkeypatch.setattr(place, function, changed(getattr(place, function)))
    report = run(CASES[name])
    assert report.verdict is Verdict.ERROR
    never_agrees(report)
    assert len(count) > 4


@pytest.mark.parametrize("name", CASES)
def test_a_time_limit(name, monkeypatch):
    """What is estimated to take too long is not run, and infeasible by how much."""
    monkeypatch.setattr(budget, "seconds_needed", lambda *arguments, **options: 3600.0)
    report = run(CASES[name], budget=60)
    assert report.verdict is Verdict.INFEASIBLE
    assert "times the budget of 60 s" in report.reason
    assert report.trials == 0


@pytest.mark.parametrize("device", ["tpu", "cuda:1", "", "CPU"])
def test_an_unknown_device(device):
    """The name and the valid ones, before anything runs."""
    with pytest.raises(BadInput, match=r"auto, cpu, cuda|did you mean") as raised:
        run(CASES["main"], device=device)
    assert raised.value.argument == "device"
    assert "\n" not in str(raised.value)


def test_a_device_that_is_not_there(monkeypatch):
    """Asked for, it is refused with the reason; `auto` does without and gives the same result."""
    monkeypatch.setattr(backend, "cuda_status", lambda: (False, "no driver"))
    with pytest.raises(Infeasible, match="no driver"):
        run(CASES["main"], device="cuda")
    assert run(CASES["main"], device="auto").claims == run(CASES["main"]).claims


def test_a_device_that_auto_cannot_use(monkeypatch):
    """Where CuPy is installed and cannot be used, a report says why, unless nothing was run or the CPU asked for."""
    monkeypatch.setattr(backend, "cuda_status", lambda: (False, "no driver"))
    monkeypatch.setattr(backend, "cupy_installed", lambda: True)
    assert run(CASES["main"], device="auto").backend == "cpu (cuda is not used: no driver)"
    assert run(CASES["main"], device="cpu").backend == "cpu"
    refused = run(CASES["main"], device="auto", activation="relu")
    assert (refused.verdict, refused.backend) == (Verdict.NOT_APPLICABLE, "none")
    monkeypatch.setattr(backend, "cupy_installed", lambda: False)
    assert run(CASES["main"], device="auto").backend == "cpu"


@pytest.fixture
def lost(monkeypatch):
    """A device that is found and then fails at the first array that it is given; the number of its failures."""
    failures = []

    def fail(host):
        failures.append(1)
        raise DeviceFault("the CUDA device failed: lost")

    def found(reason, *, optional):
        return replace(select_device("cpu"), name="cuda", upload=fail, fused=False, optional=optional)

    monkeypatch.setattr(backend, "cuda_status", lambda: (True, "emulated"))
    monkeypatch.setattr(backend, "_cuda", found)
    return failures


@pytest.mark.parametrize("name", ["main", "layers", "deep"])
def test_a_lost_device_with_auto(name, lost):
    """The run is made on the CPU, to the same numbers, and the report says why."""
    report = run(CASES[name], device="auto")
    assert lost
    assert report.backend == "cpu (cuda is not used: the CUDA device failed: lost)"
    plain = run(CASES[name])
    assert plain.backend == "cpu"
    assert report.claims == plain.claims


@pytest.mark.parametrize("name", ["main", "layers", "deep"])
def test_a_lost_device_that_was_asked_for(name, lost):
    """One line, and no verdict."""
    with pytest.raises(DeviceFault, match=r"^the CUDA device failed: lost$"):
        run(CASES[name], device="cuda")
