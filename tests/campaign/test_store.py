"""Tests of the append-only store: torn and damaged lines, refused writes, claims of several processes."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from boundkit.campaign import Store, campaign, run_campaign
from boundkit.campaign.store import _append
from boundkit.errors import BadInput

ROWS = [{"task": f"t{i}", "value": i} for i in range(5)]
HOLD = """
import sys
from boundkit.campaign import Store
with Store(sys.argv[1]).claimed("t") as mine:
    print(mine, flush=True)
    sys.stdin.readline()
"""


def _filled(path: Path) -> Store:
    store = Store(path)
    for row in ROWS:
        store.append(row)
    return store


def test_what_was_appended_is_read_once(tmp_path: Path) -> None:
    """`refresh` returns only what was added since the last call, also by another object on the same file."""
    store, other = Store(tmp_path / "s"), Store(tmp_path / "s")
    store.append(ROWS[0])
    assert other.refresh() == ROWS[:1]
    store.append(ROWS[1])
    assert other.refresh() == ROWS[1:2]
    assert other.rows == ROWS[:2]


def test_a_row_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """Half a line at the end is nothing yet, and nothing is lost or damaged once the rest is there."""
    path = tmp_path / "s"
    content = _filled(path).path.read_bytes()
    path.write_bytes(content[:-9])
    store = Store(path)
    assert store.refresh() == ROWS[:-1]
    path.write_bytes(content)
    assert store.refresh() == ROWS[-1:]
    assert store.damaged == []


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 400))
def test_a_store_cut_anywhere_loses_only_what_was_cut(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killing a writer leaves a prefix of the file: whole lines stay, and the next row is readable."""
    path = tmp_path_factory.mktemp("cut") / "s"
    _filled(path)
    content = path.read_bytes()
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    store = Store(path)
    store.append({"task": "new"})
    torn_but_complete = content[cut : cut + 1] == b"\n" and cut > 0
    kept = ROWS[: whole + torn_but_complete]
    assert store.refresh() == [*kept, {"task": "new"}]


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 150), byte=st.integers(0, 255))
def test_a_damaged_byte_costs_its_line_at_most(place: int, byte: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A changed byte never changes a row; it removes the line or, as a newline, the line it splits."""
    path = tmp_path_factory.mktemp("damaged") / "s"
    _filled(path)
    content = bytearray(path.read_bytes())
    content[place] = byte
    path.write_bytes(bytes(content))
    found = Store(path).refresh()
    assert all(row in ROWS for row in found)
    assert len(found) >= len(ROWS) - 2


def test_damaged_lines_are_named(tmp_path: Path) -> None:
    """The number of a line that does not fit its checksum is reported."""
    path = tmp_path / "s"
    _filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"value", b"vague")
    path.write_bytes(b"".join(lines))
    store = Store(path)
    assert [row["value"] for row in store.refresh()] == [0, 1, 3, 4]
    assert store.damaged == [3]


@pytest.mark.parametrize("partial", [0, 7])
def test_a_full_disk_is_one_line_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partial: int
) -> None:
    """Where the disk takes only part of a row, the part is taken back and the earlier rows stay."""
    path = tmp_path / "s"
    store = _filled(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="cannot be written: No space left"):
        store.append({"task": "x" * partial})
    assert path.read_bytes() == before


def test_a_really_full_device_is_one_line(tmp_path: Path) -> None:
    """/dev/full takes no byte."""
    (tmp_path / "s").symlink_to("/dev/full")
    with pytest.raises(BadInput, match="cannot be written"):
        Store(tmp_path / "s").append({"task": "t"})


@pytest.mark.parametrize("body", ["[1, 2]", "null", "3", '{"value": 1}', '{"task": 3}'])
def test_a_line_that_names_no_task_is_damaged(tmp_path: Path, body: str) -> None:
    """A checksum alone makes no row."""
    _filled(tmp_path / "s")
    with (tmp_path / "s").open("a") as file:
        file.write(f"{zlib.crc32(body.encode()):08x} {body}\n")
    store = Store(tmp_path / "s")
    assert (store.refresh(), store.damaged) == (ROWS, [len(ROWS) + 1])


def test_nothing_is_appended_to_a_file_that_is_no_store(tmp_path: Path) -> None:
    """A campaign whose store is another file, such as its own grid, is refused, and the file stays as it is."""
    path = tmp_path / "grid.toml"
    path.write_text("trials = 2\n")
    grid = campaign(statements=["os19.lem6_4"], data=["orthonormal:n=4"], trials=1)
    with pytest.raises(BadInput, match=r"store = .*holds no result of a campaign"):
        run_campaign(grid, Store(path), executor_name="inline")
    assert path.read_text() == "trials = 2\n"


def test_a_device_is_not_read(tmp_path: Path) -> None:
    """One that never ends would take all memory."""
    (tmp_path / "s").symlink_to("/dev/zero")
    with pytest.raises(BadInput, match=r"store = .*not a regular file"):
        Store(tmp_path / "s").refresh()


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_a_path_without_a_name_is_no_store(path: str) -> None:
    """It is refused like any other folder, not by a traceback of pathlib."""
    with pytest.raises(BadInput, match=r"store = .*not a regular file"):
        Store(path).refresh()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """A path that cannot be opened is refused with a line that names it."""
    with pytest.raises(BadInput, match=r"store = .*: cannot be read"):
        Store(tmp_path).refresh()
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"store = .*: cannot be written"):
        Store(tmp_path / "file" / "s").append({})


def test_a_claim_excludes_others_and_dies_with_its_process(tmp_path: Path) -> None:
    """While another process holds a task it cannot be claimed; once that one is killed it can."""
    path = tmp_path / "s"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with Store(path).claimed("t") as mine:
        assert not mine
    with Store(path).claimed("other") as mine:
        assert mine
    holder.kill()
    holder.communicate()
    with Store(path).claimed("t") as mine:
        assert mine


class Short(io.BytesIO):
    """A file whose device takes one byte less than it is given."""

    def write(self, data: Any) -> int:
        """The number of bytes that were written."""
        return super().write(data[:-1])


def test_a_line_that_is_written_in_part_is_taken_back() -> None:
    """A short count is an error like any other: what was there stays, and nothing of the line does."""
    file = Short(b"a line\n")
    with pytest.raises(OSError, match="no space is left"):
        _append(file, b"another\n")
    assert file.getvalue() == b"a line\n"
