"""Tests of whole campaigns: specification, rows, and what the summary makes of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, compared_widths, foreign, read_campaign, run_campaign, summarise
from boundkit.campaign.run import tasks
from boundkit.campaign.task import run_task
from boundkit.errors import BadInput
from boundkit.render.campaign import campaign_document, campaign_table
from boundkit.verify import Verdict, verify
from boundkit.verify.statistics import interval

GRID = {
    "statements": ["os19.thm6_2.refined", "os19.lem6_4"],
    "data": ["orthonormal:n=4"],
    "levels": ["literal", "certificate"],
    "trials": 8,
    "together": 3,
    "steps": 20,
    "set": {"delta": 1},
}


def test_a_campaign_says_what_verify_says(tmp_path: Path) -> None:
    """Trials run in groups of three and stored give the report of one run with all eight."""
    store = Store(tmp_path / "s")
    run_campaign(campaign(**GRID), store, executor_name="inline")
    found = {(cell.statement, cell.level): report for cell, report in summarise(store.rows)}
    assert set(found) == {
        ("os19.thm6_2.refined", "literal"),
        ("os19.thm6_2.refined", "certificate"),
        ("os19.lem6_4", "literal"),
    }
    report = found["os19.thm6_2.refined", "literal"]
    whole = verify("os19.thm6_2.refined", data="orthonormal:n=4", activation="softplus", delta=1, trials=8, steps=20)
    assert (report.verdict, report.width, report.trials) == (whole.verdict, whole.width, whole.trials)
    assert report.interval == whole.interval
    assert [c.worst_margin for c in report.claims] == pytest.approx([c.worst_margin for c in whole.claims])


def test_assumed_constants_are_told_with_the_verdict(tmp_path: Path) -> None:
    """The value on which a verdict rests is in the summary, the document and the table."""
    store = Store(tmp_path / "s")
    grid = campaign(**{**GRID, "statements": ["os19.thm2_1"], "levels": ["literal"], "assume": {"c": 1}, "trials": 3})
    run_campaign(grid, store, executor_name="inline")
    found = summarise(store.rows)
    assert [dict(report.assumed) for _, report in found] == [{"c": "1"}]
    assert campaign_document(found)["cells"][0]["assumed"] == {"c": "1"}
    assert "c = 1" in campaign_table(found).to("md")


def test_a_store_remembers_versions_and_seeds(tmp_path: Path) -> None:
    """Every row can be run again: cell, trials, and the versions that made it."""
    store = Store(tmp_path / "s")
    grid = campaign(
        **{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}, "seeds": [3], "trials": 2}
    )
    run_campaign(grid, store, executor_name="inline")
    row = store.rows[0]
    assert row["cell"] == asdict(grid.cells[0])
    assert row["cell"]["seed"] == 3
    assert {"boundkit", "python", "numpy", "scipy", "sympy"} <= row["versions"].keys()
    again = run_task(grid.cells[0], row["trials"])
    assert again["tallies"] == row["tallies"]


def test_a_width_may_be_infinite(tmp_path: Path) -> None:
    """A grid of widths holds the limit beside a width that can be built, and resumes both."""
    size = {"widths": [500, "infinite"], "trials": 24, "together": 24}
    grid = campaign(**{**GRID, "statements": ["os19.lem6_12"], "levels": ["literal"], **size})
    for _ in range(2):
        store = Store(tmp_path / "s")
        run_campaign(grid, store, executor_name="inline")
    assert len(store.rows) == 2
    found = {cell.k: report for cell, report in summarise(store.rows)}
    assert set(found) == {500, "infinite"}
    assert {report.verdict for report in found.values()} == {Verdict.CONSISTENT}
    assert found["infinite"].width is None


def test_a_cell_that_cannot_run_is_an_error_not_agreement(tmp_path: Path) -> None:
    """A parameter that only a run can miss is stored as an error with its line, in one row, for good."""
    path = tmp_path / "s"
    broken = {**GRID, "statements": ["sgd22.lemA7", "os19.lem6_4"], "activations": ["gelu"], "set": {}}
    for _ in range(2):
        store = Store(path)
        reached = run_campaign(campaign(**broken), store, executor_name="inline")
        assert (reached.tasks, reached.done) == (6, 6)
        assert sorted("error" in row for row in store.rows) == [False, False, False, True]
    found = {cell.statement: report for cell, report in summarise(store.rows)}
    assert found["sgd22.lemA7"].verdict is Verdict.ERROR
    assert "hidden_row_slack = None: is needed by sgd22.lemA7" in str(found["sgd22.lemA7"].reason)
    assert found["os19.lem6_4"].verdict is Verdict.CONSISTENT


def test_what_another_version_wrote_is_left_out_and_counted(tmp_path: Path) -> None:
    """Fields that this version does not know, or misses, make a row foreign; the others are summarised."""
    store = Store(tmp_path / "s")
    run_campaign(
        campaign(**{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}}),
        store,
        executor_name="inline",
    )
    *kept, row = store.rows
    without = {name: value for name, value in row["cell"].items() if name != "steps"}
    for changed in (
        {"cell": {**row["cell"], "optimiser": "adam"}},
        {"cell": without},
        {"tallies": [{**row["tallies"][0], "novelty": 1}]},
        {"verdict": "splendid"},
    ):
        other = {**row, **changed, "task": "other", "versions": {"boundkit": "9.0"}}
        assert summarise([*store.rows, other]) == summarise(store.rows)
        assert foreign([*kept, other]) == ["9.0"]
    assert foreign(store.rows) == []


def test_trials_that_did_not_run_are_counted_beside_those_that_did(tmp_path: Path) -> None:
    """A task whose draws all miss a hypothesis says so of its own trials only; where none ran, of all."""
    store = Store(tmp_path / "s")
    run_campaign(
        campaign(**{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}}),
        store,
        executor_name="inline",
    )
    *others, last = store.rows
    idle = {"tallies": [], "reason": "no draw fits", "verdict": "not_applicable"}
    ((_, report),) = summarise([*others, {**last, **idle}])
    assert (report.verdict, report.trials, report.reason) == (Verdict.CONSISTENT, 6, "in 2 of 8 trials: no draw fits")
    ((_, report),) = summarise([{**row, **idle} for row in store.rows])
    assert (report.verdict, report.trials, report.reason) == (Verdict.NOT_APPLICABLE, 0, "no draw fits")


def test_a_cell_adds_up_its_tasks(tmp_path: Path) -> None:
    """Violations, seconds and backends of all of them; one that failed makes an error of those that agree."""
    store = Store(tmp_path / "s")
    run_campaign(
        campaign(**{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}}),
        store,
        executor_name="inline",
    )
    seen = [("cpu", 1, 0.25), ("gpu", 0, 0.5), ("cpu", 2, 4.0)]
    rows = [
        {**row, "backend": backend, "violations": violations, "seconds": seconds, "relaxed": ["width"]}
        for row, (backend, violations, seconds) in zip(store.rows, seen, strict=True)
    ]
    ((_, report),) = summarise(rows)
    assert (report.violations, report.trials, report.seconds, report.backend) == (3, 8, 4.75, "cpu, gpu")
    assert report.relaxed == ("width",)
    assert report.interval == interval(3, 8)
    failed = {name: rows[1][name] for name in ("task", "cell", "versions")} | {"error": "no memory", "crashed": True}
    ((_, report),) = summarise([rows[0], rows[2], failed])
    assert (report.verdict, report.reason, report.trials) == (Verdict.ERROR, "no memory", 5)
    ((_, report),) = summarise([failed, *rows])  # run again since
    assert (report.verdict, report.trials) == (Verdict.CONSISTENT, 8)


def test_every_field_of_a_cell_is_in_its_key() -> None:
    """Two cells that differ in anything are run, and stored, apart."""
    cell = campaign(**GRID).cells[0]
    other = {
        "statement": "os19.lem6_5",
        "data": "orthonormal:n=5",
        "activation": "tanh",
        "level": "relaxed",
        "k": 7,
        "seed": 1,
        "steps": 21,
        "parameters": {"delta": "2"},
        "assume": {"c": "1"},
        "vary": "n",
    }
    assert other.keys() == asdict(cell).keys()
    assert len({cell.key, *(replace(cell, **{name: value}).key for name, value in other.items())}) == 1 + len(other)


def test_a_looseness_that_fails_is_an_error(tmp_path: Path) -> None:
    """It has no verdict where it ends, but what did not run is told."""
    store = Store(tmp_path / "s")
    grid = campaign(**{**GRID, "levels": ["looseness"]})
    broken = replace(grid, cells=tuple(replace(cell, parameters={}) for cell in grid.cells))
    run_campaign(broken, store, executor_name="inline")
    ((cell, report),) = summarise(store.rows)
    assert (cell.level, report.verdict) == ("looseness", Verdict.ERROR)
    assert compared_widths(store.rows) == []


def test_what_a_grid_names_twice_is_one_cell() -> None:
    """Of every list."""
    grid = {**GRID, "widths": [100]}
    twice = {name: grid[name] * 2 for name in ("statements", "data", "levels")}
    assert campaign(**{**grid, **twice, "widths": [100, 100], "seeds": [0, 0]}) == campaign(**grid)


def test_compared_widths_are_in_the_order_of_statements_and_data(tmp_path: Path) -> None:
    """Whichever was found first."""
    grid = campaign(**{**GRID, "levels": ["looseness"], "data": ["orthonormal:n=2", "circle:n=2"]})
    rows = [
        {"task": str(number), "cell": asdict(cell), "looseness": {"theory_width": str(number)}}
        for number, cell in enumerate(grid.cells)
    ]
    found = compared_widths(rows)
    assert [row["data"] for row in found] == ["circle:n=2", "orthonormal:n=2"]
    assert compared_widths(rows[::-1]) == found


def test_a_crash_inside_a_task_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody planned becomes a row that names it."""

    def explode(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("nothing")

    monkeypatch.setattr("boundkit.campaign.task.verify", explode)
    row = run_task(campaign(**GRID).cells[0], (0,))
    assert row["error"] == "ZeroDivisionError: nothing"


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"statements": []}, "statements"),
        ({"statements": ["os19.nothing"]}, "statement"),
        ({"data": ["nowhere:n=3"]}, "data"),
        ({"levels": ["deep"]}, "levels"),
        ({"activations": ["nope"]}, "activation"),
        ({"widths": [0]}, "widths"),
        ({"widths": ["any"]}, "widths"),
        ({"seeds": [-1]}, "seeds"),
        ({"trials": 0}, "trials"),
        ({"trials": True}, "trials"),
        ({"trials": 10**10}, "trials"),
        ({"together": 10**10}, "together"),
        ({"steps": 10**10}, "steps"),
        ({"seeds": [2**63]}, "seeds"),
        ({"widths": [10**301]}, "widths"),
        ({"set": {"delta": 1, "k": 64}}, "k"),
        ({"budget": 0}, "budget"),
        ({"budget": "1"}, "budget"),
        ({"grids": [{"budget": -1}]}, "budget"),
        ({"set": 3}, "set"),
        ({"surprise": 1}, "spec"),
        ({"statements": ["os19.lem6_4"], "levels": ["relaxed"]}, "levels"),
    ],
)
def test_a_bad_grid_is_refused_before_anything_runs(change: dict[str, Any], argument: str) -> None:
    """The line names the key of the file that is wrong."""
    with pytest.raises(BadInput) as caught:
        campaign(**{**GRID, **change})
    assert caught.value.argument == argument


