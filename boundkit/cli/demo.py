"""`boundkit demo`: what the library is for, once, on small real data."""

from __future__ import annotations

import json

import click

from boundkit.cli import options
from boundkit.cli.folders import new_folder, writable
from boundkit.cli.output import progress_bar
from boundkit.cli.verify import CODES, describe, write

DATA = "digits:n=20,seed=7,center=true"
ACTIVATION = "softplus"
DELTA = 1
STATEMENTS = tuple(
    f"os19.{theorem}{form}" for theorem in ("thm6_2", "thm2_1") for form in ("", ".tracked", ".sharpened", ".refined")
)
ON_TRIAL = "os19.thm6_2.refined"


@options.command("demo")
@click.option("--out", default="demo-report", show_default=True, metavar="DIR", help="Folder for the results.")
@click.option("--quick", is_flag=True, help="Fewer steps.")
@click.option("--progress", is_flag=True, help="Draw a progress bar even when nobody seems to watch.")
def command(out: str, quick: bool, progress: bool, as_json: bool) -> int:
    """Compare what theorems require on handwritten digits, and put the sharpest one on trial at its own width."""
    from boundkit.data import dataset
    from boundkit.papers import statement
    from boundkit.render.expressions import text
    from boundkit.render.tables import compare
    from boundkit.render.trial_documents import verify_document
    from boundkit.verify import verify

    folder = writable("out", out)
    points = dataset(DATA)

    def say(message: str) -> None:
        click.echo(message, err=as_json)

    say(f"Data {points.name} ({points.n} samples, d = {points.d}), {ACTIVATION}, delta = {DELTA}. Required widths:\n")
    widths = compare(STATEMENTS, data=points, activation=ACTIVATION, delta=DELTA)
    say(widths.select("statement", "form", "width", "binding", "status", "probability").to("text"))

    claims = statement(ON_TRIAL).claims
    say(f"\n{ON_TRIAL} claims:")
    say("\n".join(f"  {claim.label}: {text(claim.relation)}" for claim in claims))
    trials, steps = (3, 5) if quick else (3, 150)
    say(f"\nOn trial with every hypothesis met, at the width that it requires: {trials} runs of {steps} steps.")
    with progress_bar("training", always=progress) as watch:
        report = verify(
            ON_TRIAL,
            data=points,
            activation=ACTIVATION,
            trials=trials,
            steps=steps,
            seed=0,
            progress=watch,
            delta=DELTA,
        )
    document = verify_document(report)
    say(f"\n{describe(report, document)}")
    with new_folder("out", folder):
        for suffix in ("md", "json"):
            (folder / f"widths.{suffix}").write_text(widths.to(suffix) + "\n", encoding="utf-8")
        write(report, document, folder)
        say(f"\nWritten: {', '.join(sorted(str(path) for path in folder.iterdir()))}")
    if as_json:
        click.echo(json.dumps({"widths": widths.document(), "report": document}, allow_nan=False))
    return CODES[str(report.verdict)]
