"""Writes what is generated and kept: tables, Hermite page, output blocks of the guides and the README.

`python -m docs.generate` rewrites the files, `--check` fails when one differs from what would be written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import mpmath
import sympy

from boundkit.activations import Z, activation, hermite
from boundkit.arithmetic import decimal
from boundkit.attack import make_record
from boundkit.render.layout import Table
from docs.console import BLOCK, run_block
from docs.pages.tables_page import specified

ROOT = Path(__file__).parent.parent
COMPARED = ("softplus", "relu", "gelu", "silu", "tanh", "erf", "cos", "sigmoid", "arctan", "elu")
DEGREES, DIGITS = (1, 2, 4), 20
HERMITE_PAGE = """# Hermite coefficients

Orthonormal coefficients (the mean of phi(g) h_r(g) for standard normal g) to {digits} digits: the certified value (a
ball that provably contains the coefficient, see `boundkit hermite`), numeric quadrature by mpmath, and the closed form
where one exists.

"""


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with the content that it should have."""
    for spec, formats, made in specified():
        for format in formats:
            suffix = {"latex": "tex"}.get(format, format)
            yield spec.with_suffix(f".{suffix}"), made.to(format) + "\n"
    yield ROOT / "boundkit" / "attack" / "record.json", make_record(ROOT)
    yield ROOT / "docs" / "hermite.md", hermite_page()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        if BLOCK.search(text):
            yield path, BLOCK.sub(lambda match: run_block(match[1]), text)


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
