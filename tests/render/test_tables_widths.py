"""The star of a comparison, at the smallest width of what survived the attacks, and the rounding of its numbers."""

from __future__ import annotations

import flint
import pytest

from boundkit.arithmetic import precision
from boundkit.render.tables import compare
from boundkit.statement import Statement

FORMS = ("tracked", "refined", "sharpened")  # the narrowest in the middle
WIDTHS = {"tracked": 428298, "sharpened": 107076, "refined": 4726}


def test_numbers_of_a_row_are_on_the_safe_side() -> None:
    """Six digits: of probability and rate at most what is guaranteed, of the radius at least that."""
    found = compare(
        ["os19.thm6_2.refined", "os19.thm2_1.sharpened"], data="orthonormal:n=4", activation="softplus", delta=1
    )
    names = ("probability", "rate", "radius")
    for row, answer in zip(found.select(*names).rows, found.answers, strict=True):
        with precision(256):
            for name, written in zip(names, row, strict=True):
                excess = flint.arb(str(written)) / getattr(answer, name) - 1
                assert 0 < (excess if name == "radius" else -excess) < 1e-5, name


def stars() -> dict[object, object]:
    """Width and star of every form, by form."""
    found = compare([f"os19.thm6_2.{form}" for form in FORMS], data="orthonormal:n=4", activation="softplus", delta=1)
    rows = found.select("form", "width", "best").rows
    assert {row[0]: row[1] for row in rows} == WIDTHS
    return {form: star for form, _, star in rows}


def test_the_smallest_width_has_the_star() -> None:
    """Wherever it stands; and no other has one."""
    assert stars() == {"tracked": None, "sharpened": None, "refined": "*"}


@pytest.mark.parametrize("left", [{"tracked", "sharpened"}, {"tracked"}, set()])
def test_what_failed_an_attack_has_no_star(left: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest of the others has it then; none if there are no others."""

    def eligible(statement: Statement) -> bool:
        return statement.form in left

    monkeypatch.setattr("boundkit.attack.record.eligible", eligible)
    best = min(left, key=WIDTHS.__getitem__, default=None)
    assert stars() == {form: "*" if form == best else None for form in FORMS}
