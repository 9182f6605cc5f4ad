"""Exponents of the width: fits against known powers, the rules of the verdict, real statements and a false one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from operator import le
from typing import Any

import numpy as np
import pytest
from sympy import Ge

from boundkit.errors import BadInput
from boundkit.papers import statement as find
from boundkit.statement import Hypothesis
from boundkit.statement.vocabulary import k
from boundkit.statement.words.shared import L
from boundkit.verify import Report, Verdict, certify, levels, scaling, verify
from boundkit.verify.budget import Budget
from boundkit.verify.scaling import fitted
from boundkit.verify.width_search import PRECISION, smallest_width

GIVEN: dict[str, Any] = {"level": "scaling", "device": "cpu"}
SMOOTH: dict[str, Any] = {"data": "orthonormal:n=3", "activation": "softplus", "delta": 1, **GIVEN}
DEEP: dict[str, Any] = {
    "data": "arc:n=4,mu=0.5,phi=0.3",
    "activation": "relu",
    "assume": {"C": 1, "c": 10},
    "failure": "1/10",
    "vary": "L",
    "L": 1,
    "trials": 16,
    **GIVEN,
}


def with_widths(
    monkeypatch: pytest.MonkeyPatch,
    power: float,
    noise: float = 0.0,
    target: str = "os19.thm6_2.refined",
    **given: Any,
) -> Report:
    """The verdict when the smallest width is a power of what varies, up to a relative noise."""
    rng = np.random.default_rng(0)

    def width(target: Any, point: Any, required: int, where: str, *, certified: bool) -> int:
        size = float(Fraction(where.split(" = ")[1]))
        return max(2, round(1000 * size**power * np.exp(noise * rng.standard_normal())))

    monkeypatch.setattr(scaling, "_smallest", width)
    return verify(target, **{**(given or SMOOTH), "trials": 3})


def test_interval_of_the_fit_holds_the_exponent() -> None:
    """95 % intervals hold the true exponent about as often, although sizes of one trial share a part of the noise."""
    rng = np.random.default_rng(1)
    sizes, held = [10, 15, 20, 30], []
    for _ in range(400):
        shared = 0.5 * rng.standard_normal((6, 1)) * np.log(sizes) / 3 + rng.standard_normal((6, 1))
        found = fitted(sizes, 1.7 * np.log(sizes) + shared + 0.1 * rng.standard_normal((6, 4)))
        held.append(found.low <= 1.7 <= found.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)


def test_the_granularity_of_the_search_is_in_the_interval() -> None:
    """Thresholds without noise: the interval of the trials alone misses the truth, the widened one holds it."""
    sizes = [10, 15, 20, 30]
    for power in (0.5, 0.9, 1.3, 2.0):
        found = [smallest_width(partial(le, 900 * n**power), largest=10**7) for n in sizes]
        logarithms = np.log(np.array([found, found], dtype=float))
        plain, widened = fitted(sizes, logarithms), fitted(sizes, logarithms, uncertainty=float(np.log(PRECISION)))
        assert plain.low == pytest.approx(plain.high)
        assert plain.value != pytest.approx(power, abs=1e-4)
        assert widened.low <= power <= widened.high


@pytest.mark.parametrize("late", [False, True])
def test_the_interval_reaches_as_far_as_the_search_may_mislead(late: bool) -> None:
    """Logarithms too large by the uncertainty at the small sizes, or at the large ones: the truth is an end."""
    sizes, power, uncertainty = [10, 15, 20, 30], 1.3, 0.05
    places = np.log(sizes)
    wrong = np.where((places > places.mean()) == late, uncertainty, 0.0)
    found = fitted(sizes, np.array([power * places + wrong] * 2), uncertainty=uncertainty)
    assert (found.low if late else found.high) == pytest.approx(power, abs=1e-12)


def test_a_growth_below_the_precision_of_the_search_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widths that rise by two per cent, where a search finds them to five: that they need not grow is not rejected."""
    report = with_widths(monkeypatch, 0.02)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert not report.claims[0].twin_rejected


