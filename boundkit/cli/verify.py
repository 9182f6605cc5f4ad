"""`boundkit verify`: a statement on trial."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boundkit.cli import options
from boundkit.cli.failures import DONE, ERROR, NOT_APPLICABLE, VIOLATED
from boundkit.cli.folders import new_folder, writable
from boundkit.cli.output import emit, fields, progress_bar

if TYPE_CHECKING:
    from boundkit.render.documents import Document
    from boundkit.render.layout import Table
    from boundkit.verify import Report

CODES = {
    "consistent": DONE,
    "inconclusive": DONE,
    "violated": VIOLATED,
    "not_applicable": NOT_APPLICABLE,
    "infeasible": NOT_APPLICABLE,
    "error": ERROR,
}


@options.command("verify")
@click.argument("id")
@options.data()
@options.activation()
@options.choice(
    "--level", "literal", "certificate", "lemma", "relaxed", "scaling", default="literal", help="What to run."
)
@options.whole("--trials", "Independent runs.", default=16)
@options.whole("--steps", "Steps of training a run.", default=1000)
@options.width("--k", "The width, or infinite; by default the width that the statement requires.")
@click.option("--vary", default="n", show_default=True, help="Level scaling: the number that grows.")
@options.choice("--device", "auto", "cpu", "cuda", default="auto", help="Where to compute.")
@options.whole("--seed", "Seed of all runs.", default=0)
@options.seconds("--budget", "Run nothing that a short calibration says to take longer.")
@click.option("--out", metavar="DIR", help="Folder for report.json, a plot and witnesses.")
@click.option("--progress", is_flag=True, help="Draw a progress bar even when nobody seems to watch.")
@options.settings
def command(
    id: str,
    data: str,
    activation: str | None,
    level: str,
    trials: int,
    steps: int,
    k: int | str | None,
    vary: str,
    device: str,
    seed: int,
    budget: float | None,
    out: str | None,
    progress: bool,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
) -> int:
    """Put the statement ID on trial: every claim at every step, its slack, its planted-false twin, a verdict.

    A finite experiment never proves anything. Exit code 1 says that a claim is violated.
    """
    from boundkit.render.trial_documents import verify_document
    from boundkit.verify import verify

    folder = None if out is None else writable("out", out)
    with progress_bar(id, always=progress) as watch:
        report = verify(
            id,
            data=data,
            activation=activation,
            k=k,
            vary=vary,
            level=level,
            trials=trials,
            steps=steps,
            seed=seed,
            device=device,
            assume=assume,
            out=folder,
            budget=budget,
            progress=watch,
            **parameters,
        )
    document = verify_document(report)
    if folder is not None:
        with new_folder("out", folder):
            write(report, document, folder)
    emit(document, lambda: describe(report, document), as_json=as_json)
    return CODES[str(report.verdict)]


def write(report: Report, document: Document, folder: Path) -> None:
    """report.json with the measured curves, and misfit.png where matplotlib is there to draw them."""
    from importlib.util import find_spec

    full = {**document, "curves": report.curves}
    (folder / "report.json").write_text(json.dumps(full, allow_nan=False, indent=1) + "\n")
    if report.curves and find_spec("matplotlib"):
        from boundkit.render.plot import misfit_plot

        misfit_plot(report, folder / "misfit.png")


def describe(report: Report, document: Document) -> str:
    """A report for readers: verdict, circumstances, and one line a claim."""
    from boundkit.render.layout import Table

    failure = document["failure_allowed"]
    assumed = ", ".join(f"{name} = {value}" for name, value in report.assumed.items())
    head = fields(
        f"{report.statement} at level {report.level}: {str(report.verdict).upper()}",
        [
            ("RELAXED", without(report.relaxed)),
            ("ASSUMED", assumed and f"{assumed} (a verdict speaks of this value only)"),
            ("reason", report.reason),
            ("try instead", _instead(report)),
            ("data", report.data),
            ("activation", report.activation),
            ("width", "infinite" if report.infinite else report.width),
            ("trials", f"{report.trials}, of which {report.violations} break a claim" if report.trials else None),
            ("failure", None if failure is None else f"at most {failure:.4g} allowed{_found(report)}"),
            ("witness", report.witness),
            ("computed on", f"{report.backend}, {report.seconds:.1f} s"),
        ],
    )
    if not report.claims:
        return head
    columns = ("claim", "verdict", "worst measured / allowed", "at step", "slack", "false twin", "note")
    rows = tuple(
        (
            f"{item.statement} {item.label}" if item.statement != report.statement else item.label,
            str(item.verdict),
            _brief(item.worst_margin),
            item.worst_step,
            _brief(item.slack),
            "rejected" if item.twin_rejected else "NOT rejected",
            item.note,
        )
        for item in report.claims
    )
    parts = [head, Table("claims", columns, rows).to("text")]
    if report.scaling is not None:
        parts.append(_widths(report.scaling).to("text"))
    return "\n\n".join(parts)


def without(relaxed: Sequence[str]) -> str:
    """The hypotheses that were ignored, and what that means; nothing where none was."""
    return f"{', '.join(relaxed)} (the theorem says nothing here)" if relaxed else ""


def _instead(report: Report) -> str:
    """The levels that ask for no width, or for one that the user chooses, where the statement's own is out of reach."""
    from boundkit.papers import statement as find
    from boundkit.verify import Verdict, levels

    if report.verdict is not Verdict.INFEASIBLE or report.level != "literal":
        return ""
    options = {"lemma": "", "certificate": " --k WIDTH", "relaxed": " --k WIDTH"}
    possible = levels(find(report.statement))
    return ", ".join(f"--level {level}{option}" for level, option in options.items() if level in possible)


def _found(report: Report) -> str:
    """The interval that decides a verdict, where trials were run."""
    if report.interval is None:
        return ""
    low, high = report.interval
    return f"; {low:.3g} to {high:.3g} by these trials (95 % interval)"


def _widths(seen: Mapping[str, Any]) -> Table:
    """The smallest, middle and largest width of the trials at every size, beside the required one in the middle."""
    from boundkit.render.layout import Table

    ordered = [tuple(map(sorted, zip(*seen[name], strict=True))) for name in ("widths", "required")]
    rows = tuple(
        (size, found[0], found[len(found) // 2], found[-1], needed[len(needed) // 2])
        for size, found, needed in zip(seen["sizes"], *ordered, strict=True)
    )
    kind = seen["kind"]
    return Table("widths", (seen["vary"], f"least {kind} width", "median", "largest", "required (median)"), rows)


def _brief(value: float | None) -> str | None:
    return None if value is None else f"{value:.6g}"
