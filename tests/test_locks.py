"""Who holds a lock holds it alone, and whoever comes next finds out whether somebody does."""

import os
import threading
from pathlib import Path

import pytest

from analysis.errors import BusyError
from analysis.locks import alone


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "folder/.lock"


def hold(lock: Path, content: str) -> None:
    lock.parent.mkdir()
    lock.write_text(content)


def test_nobody_else_is_let_in_and_nothing_is_left(lock):
    with alone(lock, "compendium run mine"):
        told = rf"compendium run mine: another process \({os.getpid()}\) is at it. Wait until it has ended"
        with pytest.raises(BusyError, match=told), alone(lock, "compendium run mine"):
            pass
        assert lock.exists()
    assert list(lock.parent.iterdir()) == []


@pytest.mark.parametrize("content", ["999999999", "1 elsewhere", "", "no number"])
def test_a_lock_whose_holder_is_dead_is_taken(lock, content):
    hold(lock, content)
    with alone(lock, "x"):
        assert lock.read_text().split()[0] == str(os.getpid())
    assert not lock.exists()


def test_a_lock_that_another_has_taken_meanwhile_is_left_to_it(lock):
    with alone(lock, "x"):
        lock.write_text("1 elsewhere")
    assert lock.read_text() == "1 elsewhere"


def test_a_lock_is_never_there_without_its_holder(lock):
    seen, going = set(), threading.Event()

    def look():
        while not going.is_set():
            if lock.exists():
                try:
                    seen.add(lock.read_text())
                except FileNotFoundError:
                    continue

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(1000):
        with alone(lock, "x"):
            pass
    going.set()
    looking.join()
    assert len(seen) == 1
    assert "" not in seen


def test_a_holder_that_ends_at_this_moment_makes_room(lock, monkeypatch):
    hold(lock, f"{os.getppid()}")
    read, ends = Path.read_text, [lock]

    def read_once_it_has_ended(path, *given, **more):
        while ends:
            ends.pop().unlink()
        return read(path, *given, **more)

    monkeypatch.setattr(Path, "read_text", read_once_it_has_ended)
    with alone(lock, "x"):
        assert lock.exists()


def test_a_holder_on_another_machine_is_not_taken_for_dead_where_that_matters(lock):
    hold(lock, "7 elsewhere")
    told = rf"x: another process \(7\) on elsewhere is at it, .* delete {lock}"
    with pytest.raises(BusyError, match=told), alone(lock, "x", elsewhere="refuse"):
        pass
    assert lock.read_text() == "7 elsewhere"


def test_a_disk_on_which_no_file_has_two_names_has_locks_too(lock, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    test_nobody_else_is_let_in_and_nothing_is_left(lock)
