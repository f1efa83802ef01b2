"""One row of a sweep, run where it was sent to: in a process of this machine or by a worker of a cluster."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis import pipeline, run_folder
from analysis.errors import BusyError, ClusterError, CompendiumError
from analysis.study import Study, open_study

# The study itself was compared with another; the row was not.
COMPARISONS = "comparison*.csv"


@dataclass(frozen=True)
class Task:
    """A row as it is sent: the compendium, the study and what is given, where its results go, and for which sweep.

    `lock` is the sweep's lock file and `holder` what stands in it while the sweep is under way.
    """

    row: str
    root: Path
    study: str
    given: Mapping[str, Any]
    shelf: Path
    lock: Path
    holder: str


@dataclass(frozen=True)
class Ran:
    """What became of a row: how many notebooks ran, the values that they recorded, or why it failed."""

    row: str
    notebooks: int = 0
    recorded: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    why: str = ""


def run_row(task: Task) -> Ran:
    """Run the notebooks of a row that are not current, one at a time, into the row's own folder.

    What its owner can mend is given back as the reason of failure, for the other rows to go on. Raises `ClusterError`
    where the compendium's folder is not to be seen.
    """
    if not task.lock.is_file():
        raise ClusterError(f"{task.root}: the folder of the sweep cannot be seen from here.")
    try:
        study = replace(open_study(task.study, task.root), shelf=task.shelf)
        _start_from_results(study)
        asked = pipeline.Asked(at_once=1, progress=_while_wanted(task))
        outcomes = pipeline.run_asked(study, task.given, asked)
    except (CompendiumError, OSError) as error:
        return Ran(task.row, why=str(error))
    return Ran(task.row, sum(outcome.ran for outcome in outcomes), study.values())


def _start_from_results(study: Study) -> None:
    """Begin where the study's own results are: of its notebooks only those run that the row's values change."""
    beside = run_folder.beside_of(study)
    if study.kept.exists() or beside.exists():
        return
    # They may be replaced at this moment. What is missing then, or of another run, is not current and runs.
    with suppress(OSError, shutil.Error):
        run_folder.begin(replace(study, shelf=None).kept, beside, COMPARISONS)


def _while_wanted(task: Task) -> Callable[[str, str], None]:
    """Stop between two notebooks when the sweep has ended, as on a cluster nobody else would."""

    def told(_: str, __: str) -> None:
        if not task.lock.is_file() or task.lock.read_text(encoding="utf-8") != task.holder:
            raise BusyError("The sweep was stopped. Run the same command again.")

    return told
