"""The notebooks in order: why each would run, running them, and laying down their results together.

A step is current when everything it depends on has the same content as when it last ran: its cells, parameters,
tables, the results of earlier steps, the modules behind it and the locked versions. Times of files do not matter.
A run writes into a folder beside the results and takes their place only when every notebook has succeeded; one
that was interrupted goes on there.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis import claims, masking, notebooks, results, tables
from analysis.computable import NotComputable
from analysis.errors import NotebookError, ParameterError, StudyError
from analysis.locks import alone
from analysis.settings import DECISIONS, value_problems
from analysis.study import Study, open_study

Parts = dict[str, str]
EXECUTED = "executed notebook"


@dataclass(frozen=True)
class Step:
    """One notebook of the pipeline and what it depends on."""

    name: str
    path: Path
    parameters: Mapping[str, type]
    reads: notebooks.Reads


@dataclass
class Outcome:
    """What became of a step: why it ran, or that it was current; how long it took."""

    step: str
    reasons: list[str]
    seconds: float = 0.0

    @property
    def ran(self) -> bool:
        """Whether the notebook was executed."""
        return bool(self.reasons)


def steps(root: Path) -> list[Step]:
    """The notebooks in the order of their numbers. Raises `NotebookError` when there is none."""
    found = [_step(path) for path in sorted((root / "notebooks").glob("[0-9][0-9]-*.ipynb"))]
    if not found:
        raise NotebookError("notebooks/ holds no numbered notebook. Restore it from git.")
    return found


def explain(study: Study, given: Mapping[str, Any] | None = None) -> list[Outcome]:
    """Say of each step why it would run; no reason means that it is current."""
    given = checked(study, given or {})
    folder = _folder_to_look_in(study)
    outcomes: list[Outcome] = []
    stale: list[str] = []
    for step in steps(study.root):
        reasons = _differences(_recorded(folder).get(step.name), _parts(study, step, given, folder))
        earlier = [name for name in stale if _follows(step, name)]
        if not reasons and earlier:
            reasons = [f"follows {', '.join(earlier)}, should their results change"]
        if reasons:
            stale.append(step.name)
        outcomes.append(Outcome(step.name, reasons))
    return outcomes


def tell_outdated(study: Study) -> str:
    """That a study's results are older than its settings, data or notebooks, and which; nothing where they are not."""
    old = [outcome.step for outcome in explain(study) if outcome.ran] if study.values() else []
    if not old:
        return ""
    return (
        f"results/{study.name} are older than what they are computed from ({', '.join(old)}): compendium run "
        f"{study.name}"
    )


def run(
    study: Study,
    given: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
    progress: Callable[[str, str], None] = lambda step, state: None,
) -> list[Outcome]:
    """Run every step that is not current and put the new results in place together.

    `progress` is told each step and its state: "running", "done" or "current". Raises `ParameterError` before
    anything runs and `NotebookError` when a notebook fails; then the previous results stay as they were.
    """
    given = checked(study, given or {})
    _need_key(study)
    outcomes = []
    with _staged(study) as folder:
        # What was altered or deleted by hand comes back out of the executed notebooks.
        _lay_down(study, folder)
        for step in steps(study.root):
            parts = _parts(study, step, given, folder)
            reasons = ["asked for"] if force else _differences(_recorded(folder).get(step.name), parts)
            outcome = Outcome(step.name, reasons)
            if reasons:
                progress(step.name, "running")
                started = time.perf_counter()
                _execute(study, step, given, folder, parts)
                outcome.seconds = time.perf_counter() - started
            progress(step.name, "done" if reasons else "current")
            outcomes.append(outcome)
        _forget_others(study, folder, [step.name for step in steps(study.root)])
    return outcomes


def need_posts(study: Study) -> None:
    """Raise `StudyError` when a study has not a single post: nothing could be computed."""
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


def _need_key(study: Study) -> None:
    """See to the key by which captured posts are masked; one that was lost is told and never made anew."""
    if study.corpus.is_dir():
        masking.read_key(study.key_file)
    elif study.origin_of("posts", "comments") == "captured":
        masking.make_key(study.key_file)


def reproduced_here(study: Study) -> bool:
    """Whether these results were computed on this machine; committed ones were computed on another."""
    marker, record = _marker(study), study.root / "results" / study.name / "run.json"
    return marker.is_file() and record.is_file() and marker.read_text(encoding="utf-8") == _digest_of_file(record)


def mark_reproduced(study: Study) -> None:
    """Note that the present results were computed on this machine."""
    tables.replace_text(_marker(study), _digest_of_file(study.root / "results" / study.name / "run.json"))


def files_of(folder: Path) -> list[Path]:
    """Every file of a results folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _step(path: Path) -> Step:
    notebook = notebooks.read_notebook(path)
    return Step(path.stem, path, notebooks.parameters_of(notebook), notebooks.reads_of(notebook))


def checked(study: Study, given: Mapping[str, Any], *, where: str = "compendium run") -> dict[str, Any]:
    """The given parameters, each known to some notebook, of its type and sensible; and that there are posts."""
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


def _parameters(study: Study, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """A step's parameters: the study, and for each decision the given value or that of study.yml."""
    decided = {name: study.decide(name, given.get(name)) for name in step.parameters if name in DECISIONS}
    other = {name: given[name] for name in step.parameters if name in given and name not in DECISIONS}
    return {"study": study.name, **decided, **other}