def test_a_file_that_is_missing_or_no_toml_is_one_line(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(BadInput, match="cannot be read"):
        read_campaign(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("statements = [")
    with pytest.raises(BadInput, match="is not TOML"):
        read_campaign(tmp_path / "bad.toml")


def test_of_several_grids_the_last_that_names_a_statement_counts() -> None:
    """Patterns stand for what can be put on trial, defaults come from outside of the grids, names go where they fit."""
    grid = campaign(
        data=["orthonormal:n=4"],
        trials=5,
        together=2,
        grids=[
            {"statements": ["os19.thm2_1*"], "set": {"delta": 1}, "assume": {"c": 3}},
            {
                "statements": ["os19.thm2_1.tracked"],
                "levels": ["relaxed"],
                "widths": [50],
                "trials": 2,
                "set": {"delta": 2},
            },
        ],
    )
    found = {cell.statement: (cell, trials) for cell, trials in zip(grid.cells, grid.trials, strict=True)}
    assert len(found) == len(grid.cells)
    assert (found["os19.thm2_1"][0].assume, found["os19.thm2_1"][1]) == ({"c": "3"}, 5)
    assert found["os19.thm2_1.refined"][0].assume == {}
    changed, trials = found["os19.thm2_1.tracked"]
    assert (changed.level, changed.k, changed.parameters, trials) == ("relaxed", 50, {"delta": "2"}, 2)
    planned = [task.trials for task in tasks(grid) if task.cell is changed]
    assert planned == [(0, 1)]
    assert [task.trials for task in tasks(grid) if task.cell is found["os19.thm2_1"][0]] == [(0, 1), (2, 3), (4,)]


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"statements": ["nothing.*"]}, "statements"),
        ({"assume": {"C": 1}}, "assume"),
        ({"set": {"surprise": 1}}, "set"),
        ({"grids": []}, "grids"),
        ({"grids": ["os19.*"]}, "grids"),
    ],
)
def test_what_fits_no_statement_is_refused(change: dict[str, Any], argument: str) -> None:
    """A pattern without a statement, a constant or parameter that none of them has, and grids that are no tables."""
    with pytest.raises(BadInput) as caught:
        campaign(**{**GRID, "statements": ["os19.thm2_1"], **change})
    assert caught.value.argument == argument


