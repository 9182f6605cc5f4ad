"""`boundkit figure`: an experiment of a paper, run again and drawn beside what the paper reports."""

from __future__ import annotations

import json
from pathlib import Path

import click

from boundkit.cli import options
from boundkit.cli.folders import new_folder, writable
from boundkit.cli.output import emit, progress_bar
from boundkit.errors import BadInput


@options.command("figure")
@click.argument("id", required=False)
@click.option("--list", "listed", is_flag=True, help="List the figures; so does the command without ID.")
@click.option("--quick", is_flag=True, help="A reduced grid, fewer trials and steps: seconds instead of minutes.")
@click.option("--out", metavar="FILE", help="The picture, .png or .svg; by default ID.png here.")
@options.whole("--seed", "Seed of all random numbers.", default=0)
@options.choice(
    "--device", "auto", "cpu", "cuda", default="cpu", help="Where to train; some figures have the CPU only."
)
@click.option("--progress", is_flag=True, help="Draw a progress bar even when nobody seems to watch.")
def command(
    id: str | None, listed: bool, quick: bool, out: str | None, seed: int, device: str, progress: bool, as_json: bool
) -> None:
    """Run the experiment behind figure ID of a paper again and draw it beside what the paper reports.

    The parameters are the paper's; those that it omits are printed. The numbers are written beside the picture, as
    JSON with the seed and the versions that made them, as soon as the run ends. A run that is stopped leaves nothing.
    Without matplotlib nothing is drawn.
    """
    from importlib.util import find_spec

    from boundkit.figures import FIGURES, figure
    from boundkit.render.figures import figure_document, figure_text, figures_table

    if listed and id is not None:
        raise BadInput("ID", id, "is not expected with --list")
    if id is None:
        table = figures_table(FIGURES.values())
        emit(table.document(), lambda: table.to("text"), as_json=as_json)
        return
    chosen = figure(id)
    picture = None
    if out is not None or find_spec("matplotlib"):
        picture = _drawable(f"{chosen.id}.png" if out is None else out)
    numbers = _numbers(picture or Path(f"{chosen.id}.png"))
    with progress_bar(chosen.id, always=progress) as watch:
        data = chosen.run(quick=quick, seed=seed, device=device, progress=watch)
    document = {**figure_document(data), "picture": None if picture is None else str(picture), "data": str(numbers)}
    with new_folder("out", numbers.parent):
        numbers.write_text(json.dumps(document, allow_nan=False) + "\n")
    if picture is not None:
        from boundkit.render.figure_plot import figure_plot

        figure_plot(data, picture)
    drawn = "Not drawn: needs matplotlib (pip install boundkit[plot])." if picture is None else f"Drawn to {picture}."
    emit(document, lambda: f"{figure_text(data)}\n\n{drawn} Numbers in {numbers}.", as_json=as_json)


def _drawable(name: str) -> Path:
    """The path of the picture; refused before any work when it cannot be drawn there."""
    from boundkit.render.canvas import picture_path

    path = picture_path(name, argument="out")
    with new_folder("out", writable("out", str(path.parent))):
        return path


def _numbers(picture: Path) -> Path:
    """The file of the numbers beside the picture; refused before any work when it cannot be written."""
    path = picture.with_suffix(".json")
    writable("out", str(path.parent))
    try:
        if not path.is_dir():
            return path
    except OSError as error:
        raise BadInput("out", path, f"cannot be written: {error.strerror}") from None
    raise BadInput("out", path, "is a folder, and the numbers go there")
