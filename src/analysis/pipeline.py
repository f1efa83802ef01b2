"""The notebooks run: those that are not current, at once where they do not wait for each other.

A run writes into a folder beside the results and takes their place only when every notebook has succeeded. What has
succeeded in a run that failed or was killed stays in that folder, and the next run goes on there.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import masking, notebooks, run_folder, tables
from analysis.currency import Basis, code_of
from analysis.errors import NotebookError, StudyError
from analysis.laid_down import LAYING, LaidDown, is_as_laid_down, laid_by
from analysis.locks import alone
from analysis.reads import NOTES, Read, noted
from analysis.steps import Step, checked, need_posts, parameters_of, steps
from analysis.study import Study

if TYPE_CHECKING:
    from analysis.execution import EngineName, Runner

RESULTS = "COMPENDIUM_RESULTS"


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


@dataclass(frozen=True)
class Asked:
    """How a run shall go: what runs though it is current, by which engine, who is told of each step's state.

    `at_once` is how many notebooks run at once, as many as there are cores where it is not given.
    """

    force: bool = False
    engine: "EngineName | None" = None
    progress: Callable[[str, str], None] = lambda step, state: None
    at_once: int | None = None


def explain(study: Study, given: Mapping[str, Any] | None = None) -> list[Outcome]:
    """Say of each step why it would run; no reason means that it is current."""
    given = checked(study, given or {})
    return _explained(_basis(study, given, run_folder.folder_to_look_in(study)))


def tell_outdated(study: Study) -> str:
    """That a study's results are older than its settings, data or notebooks, and which; nothing where they are not.

    Nothing either where there are no posts, as when only results were passed on.
    """
    try:
        need_posts(study)
    except StudyError:
        return ""
    outcomes = _explained(_basis(study, {}, study.kept)) if study.values() else []
    old = [outcome.step for outcome in outcomes if outcome.ran]
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
    engine: "EngineName | None" = None,
    progress: Callable[[str, str], None] = lambda step, state: None,
) -> list[Outcome]:
    """Run every step that is not current and put the new results in place together.

    `progress` is told each step and its state: "running", "done" or "current". Raises `ParameterError` before
    anything runs and `NotebookError` when a notebook fails; then the previous results stay as they were.
    """
    return run_asked(study, given or {}, Asked(force, engine, progress))


def run_asked(study: Study, given: Mapping[str, Any], asked: Asked) -> list[Outcome]:
    """Run as `run` does, and raise what it raises; how is said in one."""
    given = checked(study, given)
    _need_key(study)
    with alone(study.kept.with_name(f".{study.name}.lock"), f"compendium run {study.name}"):
        current = None if asked.force else _all_current(study, given)
        if current is not None:
            for outcome in current:
                asked.progress(outcome.step, "current")
            return current
        return _run_staged(study, given, asked)


def prepare(study: Study) -> None:
    """See to what several runs of a study at once would make at once: its key, and what is known of the code."""
    _need_key(study)
    _basis(study, {}, study.kept)


def _all_current(study: Study, given: Mapping[str, Any]) -> list[Outcome] | None:
    """The outcomes when there is nothing to do; None when there is, if only to lay down results anew."""
    folder = study.kept
    if run_folder.beside_of(study).exists() or not folder.is_dir():
        return None
    basis = _basis(study, given, folder)
    outcomes = _explained(basis)
    known = set(run_folder.recorded(folder)["steps"]) == {outcome.step for outcome in outcomes}
    if not known or any(outcome.ran for outcome in outcomes):
        return None
    return outcomes if is_as_laid_down(folder, laid_by(study, basis.code[""])) else None


def _run_staged(study: Study, given: Mapping[str, Any], asked: Asked) -> list[Outcome]:
    from analysis.execution import Runner

    at_once = asked.at_once or os.cpu_count() or 1
    with run_folder.staged(study) as folder:
        with Runner(asked.engine, at_once) as runner:
            basis = _basis(study, given, folder)
            basis.look_at_all()
            started = _Run(basis, asked, runner, at_once, LaidDown(study, folder, laid_by(study, basis.code[""])))
            outcomes = started.go_through()
        record = run_folder.recorded(folder)["steps"]
        started.laid.finish({name: record[name] for name in outcomes})
    return [outcomes[name] for name in sorted(outcomes)]


@dataclass
class _Run:
    """A run that is under way: who waits, who runs, and what became of those that have ended."""

    basis: Basis
    asked: Asked
    runner: "Runner"
    at_once: int
    laid: LaidDown
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    running: dict[Future[Any], tuple[Step, float]] = field(default_factory=dict)

    def go_through(self) -> dict[str, Outcome]:
        """Start each step once those that it waits for have ended, so many at once; give back all outcomes."""
        waiting = list(self.basis.steps)
        while waiting or self.running:
            ready = self._ready(waiting)
            if ready is not None:
                waiting.remove(ready)
                self._begin(ready)
            else:
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                self._end(done)
        return self.outcomes

    def _ready(self, waiting: list[Step]) -> Step | None:
        """Of the steps that need not wait any longer, one that most others wait for, and of these the longest.

        So that at the end none runs on alone. How long one takes is not known beforehand: the more of the package it
        makes use of, the longer, as a rule. None while there is no such step, or no room.
        """
        if len(self.running) >= self.at_once:
            return None
        unfinished = {step.name for step in (*waiting, *(step for step, _ in self.running.values()))}
        ready = [step for step in waiting if not step.after & unfinished]
        awaited = Counter(name for step in waiting for name in step.after)
        return max(ready, key=lambda step: (awaited[step.name], len(self.basis.code[step.name])), default=None)

    def _begin(self, step: Step) -> None:
        """Let a step run when it is not current."""
        before = run_folder.recorded(self.basis.folder)["steps"].get(step.name)
        reasons = ["asked for"] if self.asked.force else self.basis.reasons(step, before)
        self.outcomes[step.name] = Outcome(step.name, reasons)
        if not reasons:
            self.asked.progress(step.name, "current")
            return
        self.asked.progress(step.name, "running")
        started = time.perf_counter()
        self.running[self.runner.submit(self._job(step))] = (step, started)

    def _job(self, step: Step) -> Any:
        from analysis.execution import Job

        study, notes = self.basis.study, run_folder.notes_of(self.basis.folder, step.name)
        notes.parent.mkdir(exist_ok=True)
        notes.unlink(missing_ok=True)
        environment = {RESULTS: str(self.basis.folder), NOTES: str(notes)}
        return Job(step.path, parameters_of(study, step, self.basis.given), study.root, environment)

    def _end(self, done: Iterable[Future[Any]]) -> None:
        """Keep what has succeeded; then raise for the first by number of those that failed."""
        ended = sorted(done, key=lambda future: self.running[future][0].name)
        failures = [future.exception() for future in ended if future.exception()]
        for future in ended:
            step, started = self.running.pop(future)
            if future.exception() is None:
                self._keep(step, future.result())
                self.outcomes[step.name].seconds = time.perf_counter() - started
                self.asked.progress(step.name, "done")
        for failure in failures:
            raise failure  # type: ignore[misc]

    def _keep(self, step: Step, notebook: Any) -> None:
        """Lay down what a notebook shows, and record what it rests on."""
        folder = self.basis.folder
        read = noted(run_folder.notes_of(folder, step.name))
        _refuse_undeclared(step, read, self.basis.study)
        tables.replace_text(run_folder.executed(folder, step.name), notebooks.as_text(notebook))
        self.laid.add(step.name, notebook)
        record = run_folder.recorded(folder)
        record["steps"][step.name] = self.basis.parts(step, read)
        run_folder.write_record(folder, record)


def _basis(study: Study, given: Mapping[str, Any], folder: Path) -> Basis:
    listed = steps(study.root)
    code = code_of({"": LAYING, **{step.name: step.code for step in listed}}, study.root)
    return Basis(study, given, folder, listed, code)


def _explained(basis: Basis) -> list[Outcome]:
    record = run_folder.recorded(basis.folder)["steps"]
    outcomes: list[Outcome] = []
    stale: list[str] = []
    for step in basis.steps:
        before = record.get(step.name)
        reasons = basis.reasons(step, before)
        earlier = [name for name in stale if name in step.after]
        if not reasons and earlier and basis.rests_on_earlier(before or {}):
            reasons = [f"follows {', '.join(earlier)}, should their results change"]
        if reasons:
            stale.append(step.name)
        outcomes.append(Outcome(step.name, reasons))
    return outcomes


def _refuse_undeclared(step: Step, read: Iterable[Read], study: Study) -> None:
    """A notebook may read of earlier ones only what its cells name: by that it is known what it waits for."""
    named = {*step.reads.results}
    hidden = [
        f"{one.kind} {one.name}"
        for one in read
        if one.study == study.name
        and ((one.kind == "result" and one.name not in named) or (one.kind == "value" and not step.reads.values))
    ]
    if hidden:
        raise NotebookError(
            f"{step.path.name}: reads {', '.join(hidden)} of earlier notebooks, but its cells do not say so. Read it "
            "in a cell, by this.result or this.earlier_values, so that the notebook waits for it."
        )


def _need_key(study: Study) -> None:
    """See to the key by which captured posts are masked; one that was lost is told and never made anew."""
    if study.corpus.is_dir():
        masking.read_key(study.key_file)
    elif study.origin_of("posts", "comments") == "captured":
        masking.make_key(study.key_file)
