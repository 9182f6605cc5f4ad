"""Writes everything that is made from the statements: tables, statement pages, output blocks of the guide.

`python -m docs.generate` rewrites the files, `--check` fails when one differs from what would be written.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import mpmath
import sympy

from boundkit.activations import Z, activation, hermite
from boundkit.arithmetic import decimal
from boundkit.cli.main import main as boundkit
from boundkit.papers import papers, statements
from boundkit.render.expressions import latex
from boundkit.render.layout import Table
from boundkit.render.tables import table
from boundkit.statement import Paper, Statement

ROOT = Path(__file__).parent.parent
COMPARED = ("softplus", "relu", "gelu", "silu", "tanh", "erf", "cos", "sigmoid", "arctan", "elu")
DEGREES, DIGITS = (1, 2, 4), 20
HERMITE_PAGE = """# Hermite coefficients

Orthonormal coefficients $\\mathbb E[\\phi(g) h_r(g)]$ to {digits} digits: the certified value (a ball that provably
contains the coefficient, see `boundkit hermite`), numeric quadrature by mpmath, and the closed form where one exists.

"""
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SECONDS = re.compile(r", \d[\d.]* s$", re.MULTILINE)
COLUMNS = "120"


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with the content that it should have."""
    for spec in sorted((ROOT / "tables").glob("*.toml")):
        settings = tomllib.loads(spec.read_text(encoding="utf-8"))
        made = table(settings["table"], **settings.get("arguments", {}))
        for format in settings["formats"]:
            suffix = {"latex": "tex"}.get(format, format)
            yield spec.with_suffix(f".{suffix}"), made.to(format) + "\n"
    for paper in papers():
        yield ROOT / "docs" / "statements" / f"{paper.key}.md", paper_page(paper)
    yield ROOT / "docs" / "hermite.md", hermite_page()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        if BLOCK.search(text):
            yield path, BLOCK.sub(lambda match: run_block(match[1]), text)


def run_block(block: str) -> str:
    """A console block with the output of its `$ boundkit ...` commands run anew."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "```console\n" + "".join(f"{line}\n{run(line[2:])}" for line in lines) + "```"


def run(command: str) -> str:
    """What a boundkit command prints; `...` keeps only the lines before a trailing `| head -N`."""
    command, _, limit = command.partition(" | head -")
    name, *arguments = shlex.split(command)
    if name != "boundkit":
        raise ValueError(f"only boundkit commands are run, not {name}")
    output = io.StringIO()
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        contextlib.suppress(SystemExit),
        mock.patch.dict("os.environ", {"COLUMNS": COLUMNS}),
        mock.patch.object(sys, "argv", [name, *arguments]),
    ):
        boundkit()
    lines = [line.rstrip() for line in SECONDS.sub("", output.getvalue()).splitlines()]
    return "".join(f"{line}\n" for line in lines[: int(limit) if limit else None])


def paper_page(paper: Paper) -> str:
    """One page with every statement of a paper."""
    parts = [
        f"# {paper.title}\n",
        f"{', '.join(paper.authors)} ({paper.year}), arXiv:{paper.arxiv}. Made by `make generated`.\n",
    ]
    parts += [statement_section(item) for item in statements(paper=paper.key)]
    return "\n".join(parts)


def hermite_page() -> str:
    """Certified coefficients beside numeric quadrature and closed forms."""
    rows = [
        (
            f"`{name}`",
            item.degree,
            decimal(item.value, DIGITS),
            quadrature(name, item.degree),
            "" if item.closed_form is None else f"${sympy.latex(item.closed_form)}$",
        )
        for name in COMPARED
        for item in hermite(name, degree=max(DEGREES), digits=DIGITS + 10)
        if item.degree in DEGREES
    ]
    columns = ("activation", "degree", "certified", "quadrature", "closed form")
    return HERMITE_PAGE.format(digits=DIGITS) + Table("hermite", columns, tuple(rows)).to("md") + "\n"


def quadrature(name: str, degree: int) -> str:
    """One coefficient by mpmath's numeric quadrature, which shares no code with the certified one."""
    function = sympy.lambdify(Z, activation(name).expression, "mpmath")
    with mpmath.workdps(DIGITS + 15):
        norm = mpmath.sqrt(2 * mpmath.pi * mpmath.factorial(degree) * mpmath.mpf(2) ** degree)
        value = mpmath.quad(
            lambda x: function(x) * mpmath.hermite(degree, x / mpmath.sqrt(2)) * mpmath.exp(-x * x / 2) / norm,
            [-20, -10, -4, 0, 4, 10, 20],
        )
        small = abs(value) < mpmath.mpf(10) ** -(DIGITS + 5)
        return "0" if small else str(mpmath.nstr(value, DIGITS, strip_zeros=False))


def statement_section(item: Statement) -> str:
    """Hypotheses, claims, probability, constants, errata and proof of one statement, in Markdown."""
    place = item.source.label + (f", eqs. {', '.join(item.source.equations)}" if item.source.equations else "")
    lines = [f"## `{item.id}`\n", f"**{item.title}** ({item.kind}, {item.form}; {place})\n"]
    if item.improves:
        lines.append(f"Improves `{item.improves}`.\n")
    if item.setting is not None and item.setting.step_size is not None:
        lines.append(f"Step size: ${latex(item.setting.step_size)}$\n")
    lines += _listed("Hypotheses", [f"`{h.label}`: ${latex(h.relation)}$" for h in item.hypotheses])
    lines += _listed("Claims", [f"`{c.label}`: ${latex(c.relation)}$" for c in item.claims])
    if item.probability is not None:
        lines.append(f"With probability at least ${latex(item.probability)}$.\n")
    constants = [
        f"${latex(c.symbol)}$: {c.status}" + (f", ${latex(c.value)}$" if c.value is not None else "")
        for c in item.constants
    ]
    lines += _listed("Constants", constants)
    lines += _listed("Errata", [f"{e.label} ({e.grade}): {e.text} *{e.resolution}*" for e in item.errata])
    if item.proof:
        lines.append(f"Proof: {item.proof}\n")
    if item.uses:
        lines.append(f"Uses {', '.join(f'`{name}`' for name in item.uses)}.\n")
    return "\n".join(lines)


def _listed(title: str, entries: list[str]) -> list[str]:
    return [f"{title}:\n", *(f"* {entry}" for entry in entries), ""] if entries else []


def main() -> int:
    """Write or check every generated file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a file is stale instead of writing it")
    check = parser.parse_args().check
    stale = []
    for path, content in generated():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(path.relative_to(ROOT))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
    for name in stale:
        print(f"{'stale' if check else 'wrote'}: {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
