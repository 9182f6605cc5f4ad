"""`boundkit campaign`: a grid of verifications, in parallel, into a store."""

from __future__ import annotations

import click

from boundkit.cli import options
from boundkit.cli.output import emit, progress_bar
from boundkit.cli.report import code, tell_damage


@options.command("campaign")
@click.argument("spec")
@click.option("--store", metavar="FILE", help="The store; by default the file of the grid with the suffix .jsonl.")
@click.option(
    "--executor",
    default="processes",
    show_default=True,
    metavar="NAME",
    help="inline, processes, dask or dask://HOST:PORT.",
)
@options.whole("--workers", "Processes; by default the cores.")
@options.choice("--device", "auto", "cpu", "cuda", default="auto", help="Where to compute.")
@options.seconds("--budget", "Start nothing after so many seconds; the key budget of SPEC limits each task.")
@click.option("--progress", is_flag=True, help="Draw a progress bar even when nobody seems to watch.")
def command(
    spec: str,
    store: str | None,
    executor: str,
    workers: int | None,
    device: str,
    budget: float | None,
    progress: bool,
    as_json: bool,
) -> int:
    """Run the grid of the file SPEC (TOML): statements x data x activations x levels x widths x seeds.

    Every result is stored at once. A campaign that was stopped, even by kill -9, goes on when it is run again, and
    several processes may work on one store. With another --device it goes on too: every result says where it was
    computed, and only what was infeasible runs again. `boundkit report STORE` tells what was found.

    The keys of SPEC are the lists statements, data, activations, levels, widths and seeds, the numbers trials,
    together, steps and budget, the tables set and assume, and vary; the guide for reviewers has an example.
    """
    from pathlib import Path

    from boundkit.campaign import Store, cell_key, compared_widths, read_campaign, run_campaign, summarise
    from boundkit.render.campaign import campaign_document, campaign_tables, sentence

    grid = read_campaign(spec)
    kept = Store(store if store is not None else Path(spec).with_suffix(".jsonl"))
    with progress_bar("trials", always=progress) as watch:
        reached = run_campaign(
            grid, kept, executor_name=executor, workers=workers, budget=budget, device=device, progress=watch
        )
    keys = {cell.key for cell in grid.cells}
    summary = [(cell, report) for cell, report in summarise(kept.rows) if cell.key in keys]
    records = compared_widths(row for row in kept.rows if cell_key(row["task"]) in keys)
    tell_damage(kept)
    progress_made = {"store": str(kept.path), "tasks": reached.tasks, "done": reached.done}
    document = {**progress_made, **campaign_document(summary, records)}

    def text() -> str:
        state = f"{reached.done} of {reached.tasks} tasks are in {kept.path}. {sentence(summary, records)}"
        columns = ("statement", "level", "activation", "width", "verdict", "trials", "violations", "reason")
        tables = campaign_tables(summary, records, *columns)
        return "\n\n".join([state, *(table.to("text") for table in tables)])

    emit(document, text, as_json=as_json)
    return code(summary)
