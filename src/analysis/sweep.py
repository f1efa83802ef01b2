"""Many studies, many settings: the notebooks run for each row of a table, each into a folder of its own.

A sweep's folder is `results/<study>.<table>.sweep/`: `rows/<row>/<study>/` with the results of each row as a run lays
them down, `rows.csv` with what each row is and what became of it, and `sweep.csv` with all values that the notebooks
recorded. Both tables are in the order of the rows, whoever ran them and whichever ended first.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from analysis import pipeline, tables
from analysis.errors import CompendiumError
from analysis.locks import alone
from analysis.study import open_study
from analysis.sweep_row import Ran, Task
from analysis.sweep_table import Row, SweepTable, read_sweep

OF_VALUES = ("value", "unit", "missing", "origin", "notebook")


class Place(Protocol):
    """Where rows are run: this machine, or a cluster."""

    def run_all(self, tasks: list[Task]) -> Iterator[Ran]:
        """What became of each row, in the order in which they end."""


@dataclass(frozen=True)
class Swept:
    """A sweep that has ended: its folder, its table, and what became of each row, by its name."""

    folder: Path
    table: SweepTable
    ran: Mapping[str, Ran]

    @property
    def failed(self) -> list[Ran]:
        """The rows that failed, in the order of the table."""
        return [self.ran[row.name] for row in self.table.rows if self.ran[row.name].why]

    @property
    def left_over(self) -> list[str]:
        """Folders of rows that the table no longer has."""
        names = {row.name for row in self.table.rows}
        return sorted(path.name for path in (self.folder / "rows").glob("*") if path.name not in names)


def sweep(
    table: SweepTable,
    folder: Path,
    root: Path,
    at: AbstractContextManager[Place],
    progress: Callable[[Ran], None] = lambda ran: None,
) -> Swept:
    """Run every row that is not current, and write the tables of the sweep.

    A row that fails leaves its previous results as they were, and the others go on. Raises `BusyError` when the same
    sweep is under way, and `ClusterError`; then the tables stay as they were.
    """
    lock = folder / ".lock"
    # The locks of rows may be taken: which rows run is this one's to say, also on other machines.
    with at as place, alone(lock, f"compendium sweep, {folder.name}", elsewhere="refuse"):
        for name in {row.study for row in table.rows}:
            # What stops a study from being run is told by its rows.
            with suppress(CompendiumError):
                pipeline.prepare(open_study(name, root))
        holder = lock.read_text(encoding="utf-8")
        tasks = [
            Task(row.name, root, row.study, row.given, folder / "rows" / row.name, lock, holder) for row in table.rows
        ]
        ran = {}
        for one in place.run_all(tasks):
            ran[one.row] = one
            progress(one)
        swept = Swept(folder, table, ran)
        _write(swept)
    return swept


def folder_of(root: Path, file: Path, study: str = "") -> Path:
    """The folder of a sweep; no study's results are called so, as no study's name has a dot in it."""
    return root / "results" / ".".join([*filter(None, [study]), file.stem, "sweep"])


def _write(swept: Swept) -> None:
    import pandas as pd

    states = pd.DataFrame([_state(row, swept.ran[row.name]) for row in swept.table.rows])
    columns = [*_told(swept.table.rows[0]), "value_name", *OF_VALUES]
    tables.write_csv(pd.DataFrame(_values(swept), columns=columns, dtype="object"), swept.folder / "sweep.csv")
    tables.write_csv(states, swept.folder / "rows.csv")


def _state(row: Row, ran: Ran) -> dict[str, Any]:
    """A row, what became of it and why, and where its results are."""
    folder = f"rows/{row.name}/{row.study}"
    return {**_told(row), "state": "failed" if ran.why else "done", "why": ran.why, "folder": folder}


def _values(swept: Swept) -> Iterator[dict[str, Any]]:
    """Each value of each row that did not fail, as the notebooks recorded it."""
    for row in swept.table.rows:
        for name, value in sorted(swept.ran[row.name].recorded.items()):
            yield {**_told(row), "value_name": name, **{part: value[part] for part in OF_VALUES}}


def _told(row: Row) -> dict[str, Any]:
    """What a row is called, its study, and its value of each parameter."""
    return {"row": row.name, "study": row.study, **row.decided}


__all__ = ["Place", "Swept", "folder_of", "read_sweep", "sweep"]
