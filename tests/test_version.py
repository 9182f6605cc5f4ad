"""The versions that records of results hold."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator

import pytest

from boundkit.version import versions

INSTALLED = {"numpy": "2.0", "scikit-learn": "1.7", "cupy-cuda12x": "14.1"}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment of three distributions."""

    def version(name: str) -> str:
        try:
            return INSTALLED[name]
        except KeyError:
            raise importlib.metadata.PackageNotFoundError(name) from None

    monkeypatch.setattr(importlib.metadata, "version", version)
    versions.cache_clear()
    yield
    versions.cache_clear()


def test_what_is_installed_is_recorded_and_nothing_else(installed: None) -> None:
    """Real data and runs on a device depend on scikit-learn and CuPy, under whichever name its wheel has."""
    found = versions()
    assert {name: found[name] for name in found if name not in ("boundkit", "python")} == INSTALLED


def test_no_library_is_imported_for_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their metadata are read: what cannot be imported is recorded all the same."""
    for name in ("sklearn", "cupy", "numba"):
        monkeypatch.setitem(sys.modules, name, None)
    versions.cache_clear()
    assert versions()["numpy"] == importlib.metadata.version("numpy")