def test_a_slower_growth_is_consistent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widths like n^0.5 where the theorem has n: consistent, and that they need not grow is rejected."""
    report = with_widths(monkeypatch, 0.5)
    assert report.verdict is Verdict.CONSISTENT
    assert report.claims[0].twin_rejected
    assert report.scaling is not None
    assert report.scaling["theorem_exponent"] == pytest.approx(1, abs=0.01)
    assert report.claims[0].slack == pytest.approx(2, abs=0.3)
    largest = report.scaling["theorem_exponent"] + report.scaling["difference_interval"][1]
    assert report.claims[0].worst_margin == pytest.approx(largest / report.scaling["theorem_exponent"])
    assert report.claims[0].worst_margin == pytest.approx(1 / report.claims[0].slack)


def test_the_same_growth_is_not_certainly_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widths like n where the theorem has n, without and with noise: never consistent."""
    for noise in (0.0, 0.1):
        report = with_widths(monkeypatch, 1, noise)
        assert report.verdict is Verdict.INCONCLUSIVE
        assert report.reason is not None
        assert "reaches beyond" in report.reason
        assert report.scaling is not None
        assert report.width == max(map(max, report.scaling["widths"]))


def test_a_faster_growth_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widths like n^2: a finite range is no refutation of an exponent."""
    report = with_widths(monkeypatch, 2)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reason is not None
    assert "refutes no exponent" in report.reason


def test_widths_that_do_not_grow_have_no_power(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant widths leave the twin standing."""
    report = with_widths(monkeypatch, 0, noise=0.05)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reason is not None
    assert "no power" in report.reason


@pytest.mark.parametrize(("power", "verdict"), [(-3, Verdict.CONSISTENT), (-5, Verdict.INCONCLUSIVE)])
def test_required_widths_that_fall(monkeypatch: pytest.MonkeyPatch, power: float, verdict: Verdict) -> None:
    """Required widths fall like phi^-4: growth is counted in 1/phi, and faster than theirs is not consistent."""
    report = with_widths(monkeypatch, power, target="zczg18.corA_5", **{**DEEP, "vary": "phi"})
    assert report.scaling is not None
    assert report.scaling["base"] == "(1/phi)"
    assert report.scaling["sizes"] == [0.3, 0.45, 0.6, 0.9]
    assert report.scaling["theorem_exponent"] == pytest.approx(4, abs=0.05)
    assert report.scaling["exponent"] == pytest.approx(-power, abs=0.02)
    assert report.verdict is verdict


def test_features_of_the_output_layer() -> None:
    """os19 Theorem 3.2 asks for n log(n)^2 units; k of order n give the spectrum, and never fewer than n: rank."""
    report = verify("os19.thm3_2.tracked", data="orthonormal:n=4", activation="erf", trials=6, **GIVEN)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    seen = report.scaling
    assert seen is not None
    assert seen["kind"] == "working"
    widths = np.array(seen["widths"])
    assert (widths >= seen["sizes"]).all()
    asymptotic = np.array(seen["sizes"]) / (1 - np.sqrt(1 / 2)) ** 2  # Bai and Yin: (1 - sqrt(n/k))^2 = 1/2
    assert (np.median(widths, axis=0) < asymptotic).all()
    slopes = [np.polyfit(np.log(seen["sizes"]), np.log(row), 1)[0] for row in widths]
    assert seen["exponent"] == pytest.approx(np.mean(slopes))
    assert seen["interval"][0] < np.mean(slopes) - 2 * np.std(slopes, ddof=1) / np.sqrt(6)


def test_spectrum_of_the_jacobian() -> None:
    """os19 Lemma 6.7: |X|^2 / lambda grows like n^3.6 on a sphere, widths that work like n; n rows need k d >= n."""
    how: dict[str, Any] = {"data": "sphere:n=6,d=6", "activation": "softplus", "chernoff_loss": "1/4"}
    report = verify("os19.lem6_7.sharpened", trials=8, **how, **GIVEN)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert report.scaling is not None
    assert (6 * np.array(report.scaling["widths"]) >= report.scaling["sizes"]).all()
    assert report.scaling["exponent"] + 2 < report.scaling["theorem_exponent"]


def test_separation_in_deep_networks() -> None:
    """zczg18 Corollary A.5: L^4 in the depth is loose, about L works; the constant does not matter to the exponent."""
    report = verify("zczg18.corA_5", **DEEP)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert report.scaling is not None
    assert report.scaling["sizes"] == [1, 2, 3]
    assert 4 < report.scaling["theorem_exponent"] < 4.3
    half = verify("zczg18.corA_5", **{**DEEP, "assume": {"C": "1/2", "c": 10}})
    assert half.scaling is not None
    assert half.scaling["widths"] == report.scaling["widths"]
    assert half.verdict is Verdict.CONSISTENT


