"""`boundkit doctor`: what this installation can use."""

from __future__ import annotations

import platform
from typing import Any

from boundkit import __version__
from boundkit.cli.options import command as make
from boundkit.cli.output import emit, fields


def doctor() -> dict[str, Any]:
    """Versions, the array backends and why each is usable or not, BLAS libraries and threads.

    >>> sorted(doctor())
    ['backends', 'blas', 'python', 'threads', 'version']
    """
    from boundkit.train.backend import doctor as environment

    return {"version": __version__, "python": platform.python_version(), **environment()}


@make("doctor")
def command(as_json: bool) -> None:
    """Show versions, the array backends and why each is usable or not, BLAS and threads."""
    document = doctor()
    rows = [
        ("python", document["python"]),
        *(
            (item["name"], f"{'usable' if item['usable'] else 'not usable'}: {item['reason']} {item['version'] or ''}")
            for item in document["backends"]
        ),
        ("blas", ", ".join(document["blas"])),
        ("threads", document["threads"]),
    ]
    emit(document, lambda: fields(f"boundkit {document['version']}", rows), as_json=as_json)