def _parts(study: Study, step: Step, given: Mapping[str, Any], folder: Path) -> Parts:
    """What the step depends on, each part with a digest of its content (parameters: with their value)."""
    source = notebooks.read_notebook(step.path)
    cells = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in source.cells]
    # The package that runs, which need not lie in the compendium's own folder.
    package = Path(__file__).parent
    modules = notebooks.modules_behind(step.reads.modules, package)
    parts: Parts = {"notebook": _digest(json.dumps(cells))}
    parts |= {f"parameter {name}": json.dumps(value) for name, value in _parameters(study, step, given).items()}
    parts |= {f"table {name}": _digest_of_table(study, name) for name in step.reads.tables}
    parts |= {f"result {name}": _digest_of_file(folder / "tables" / f"{name}.csv") for name in step.reads.results}
    parts |= {f"module {_dotted(path, package)}": _digest_of_file(path) for path in modules}
    settings = {**study.settings, "decisions": None, "to_confirm": None}
    parts["settings of the study"] = _digest(json.dumps(settings, sort_keys=True, default=str))
    if study.key_file.is_file():
        parts["key of the pseudonyms"] = _digest_of_file(study.key_file)
    parts["requirements.lock"] = _digest_of_file(study.root / "requirements.lock")
    parts[EXECUTED] = _digest_of_file(_executed(folder, step))
    if step.reads.bibliography:
        parts["bibliography"] = _digest_of_file(study.bibliography)
    if step.reads.reasons:
        parts["reasons of the decisions"] = _digest(study.reasons(study.decisions).to_csv())
    if step.reads.values:
        parts["values of earlier notebooks"] = _digest(json.dumps(_earlier_values(folder, step.name), sort_keys=True))
    return parts


def _differences(before: Parts | None, now: Parts) -> list[str]:
    """Why a step is not current, in words."""
    if before is None:
        return ["has not run yet"]
    told = []
    for part in sorted({*before, *now}):
        if before.get(part) != now.get(part):
            changed = f": {before.get(part)} → {now.get(part)}" if part.startswith("parameter") else " changed"
            told.append(part + changed)
    return told


def _execute(study: Study, step: Step, given: Mapping[str, Any], folder: Path, parts: Parts) -> None:
    """Run one notebook and lay down its results in the folder of the run."""
    os.environ["COMPENDIUM_RESULTS"] = str(folder)
    try:
        executed = notebooks.run_notebook(step.path, _parameters(study, step, given), folder=study.root)
    finally:
        del os.environ["COMPENDIUM_RESULTS"]
    tables.replace_text(_executed(folder, step), notebooks.as_text(executed))
    _lay_down(study, folder)
    parts[EXECUTED] = _digest_of_file(_executed(folder, step))
    _write_record(folder, {**_recorded(folder), step.name: parts})


def _lay_down(study: Study, folder: Path) -> None:
    """Write the tables, figures and values of every executed notebook in the folder."""
    found: list[dict[str, Any]] = []
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        found += results.harvest(notebooks.read_notebook(path), path.stem)
    served = claims.claims_by_value(study.table("claims"))
    results.write_results(found, folder, {} if isinstance(served, NotComputable) else served)


@contextmanager
def _staged(study: Study) -> Iterator[Path]:
    """A folder for the run, with the present results in it; it takes their place when all went well."""
    with alone(study.root / "results" / f".{study.name}.lock", f"compendium run {study.name}"):
        yield from _swapped(study)


def _swapped(study: Study) -> Iterator[Path]:
    folder, beside = study.root / "results" / study.name, _beside(study)
    if not beside.exists():
        shutil.copytree(folder, beside) if folder.exists() else beside.mkdir(parents=True)
    yield beside
    if _contents(beside) == _contents(folder):
        shutil.rmtree(beside)
        return
    old = beside.with_suffix(".old")
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _executed(folder: Path, step: Step) -> Path:
    return folder / "notebooks" / f"{step.name}.ipynb"


def _marker(study: Study) -> Path:
    return study.root / "_build" / f".{study.name}.reproduced"


def _beside(study: Study) -> Path:
    return study.root / "results" / f".{study.name}.run"


def _folder_to_look_in(study: Study) -> Path:
    """Where the next run would go on: the folder of an interrupted one, else the results."""
    return _beside(study) if _beside(study).exists() else study.root / "results" / study.name


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_of(folder)}


def _forget_others(study: Study, folder: Path, names: list[str]) -> None:
    """Take away what belongs to notebooks that no longer exist."""
    gone = [path for path in (folder / "notebooks").glob("*.ipynb") if path.stem not in names]
    for path in gone:
        path.unlink()
    if gone:
        _lay_down(study, folder)
    kept = {name: parts for name, parts in _recorded(folder).items() if name in names}
    if kept != _recorded(folder):
        _write_record(folder, kept)


def _recorded(folder: Path) -> dict[str, Parts]:
    path = folder / "run.json"
    return json.loads(path.read_text(encoding="utf-8"))["steps"] if path.is_file() else {}


def _write_record(folder: Path, recorded: Mapping[str, Parts]) -> None:
    content = json.dumps({"steps": recorded}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    tables.replace_text(folder / "run.json", content)


def _earlier_values(folder: Path, step: str) -> dict[str, Any]:
    path = folder / "values.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: value for name, value in known.items() if value["notebook"] < step}


def _follows(step: Step, earlier: str) -> bool:
    return (step.reads.values and earlier < step.name) or any(name.startswith(earlier) for name in step.reads.results)


def _dotted(path: Path, package: Path) -> str:
    inside = path.relative_to(package.parent).with_suffix("")
    return ".".join(part for part in inside.parts if part != "__init__")


def _digest(content: str | bytes) -> str:
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()[:16]


def _digest_of_file(path: Path) -> str:
    return _digest(path.read_bytes()) if path.is_file() else "missing"


def _digest_of_table(study: Study, name: str) -> str:
    # A study without a table of its own may ask for the original's, as the claims do.
    files = study.files_of(name) or open_study(root=study.root).files_of(name)
    return _digest("".join(map(_digest_of_file, files)))
