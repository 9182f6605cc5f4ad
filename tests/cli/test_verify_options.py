"""Options of `boundkit verify`: the budget, and how assumed constants are told."""

from __future__ import annotations

import pytest

from boundkit.verify import budget
from tests.cli.conftest import Call, document

SCALED = ["verify", "os19.thm2_1", "--data", "orthonormal:n=4", "--activation", "0.01*cos(z)", "--set", "delta=1"]


def test_a_budget_that_is_too_small(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3, nothing run, and by how much the time exceeds what was given."""
    monkeypatch.setattr(budget, "seconds_needed", lambda *a, **b: 320.0)
    arguments = ["verify", "os19.lem6_12", "--data", "orthonormal:n=4", "--activation", "softplus", "--budget", "60"]
    result = call(*arguments, "--json")
    assert result.exit_code == 3
    found = document(result)
    assert (found["verdict"], found["trials"]) == ("infeasible", 0)
    assert found["reason"] == "needs about 320 s, 5.33 times the budget of 60 s"
    assert call(*arguments[:-1], "-1").exit_code == 2


def test_an_assumed_constant_is_told_in_text_and_document(call: Call) -> None:
    """A violation under c = 1 is one of that value; a statement without open constants says nothing of the kind."""
    arguments = [*SCALED, "--assume", "c=1", "--trials", "6", "--steps", "3000"]
    result = call(*arguments)
    assert result.exit_code == 1
    assert "ASSUMED" in result.stdout
    assert "c = 1 (a verdict speaks of this value only)" in result.stdout
    assert document(call(*arguments, "--json"))["assumed"] == {"c": "1"}
    plain = ["verify", "os19.lem6_4", "--data", "orthonormal:n=4", "--activation", "softplus"]
    assert "ASSUMED" not in call(*plain).stdout
    assert document(call(*plain, "--json"))["assumed"] == {}


def test_numbers_with_a_default_may_be_written_with_an_exponent(call: Call) -> None:
    """1e1 steps are ten, and what is too large is refused with its value."""
    arguments = ["verify", "os19.thm6_2.refined", "--data", "orthonormal:n=3", "--activation", "softplus"]
    found = document(call(*arguments, "--set", "delta=1", "--trials", "2e0", "--steps", "1e1", "--json"))
    assert (found["trials"], found["steps"]) == (2, 10)
    refused = document(call(*arguments, "--set", "delta=1", "--seed", "1e30", "--json"))["error"]
    assert (refused["argument"], refused["value"]) == ("seed", str(10**30))


@pytest.mark.parametrize(("k", "code"), [("1e300", 0), ("1e301", 2), (str(10**300 + 1), 2), ("9" * 400, 2)])
def test_the_largest_width_of_an_option_is_the_largest_of_the_library(call: Call, k: str, code: int) -> None:
    """10^300 is a width and nothing above it is; the option says so itself."""
    arguments = ["guarantee", "os19.thm6_2.refined", "--data", "orthonormal:n=4", "--activation", "softplus"]
    result = call(*arguments, "--set", "delta=1", "--k", k)
    assert result.exit_code == code
    assert ("must be an integer of at most 10^300" in result.stderr) == bool(code)
