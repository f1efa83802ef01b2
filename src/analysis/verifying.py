"""The stored results set against fresh ones: every notebook runs anew, and nothing may differ by a byte.

Executed notebooks, tables, figures and values are compared, images included. All notebooks run in the folder in which
`compendium run` runs them, with one other folder of results: each finds there what the stored ones show, so that a
difference is told where it arises and no notebook waits for another. The stored results stay as they are. A figure
that was lost in both runs makes no difference, so figures are counted as well.
"""

import ast
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import differences, laid_down, notebooks
from analysis.errors import NotebookError, StudyError
from analysis.locks import alone
from analysis.parsing import parsed
from analysis.pipeline import RESULTS
from analysis.run_folder import LISTS, executed, laid_files
from analysis.steps import Step, checked, parameters_of, steps
from analysis.study import Study

if TYPE_CHECKING:
    from analysis.execution import EngineName, Runner

SHOWS_A_FIGURE = "show_figure"


@dataclass(frozen=True)
class Verified:
    """How a notebook came out: how many results of each kind it showed, and what differs from what is stored."""

    step: str
    shown: Mapping[str, int]
    differences: list[str]


def verify(study: Study, engine: "EngineName | None" = None) -> list[Verified]:
    """Run every notebook of a study anew, and compare it and its results with what is stored.

    What differs and belongs to no notebook stands last, under no name. A notebook that fails is a difference. Raises
    `StudyError` where nothing is stored, and `BusyError` while the study runs.
    """
    checked(study, {}, where="compendium verify")
    if not (study.kept / "notebooks").is_dir():
        raise StudyError(f"results/{study.name} holds nothing to compare with. Run: compendium run {study.name}")
    from analysis.execution import Runner

    with (
        alone(study.kept.with_name(f".{study.name}.lock"), f"compendium verify {study.name}"),
        tempfile.TemporaryDirectory() as folder,
        # It loads libraries while this process still reads what is stored.
        Runner(engine) as runner,
    ):
        # By this name a notebook knows the folder of a run that is under way.
        scratch = Path(folder) / f".{study.name}.run"
        stored = _stored(study)
        _lay_down(study, stored, scratch)
        fresh, told = _run_anew(study, runner, scratch)
        _lay_down(study, {**stored, **fresh}, scratch)
        of_files = _in_files(_contents(study.kept), _contents(scratch))
    found = [_verified(step, fresh.get(step), [*told[step], *of_files.pop(step, [])]) for step in told]
    gone = [path.name for path in sorted(study.kept.glob("notebooks/*.ipynb")) if path.stem not in told]
    left = [f"notebooks/{name} is stored, but there is no such notebook" for name in gone]
    left += [line for lines in of_files.values() for line in lines]
    return [*found, Verified("", {}, left)] if left else found


