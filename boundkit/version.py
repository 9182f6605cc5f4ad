"""The version of the library, and those of what its numbers depend on."""

from __future__ import annotations

from functools import cache

__version__ = "0.1.0"

CUPY = ("cupy-cuda13x", "cupy-cuda12x", "cupy")  # its distributions
LIBRARIES = ("numpy", "scipy", "sympy", "python-flint", "array-api-compat", "numba", "scikit-learn", *CUPY)


@cache
def versions() -> dict[str, str]:
    """The versions of boundkit, of Python, and of the libraries that are installed, for records of results.

    >>> list(versions())[:3]
    ['boundkit', 'python', 'numpy']
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"boundkit": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
