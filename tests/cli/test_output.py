"""What a terminal is told while a command is at work."""

from __future__ import annotations

import io
import os
import sys

import pytest

from boundkit.cli import output


class Terminal(io.StringIO):
    """A standard error that says it is a terminal, whose descriptor is a pipe."""

    def __init__(self) -> None:
        super().__init__()
        self.reading, self.writing = os.pipe()

    def isatty(self) -> bool:
        """As a terminal says."""
        return True

    def fileno(self) -> int:
        """Where the command writes."""
        return self.writing


def test_a_long_command_tells_how_long_it_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line comes without being asked for, and nothing of it is left when the command speaks."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(output, "PATIENCE", 0.001)
    with output.at_work("width"):
        first = os.read(terminal.reading, 100)
        output.emit({}, lambda: "answer", as_json=False)
        rest = os.read(terminal.reading, 1000)
    assert first.startswith(b"\rboundkit width: 0 s")
    told = (first + rest).split(b"\r")
    assert told[-1] == b""
    assert told[-2].isspace()
    assert len(told[-2]) >= len(told[-3])


def test_a_quick_command_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is a matter of patience, and where nobody watches, standard error stays empty."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with output.at_work("width"):
        pass
    os.close(terminal.writing)
    assert os.read(terminal.reading, 100) == b""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(output, "PATIENCE", 0.0)
    with output.at_work("width"):
        assert sys.stderr.getvalue() == ""