def test_the_exponent_of_a_width_is_one_result(tmp_path: Path) -> None:
    """All trials of level scaling are one task, which takes no width and varies what the grid says."""
    given = {"statements": ["zczg18.corA_5"], "data": ["arc:n=4,mu=0.5,phi=0.3"], "activations": ["relu"]}
    how = {"levels": ["literal", "scaling"], "widths": [400, 800], "trials": 3, "together": 2, "vary": "L"}
    grid = campaign(**given, **how, set={"L": 1, "failure": "1/10"}, assume={"C": 1, "c": 10})
    cells = {(cell.level, cell.k, cell.vary) for cell in grid.cells}
    assert cells == {("literal", 400, None), ("literal", 800, None), ("scaling", None, "L")}
    assert len(grid.cells) == 3
    store = Store(tmp_path / "s")
    run_campaign(grid, store, executor_name="inline")
    row = next(row for row in store.rows if row["cell"]["level"] == "scaling")
    assert (row["trials"], row["tallies"]) == ([0, 1, 2], [])
    assert "L^4.14" in row["reason"]
    found = {cell.level: report.verdict for cell, report in summarise(store.rows)}
    assert found["scaling"] == row["verdict"]


def test_a_file_that_changed_is_another_cell(tmp_path: Path) -> None:
    """A resume runs again what a file's new content decides, adds up no rows of different data, and knows the old."""
    path, store = tmp_path / "points.csv", Store(tmp_path / "s")
    contents = ["1,0,1\n0,1,2\n", "1,0,1\n0.6,0.8,2\n"]
    for content in [*contents, contents[0]]:
        path.write_text(content)
        grid = campaign(
            **{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}, "data": [str(path)]}
        )
        assert run_campaign(grid, store, executor_name="inline").done == 3
    assert len(store.rows) == 6
    assert [report.trials for _, report in summarise(store.rows)] == [8, 8]
    path.write_text("1,0,1\n0.8,0.6,2\n")
    (stale,) = campaign(
        **{**GRID, "statements": ["os19.lem6_4"], "levels": ["literal"], "set": {}, "data": [str(path)]}
    ).cells
    path.write_text(contents[1])
    assert "other content" in run_task(stale, [8])["error"]