def test_a_planted_false_exponent_is_not_consistent() -> None:
    """The same corollary with L^(1/4) for L^4: the widths that work certainly grow faster."""
    printed = find("zczg18.corA_5")
    width = Hypothesis("width", "width", Ge(k, 40 * L ** (1 / 4)))
    kept = tuple(item for item in printed.hypotheses if item.label != "width")
    false = replace(printed, id="zczg18.planted", hypotheses=(*kept, width), orders=(), constants=printed.constants[:1])
    report = verify(false, **{**DEEP, "assume": {name: 10 for name in ("c", "C") if name in _open(false)}})
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.scaling is not None
    assert report.scaling["theorem_exponent"] == pytest.approx(0.25, abs=0.02)
    assert report.scaling["difference_interval"][0] > 0


def _open(target: Any) -> set[str]:
    return {item.symbol.name for item in target.constants if item.status == "open"}


def test_certified_widths_of_a_theorem() -> None:
    """The certificate has the theorem's own exponent, so that no number of trials makes it certainly smaller."""
    report = verify("os19.thm6_2.refined", trials=2, **SMOOTH)
    seen = report.scaling
    assert seen is not None
    assert (seen["sizes"], seen["kind"]) == ([3, 4, 6, 9], "certified")
    assert (np.array(seen["widths"]) < np.array(seen["required"])).all()
    assert seen["theorem_exponent"] == pytest.approx(1, abs=0.01)
    assert report.verdict is Verdict.INCONCLUSIVE
    for trial, width in enumerate(row[0] for row in seen["widths"]):  # each from the data and the weights of its trial
        known: dict[str, Any] = {"data": f"orthonormal:n=3,seed={trial}", "activation": "softplus", "trial": trial}
        assert certify(k=width, **known).certified
        assert not certify(k=round(width / PRECISION / 2 - 1) * 2, **known).certified


def test_progress_and_budget_follow_the_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every width searched is told, and after each the share of trials that are begun is held against the budget."""
    told: list[tuple[int, int]] = []
    shares: list[float] = []
    monkeypatch.setattr(Budget, "require_share", lambda self, share: shares.append(share))
    with_widths(monkeypatch, 0.5, **SMOOTH, budget=1000, progress=lambda *pair: told.append(pair))
    assert told == [(done, 12) for done in range(1, 13)]
    assert shares == pytest.approx([share for share in (1 / 3, 2 / 3, 1) for _ in range(4)])


def test_where_no_width_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search ends some way above the required width and says so."""
    monkeypatch.setattr(scaling, "keeps", lambda *_: False)
    report = verify("zczg18.corA_5", **DEEP)
    assert report.verdict is Verdict.INFEASIBLE
    assert report.reason == "at L = 1 no width up to 51072 works in trial 0"


def test_what_cannot_be_swept() -> None:
    """Wrong uses are told in a line: a width, a single trial, an unknown number, a level that varies nothing."""
    with pytest.raises(BadInput, match="k = 7: is what level scaling searches"):
        verify("zczg18.corA_5", **DEEP, k=7)
    with pytest.raises(BadInput, match="trials = 1: must be at least 2"):
        verify("zczg18.corA_5", **{**DEEP, "trials": 1})
    with pytest.raises(BadInput, match="vary = width: must be a number of the data or of set: n, mu, phi"):
        verify("zczg18.corA_5", **{**DEEP, "vary": "width"})
    with pytest.raises(BadInput, match="vary = L: is for level scaling"):
        verify("zczg18.corA_5", **{**DEEP, "level": "literal"})
    assert "scaling" not in levels(find("os19.lem6_12"))
    assert "scaling" in levels(find("os19.lem6_7.sharpened"))


def test_open_constants_and_budgets() -> None:
    """Without a value for C there is no width to compare with; what takes too long is infeasible, and by how much."""
    report = verify("zczg18.corA_5", **{**DEEP, "assume": {}})
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert report.reason is not None
    assert "no value for C, c" in report.reason
    late = verify("zczg18.corA_5", **DEEP, budget=1e-3)
    assert late.verdict is Verdict.INFEASIBLE
    assert late.reason is not None
    assert "times the budget of 0.001 s" in late.reason
