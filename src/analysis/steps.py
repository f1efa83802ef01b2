"""The notebooks in order: what each takes, and which of them must have run before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis import notebooks, tables
from analysis.errors import NotebookError, ParameterError, StudyError
from analysis.parsing import parsed
from analysis.settings import DECISIONS, value_problems
from analysis.study import Study


@dataclass(frozen=True)
class Step:
    """One notebook of the pipeline: its cells and code, its parameters, and the names of the steps before it."""

    name: str
    path: Path
    cells: str
    code: str
    parameters: Mapping[str, type]
    earlier: tuple[str, ...]

    @cached_property
    def reads(self) -> notebooks.Reads:
        """What the notebook's cells say that it reads."""
        return notebooks.reads_of(self.code)

    @cached_property
    def after(self) -> frozenset[str]:
        """The steps that must have ended before this one begins: those whose tables it reads, or all before it."""
        makers = {result: [name for name in self.earlier if result.startswith(name)] for result in self.reads.results}
        # Any notebook may show a table that is not called after it.
        if self.reads.values or not all(makers.values()):
            return frozenset(self.earlier)
        return frozenset(name for found in makers.values() for name in found)


def steps(root: Path) -> list[Step]:
    """The notebooks in the order of their numbers. Raises `NotebookError` when there is none."""
    paths = sorted((root / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    if not paths:
        raise NotebookError("notebooks/ holds no numbered notebook. Restore it from git.")
    return [_step(path, tuple(earlier.stem for earlier in paths[:place])) for place, path in enumerate(paths)]


def parameters_of(study: Study, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """A step's parameters: the study, and for each decision the given value or that of study.yml."""
    decided = {name: study.decide(name, given.get(name)) for name in step.parameters if name in DECISIONS}
    other = {name: given[name] for name in step.parameters if name in given and name not in DECISIONS}
    return {"study": study.name, **decided, **other}


def checked(
    study: Study, given: Mapping[str, Any], *, where: str = "compendium run", on_spark: bool = False
) -> dict[str, Any]:
    """The given parameters, each known to some notebook, of its type and sensible; and that there are posts.

    Of posts at an address, only Spark can tell.
    """
    if not (on_spark and study.address_of("posts")):
        need_posts(study)
    known: dict[str, type] = {}
    for step in steps(study.root):
        known |= step.parameters
    known.pop("study", None)
    notebooks.check_parameters(given, known, where=where)
    problems = [
        f"{where}: parameter '{name}': {problem}"
        for name, value in given.items()
        if name in DECISIONS
        for problem in value_problems(name, value)
    ]
    if problems:
        raise ParameterError("\n".join(problems))
    return dict(given)


def need_posts(study: Study) -> None:
    """Raise `StudyError` when a study has not a single post here: nothing could be computed."""
    study.need_here("posts")
    for path in study.files_of("posts"):
        if path.parent.name == "corpus" and not path.is_file():
            holder = path.parent.parent.name
            told = "so no posts were imported yet"
            if (path.parent / "imports.csv").is_file():
                told = "because what was imported holds no post that can be used; the import said what it dropped"
            raise StudyError(
                f"data/{holder}/study.yml: tables, posts: corpus/{path.name} is not there, {told}. "
                f"Run: compendium import {holder} FILE, with each file that a capturing tool saved."
            )
        if path.suffix == ".csv" and path.is_file() and not tables.has_rows(path):
            where = path.relative_to(study.root).as_posix()
            raise StudyError(f"{where}: not a single post; expected one a row, under the names of the columns.")


def _step(path: Path, earlier: tuple[str, ...]) -> Step:
    notebook = notebooks.glance(path)
    _refuse_no_python(path, notebook)
    cells = [[cell["cell_type"], cell["source"], cell["metadata"].get("tags", [])] for cell in notebook["cells"]]
    code = notebooks.code_of(notebook)
    return Step(path.stem, path, json.dumps(cells), code, notebooks.parameters_of(notebook, path.name), earlier)


def _refuse_no_python(path: Path, notebook: Mapping[str, Any]) -> None:
    """Raise `NotebookError` for a cell in which it cannot be seen what it reads and makes use of."""
    for number, cell in enumerate(notebook["cells"], start=1):
        try:
            parsed(cell["source"] if cell["cell_type"] == "code" else "")
        except SyntaxError as error:
            raise NotebookError(
                f"{path.name}, cell {number}, line {error.lineno}: {error.msg}. Mend the cell; magics (% and !) cannot "
                "be followed."
            ) from error
