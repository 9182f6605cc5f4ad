"""Every command's JSON document has the keys and types of the interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from boundkit.cli.main import COMMANDS
from boundkit.papers import statements
from boundkit.query import required_width
from tests.cli.conftest import Call, document

DATA = ["--data", "orthonormal:n=4"]
ON = [*DATA, "--activation", "softplus"]
DELTA = ["--set", "delta=1"]
RUN = ["--trials", "4", "--steps", "5"]
NUMBER, TEXT = (int, float), str
STRING_OR_NULL = (str, type(None))
ENCLOSURE = {"value": STRING_OR_NULL, "lower": str, "upper": str}
WIDTH = {
    "statement": str,
    "width": (int, str, type(None)),
    "width_expression": STRING_OR_NULL,
    "status": str,
    "binding": STRING_OR_NULL,
    "hypotheses": [{"label": str, "holds": (bool, type(None))}],
    "step_size": STRING_OR_NULL,
    "rate": STRING_OR_NULL,
    "iterations": (int, str, type(None)),
    "radius": STRING_OR_NULL,
    "probability": STRING_OR_NULL,
    "vacuous": bool,
    "bounds": dict,
    "parameters": {"delta": str, "eta_bar": str},
    "quantities": {"n": ENCLOSURE, "norm_X": ENCLOSURE},
}
FORMULA = {"latex": str, "text": str}
CASES: dict[str, tuple[list[str], Any]] = {
    "list": (
        ["list", "--paper", "os19", "--kind", "lemma"],
        {
            "statements": [
                {
                    "id": str,
                    "paper": str,
                    "kind": str,
                    "label": str,
                    "title": str,
                    "form": str,
                    "constants": str,
                    "errata": int,
                    "verifiable": [str],
                    "tested": [str],
                }
            ]
        },
    ),
    "attack": (
        ["attack", "os19.thm2_1.tracked"],
        {"statements": [{"id": str, "findings": [{"attack": str, "outcome": str, "reason": str}]}]},
    ),
    "cite": (["cite", "os19.thm2_1"], {"bibtex": str}),
    "graph": (["graph", "os19.thm2_1"], {"root": str, "edges": [[str]]}),
    "kernel": (
        ["kernel", "softplus", "--data", "orthonormal:n=3"],
        {"activation": str, "dual": [{"rho": str, "phi": ENCLOSURE}], "bounds": {"lambda": ENCLOSURE}},
    ),
    "require": (
        ["require", "os19.thm6_2.refined", "--for", "delta", *ON, "--k", "9220"],
        {"statement": str, "variable": str, "smallest": (*NUMBER, str, type(None)), "largest": (int, str)},
    ),
    "show": (
        ["show", "os19.thm2_1"],
        {
            "id": str,
            "paper": str,
            "version": STRING_OR_NULL,
            "label": str,
            "equations": [str],
            "hypotheses": [{"label": str, "role": str, **FORMULA}],
            "claims": [{"label": str, "observable": str, "chance": str, **FORMULA}],
            "probability": FORMULA,
            "orders": [{"quantity": str, "side": str, "regime": str, "quoted_by": str, **FORMULA}],
            "constants": [{"symbol": str, "status": str, "value": STRING_OR_NULL}],
            "uses": [str],
            "errata": [{"label": str, "text": str, "resolution": str}],
            "tested": [str],
        },
    ),
    "width": (["width", "os19.thm6_2.refined", *ON, *DELTA], WIDTH),
    "guarantee": (["guarantee", "os19.thm6_2.refined", *ON, *DELTA, "--k", "1e6"], WIDTH),
    "compare": (["compare", "os19.thm6_2", "os19.thm2_3", *ON, *DELTA], {"rows": [WIDTH]}),
    "table": (["table", "errata"], {"table": str, "columns": [str], "rows": [[str]]}),
    "hermite": (
        ["hermite", "tanh", "--degree", "3", "--digits", "5"],
        {
            "activation": str,
            "convention": str,
            "derivative": int,
            "coefficients": [{"degree": int, "value": str, "radius": str, "closed_form": STRING_OR_NULL}],
        },
    ),
    "quantities": (["quantities", *ON], {"n": int, "d": int, "quantities": {"norm_y": ENCLOSURE, "B": ENCLOSURE}}),
    "certify": (
        ["certify", *ON, "--k", "40000"],
        {
            "certified": bool,
            "theorem": str,
            "alpha": NUMBER,
            "beta": NUMBER,
            "lipschitz": NUMBER,
            "misfit": NUMBER,
            "margin": NUMBER,
            "rate": str,
            "radius": str,
            "step_size": str,
            "failing": STRING_OR_NULL,
        },
    ),
    "verify": (
        ["verify", "os19.thm6_2.refined", *ON, *DELTA, *RUN],
        {
            "statement": str,
            "level": str,
            "verdict": str,
            "relaxed": [str],
            "assumed": dict,
            "width": int,
            "trials": int,
            "violations": int,
            "interval": [NUMBER],
            "failure_allowed": NUMBER,
            "claims": [
                {
                    "label": str,
                    "verdict": str,
                    "worst_margin": NUMBER,
                    "worst_step": int,
                    "slack": NUMBER,
                    "twin_rejected": bool,
                }
            ],
            "witness": STRING_OR_NULL,
            "backend": str,
            "seconds": NUMBER,
        },
    ),
    "figure": (
        ["figure", "ofls19.fig2", "--quick"],
        {
            "figure": str,
            "title": str,
            "source": str,
            "reported": str,
            "notes": [str],
            "quick": bool,
            "seed": int,
            "parameters": {"n": int, "sigma_x": NUMBER},
            "chosen": [str],
            "comparisons": [{"quantity": str, "reported": (*NUMBER, *STRING_OR_NULL), "measured": (*NUMBER, str)}],
            "panels": [{"kind": str, "title": str, "curves": [{"label": str, "x": [NUMBER], "y": [NUMBER]}]}],
            "picture": str,
        },
    ),
    "doctor": (
        ["doctor"],
        {
            "version": str,
            "python": str,
            "backends": [{"name": str, "usable": bool, "reason": str, "version": STRING_OR_NULL}],
            "blas": (list, str),
            "threads": int,
        },
    ),
}


def fits(value: Any, schema: Any) -> bool:
    """Whether a JSON value has the shape; further keys are allowed, truth values are no integers."""
    if isinstance(schema, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], s) for key, s in schema.items())
    if isinstance(schema, list):
        return isinstance(value, list) and all(fits(item, schema[0]) for item in value)
    kinds = schema if isinstance(schema, tuple) else (schema,)
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


@pytest.mark.parametrize("name", CASES)
def test_keys_and_types(name: str, call: Call) -> None:
    """One JSON document alone on standard output, with the stable keys; nothing on standard error."""
    arguments, schema = CASES[name]
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    assert fits(document(result), schema), document(result)
    assert result.stderr == ""


def test_every_command_is_covered() -> None:
    """No command is without a documented document; those that need a file, and the demo, have tests of their own."""
    assert set(CASES) | {"campaign", "demo", "replay", "report"} == set(COMMANDS)


@pytest.mark.parametrize("name", CASES)
def test_text_for_readers(name: str, call: Call) -> None:
    """Without --json every command prints text that is not JSON and ends with the same exit code."""
    result = call(*CASES[name][0])
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip()
    assert not result.stdout.startswith("{")


@pytest.mark.parametrize("name", CASES)
def test_json_before_the_command(name: str, call: Call) -> None:
    """`boundkit --json COMMAND` prints JSON too."""
    result = call("--json", *CASES[name][0])
    assert fits(document(result), CASES[name][1])


def test_list_is_complete(call: Call) -> None:
    """Without filters the list has every statement, in the order of the papers."""
    assert [row["id"] for row in document(call("list", "--json"))["statements"]] == [s.id for s in statements()]


def test_width_is_the_library_answer(call: Call) -> None:
    """The width printed is the width computed, and a constant can be assumed."""
    answer = required_width("os19.thm6_2.refined", data="orthonormal:n=4", activation="softplus", delta=1)
    assert document(call(*CASES["width"][0], "--json"))["width"] == answer.width
    assumed = document(call("width", "os19.thm6_2", *ON, *DELTA, "--assume", "c=64", "--json"))
    assert assumed["status"] == "assumed"
    assert isinstance(assumed["width"], int)


def test_open_constants_give_an_expression(call: Call) -> None:
    """A theorem with an open constant has no width but a scaling, and that is an answer."""
    result = call("width", "os19.thm6_2", *ON, *DELTA, "--json")
    found = document(result)
    assert result.exit_code == 0
    assert found["width"] is None
    assert "c**2" in found["width_expression"]
    assert found["status"] == "open"


@pytest.mark.parametrize("format", ["md", "latex", "csv", "html", "json", "text"])
def test_table_formats(format: str, call: Call) -> None:
    """Every format prints; JSON equals --json."""
    result = call("table", "constants", "--format", format)
    assert result.exit_code == 0
    assert "os19.thm" in result.stdout.replace("\\_", "_")
    if format == "json":
        assert document(result) == document(call("table", "constants", "--json"))


def test_show_formats(call: Call) -> None:
    """`show --format json` is `show --json`; LaTeX has the rate as a fraction."""
    assert call("show", "os19.thm6_2", "--format", "json").stdout == call("show", "os19.thm6_2", "--json").stdout
    shown = call("show", "os19.thm6_2", "--format", "latex").stdout
    assert r"\frac{\bar\eta \lambda(X)}{32 B^{2} \lVert X\rVert^{2}}" in shown


def test_not_applicable_is_three(call: Call) -> None:
    """A theorem about ReLU says nothing about softplus: exit code 3 and a reason, in every command."""
    for arguments in (["width"], ["guarantee", "--k", "1000"], ["verify", *RUN]):
        command, *more = arguments
        result: Result = call(command, "os19.thm6_3.tracked", *ON, *DELTA, *more, "--json")
        assert result.exit_code == 3, arguments
        assert "activation_is_relu" in document(result)["reason"]


def test_not_certified_is_three(call: Call) -> None:
    """A network too narrow for its certificate ends with exit code 3 and the label that fails."""
    result = call("certify", *ON, "--k", "10", "--json")
    assert result.exit_code == 3
    assert document(result)["failing"] == "certificate"


def test_relaxed_is_said_in_capitals(call: Call) -> None:
    """At level relaxed the text names the hypotheses that do not hold, in capitals."""
    arguments = ["verify", "os19.thm6_2.tracked", *ON, *DELTA, *RUN, "--level", "relaxed", "--k", "1000"]
    assert "RELAXED" in call(*arguments).stdout
    assert "width" in document(call(*arguments, "--json"))["relaxed"]


def test_verify_writes_its_folder(call: Call, tmp_path: Path) -> None:
    """`--out` gets the report that is printed, and a plot."""
    result = call(*CASES["verify"][0], "--out", "new/folder", "--json")
    folder = tmp_path / "new" / "folder"
    report = json.loads((folder / "report.json").read_text())
    assert len(report["curves"]["misfit"]) == report["trials"]
    assert {key: report[key] for key in report if key != "curves"} == document(result)
    assert (folder / "misfit.png").read_bytes().startswith(b"\x89PNG")
