"""What executed notebooks show, laid down as files beside them; and whether those are still what was laid down."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis import harvest, notebooks, tables
from analysis.currency import Parts
from analysis.run_folder import digest, digest_of_file, laid_files, recorded, write_record
from analysis.study import Study

# What lays results down; a change in it lays them down anew, without running a notebook.
LAYING = "from analysis import laid_down\nlaid_down.LaidDown"


class LaidDown:
    """The results in a run's folder, kept in step with its executed notebooks."""

    def __init__(self, study: Study, folder: Path, rests_on: Parts) -> None:
        self.study, self.folder, self._rests_on = study, folder, rests_on
        # What was altered or deleted by hand comes back out of the executed notebooks.
        if not is_as_laid_down(folder, rests_on) and any(self._executed()):
            self._lay_down()

    def add(self, step: str, notebook: Any) -> None:
        """Lay down what a notebook shows that has just run."""
        self._shown[step] = _shown(notebook, step)
        self._lay_down()

    def finish(self, steps: Mapping[str, Parts]) -> None:
        """Take away what belongs to notebooks that no longer exist, and record what is there."""
        gone = [path for path in self._executed() if path.stem not in steps]
        for path in gone:
            self._shown.pop(path.stem)
            path.unlink()
        if gone:
            self._lay_down()
        write_record(self.folder, {"steps": steps, "laid_down": {**self._rests_on, **_files(self.folder)}})

    def _executed(self) -> list[Path]:
        return sorted((self.folder / "notebooks").glob("*.ipynb"))

    @cached_property
    def _shown(self) -> dict[str, list[dict[str, Any]]]:
        """What each executed notebook shows."""
        return {path.stem: _shown(notebooks.read_notebook(path), path.stem) for path in self._executed()}

    def _lay_down(self) -> None:
        lay_down(self.study, [result for step in sorted(self._shown) for result in self._shown[step]], self.folder)


def lay_down(study: Study, shown: list[dict[str, Any]], folder: Path) -> None:
    """Write the files of results that notebooks show, each value with the claims that it serves."""
    rows = [row for path in study.files_of("claims") for row in tables.rows_of(path)]
    harvest.write_results(shown, folder, harvest.claims_by_value(rows))


def is_as_laid_down(folder: Path, parts: Parts) -> bool:
    """Whether the results are those that the executed notebooks show, as the record has them."""
    return bool(recorded(folder)["laid_down"] == {**parts, **_files(folder)})


def laid_by(study: Study, code: Parts) -> Parts:
    """What the files rest on besides the notebooks: the code that writes them, and the claims that values serve."""
    source = [study.holder_of("claims").name, study.settings["tables"].get("claims")]
    claims = [source, *map(digest_of_file, study.files_of("claims"))]
    return {"code": digest(json.dumps(code)), "claims": digest(json.dumps(claims))}


def _shown(notebook: Any, step: str) -> list[dict[str, Any]]:
    return list(harvest.harvest(notebook, step))


def _files(folder: Path) -> Parts:
    return {f"file {name}": digest_of_file(path) for name, path in laid_files(folder).items()}