def _run_anew(study: Study, runner: "Runner", scratch: Path) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The notebooks as they come out now, without those that fail; and of each how it differs from the stored one."""
    listed, fresh = steps(study.root), dict[str, Any]()
    # Who shows most takes longest, as a rule, and begins first.
    by_size = sorted(listed, key=lambda step: _size(executed(study.kept, step.name)), reverse=True)
    started = {step.name: runner.submit(_job(study, step, scratch)) for step in by_size}
    told = {step.name: _told_of_run(study, step.name, started[step.name], fresh) for step in listed}
    return fresh, told


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _job(study: Study, step: Step, scratch: Path) -> Any:
    from analysis.execution import Job

    return Job(step.path, parameters_of(study, step, {}), study.root, {RESULTS: str(scratch)})


def _told_of_run(study: Study, name: str, future: Future[Any], fresh: dict[str, Any]) -> list[str]:
    """Wait for a notebook, keep it, and say how it differs."""
    try:
        fresh[name] = future.result()
    except NotebookError as error:
        return [f"failed: {error}"]
    return [*_in_notebook(executed(study.kept, name), fresh[name]), *_lost_figures(fresh[name])]


def _in_notebook(path: Path, fresh: Any) -> list[str]:
    """How an executed notebook differs from the stored file, to the byte."""
    if not path.is_file():
        return [f"notebooks/{path.name} is not stored"]
    before, now = path.read_text(encoding="utf-8"), notebooks.as_text(fresh)
    if before == now:
        return []
    # What is read back has every text in one piece, as what was just run has.
    cells = [*differences.between_notebooks(notebooks.read_notebook(path), fresh)]
    return cells or [f"notebooks/{path.name}, outside its cells: {differences.first_difference(before, now)}"]


def _lost_figures(notebook: Any) -> list[str]:
    """The cells that show fewer figures than they ask for."""
    from analysis import harvest

    lost = []
    for number, cell in enumerate(notebook["cells"]):
        shown = Counter(result["kind"] for result in harvest.harvest({"cells": [cell]}, ""))["figure"]
        if cell["cell_type"] == "code" and (asked := _figures_asked_for(cell["source"])) > shown:
            lost.append(f"cell {number}, figures: {shown} of the {asked} that it asks for appeared")
    return lost


def _figures_asked_for(source: str) -> int:
    """How often a cell calls for a figure."""
    called = [node.func for node in ast.walk(parsed(source)) if isinstance(node, ast.Call)]
    return sum(getattr(name, "id", getattr(name, "attr", "")) == SHOWS_A_FIGURE for name in called)


def _stored(study: Study) -> dict[str, Any]:
    """The executed notebooks that are stored."""
    return {path.stem: notebooks.read_notebook(path) for path in sorted(study.kept.glob("notebooks/*.ipynb"))}


def _lay_down(study: Study, executed: Mapping[str, Any], folder: Path) -> None:
    """Write the results that notebooks show; one that failed has those that are stored."""
    from analysis import harvest

    shown = [result for name in sorted(executed) for result in harvest.harvest(executed[name], name)]
    laid_down.lay_down(study, shown, folder)


def _in_files(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> dict[str, list[str]]:
    """How the stored files differ from fresh ones, by the notebook that they come from."""
    makers = {**_makers(before), **_makers(now)}
    told: dict[str, list[str]] = {}
    for name in sorted(before.keys() | now.keys()):
        for maker, line in _in_file(name, before.get(name), now.get(name), makers):
            told.setdefault(maker, []).append(line)
    return told


def _contents(folder: Path) -> dict[str, bytes]:
    """What is in the files that notebooks' results were laid down in, by their names."""
    return {name: path.read_bytes() for name, path in laid_files(folder).items()}


def _makers(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The notebook that each table and figure comes from, by the file's name without its ending."""
    index = _entries(contents.get("index.json"))
    return {f"{entry['kind']}s/{entry['name']}": entry["notebook"] for entry in index.values()}


def _in_file(
    name: str, before: bytes | None, now: bytes | None, makers: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """What differs in a file: the notebook that it comes from, and a line."""
    if before == now:
        return
    if name in LISTS and before and now:
        yield from _in_list(name, before, now)
        return
    maker = makers.get(Path(name).with_suffix("").as_posix(), "")
    if now is None:
        yield maker, f"{name} is stored, but no notebook shows it"
    elif before is None:
        yield maker, f"{name} is not stored"
    else:
        yield maker, f"{name}, {differences.first_difference(_decoded(before), _decoded(now))}"


def _in_list(name: str, before: bytes, now: bytes) -> Iterator[tuple[str, str]]:
    """What differs in a list of results: those that do not stand in both as they are, else the file itself."""
    stored, fresh = _entries(before), _entries(now)
    differing = [key for key in {**stored, **fresh} if stored.get(key) != fresh.get(key)]
    for key in differing:
        maker = {**stored, **fresh}[key]["notebook"]
        if key not in fresh:
            yield maker, f"{name}, {key}: is stored, but no notebook shows it"
        elif key not in stored:
            yield maker, f"{name}, {key}: is not stored"
        else:
            yield maker, f"{name}, {key}: {differences.first_difference(*map(_written, (stored[key], fresh[key])))}"
    if not differing:
        yield "", f"{name}, {differences.first_difference(_decoded(before), _decoded(now))}"


def _entries(content: bytes | None) -> dict[str, dict[str, Any]]:
    """The results in a list; none where the file is broken, which is told of the file."""
    try:
        entries: dict[str, dict[str, Any]] = json.loads(content or b"{}")
    except ValueError:
        return {}
    return entries


def _written(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")


def _verified(step: str, fresh: Any, told: list[str]) -> Verified:
    from analysis import harvest

    shown = Counter(result["kind"] for result in harvest.harvest(fresh, step)) if fresh else Counter[str]()
    return Verified(step, shown, told)
