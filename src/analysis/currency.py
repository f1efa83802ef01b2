"""Why a step would run: what it rests on now, set against what it rested on when it last ran.

That is its cells, its parameters, the code that it makes use of, the locked versions, and whatever it was noted to
read while it ran: settings, tables, results and values of earlier steps, files. Each stands in the record with a
digest of its content (parameters: with their value). Times of files do not matter.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.code_used import Package, code_behind
from analysis.errors import StudyError
from analysis.in_files import files_at
from analysis.reads import ALL, Read
from analysis.run_folder import MISSING, digest, digest_of_file, executed, files_of
from analysis.steps import Step, parameters_of
from analysis.study import NAME, ORIGINAL, Study, open_study

Parts = dict[str, str]
EXECUTED, LOCK = "executed notebook", "requirements.lock"


@dataclass
class Basis:
    """What the steps of a study rest on, as it is when a run begins; results of steps as they are when asked for."""

    study: Study
    given: Mapping[str, Any]
    folder: Path
    steps: list[Step]
    code: Mapping[str, Parts]
    digests: dict[Read, str] = field(default_factory=dict)
    studies: dict[str, Study] = field(default_factory=dict)

    @cached_property
    def versions(self) -> str:
        """A digest of the locked versions."""
        return digest(locked(self.study.root))

    def parts(self, step: Step, read: Iterable[Read]) -> Parts:
        """What a step rests on, part by part; `read` is what it was noted to read."""
        parameters = parameters_of(self.study, step, self.given).items()
        return {
            "notebook": digest(step.cells),
            EXECUTED: digest_of_file(executed(self.folder, step.name)),
            LOCK: self.versions,
            **{f"parameter {name}": json.dumps(value) for name, value in parameters},
            **{f"module {name}": text for name, text in self.code[step.name].items()},
            **{self.named(one): self.digest_of(one, step.name) for one in read},
        }

    def reasons(self, step: Step, before: Parts | None) -> list[str]:
        """Why a step is not current, in words; nothing when it is."""
        if before is None:
            return ["has not run yet"]
        now = self.parts(step, self.read_in(before))
        changed = differing(before, now)
        files = _files_named(self.study.settings["tables"])
        # Whether a table's file is there is read with the table.
        once = {f"file {file}" for table, file in files.items() if f"table {table}" in changed}
        return [_told(part, before.get(part), now.get(part)) for part in changed if part not in once]

    def named(self, read: Read) -> str:
        """What a part of the record is called that was read."""
        of = "" if read.study == self.study.name else f" of {read.study}"
        return f"{read.kind} {read.name}".rstrip() + of

    def read_in(self, parts: Iterable[str]) -> list[Read]:
        """The parts of a record that were noted to be read."""
        found = []
        for part in parts:
            kind, _, rest = part.partition(" ")
            name, of, other = f" {rest}".rpartition(" of ")
            if not (of and NAME.fullmatch(other)):
                name, other = rest, self.study.name
            if kind in WAYS:
                found.append(Read(kind, name.strip(), other))
        return found

    def rests_on_earlier(self, parts: Iterable[str]) -> bool:
        """Whether a record has anything that earlier steps of the study made."""
        return any(one.kind in MADE_BY_STEPS and one.study == self.study.name for one in self.read_in(parts))

    def digest_of(self, read: Read, step: str) -> str:
        """A digest of what a step reads; what no step makes is looked at once, before any begins."""
        if read.kind in MADE_BY_STEPS:
            return self._look(read, step)
        if read not in self.digests:
            self.digests[read] = self._look(read, step)
        return self.digests[read]

    def look_at_all(self) -> None:
        """Look at every file that a step may read, so that one changed during the run is stale after it."""
        for name in {self.study.name, ORIGINAL}:
            study = self._study(name)
            read = [("bibliography", ""), ("file", study.key_file.relative_to(study.folder).as_posix())]
            read += [("table", table) for table in study.settings["tables"]]
            # Whether codings came is asked of their files.
            named = _files_named(study.settings["tables"]).values()
            read += [("file", file) for file in named if (study.folder / file).parent == study.coding]
            for kind, what in read:
                self.digest_of(Read(kind, what, name), "")

    def _look(self, read: Read, step: str) -> str:
        # What cannot be had, as of a study that is gone, stops the notebook that asks for it, and no other.
        try:
            return WAYS[read.kind](self._study(read.study), self._results(read), read.name, step)
        except StudyError:
            return MISSING

    def _study(self, name: str) -> Study:
        if name not in self.studies:
            self.studies[name] = self.study if name == self.study.name else open_study(name, self.study.root)
        return self.studies[name]

    def _results(self, read: Read) -> Path:
        return self.folder if read.study == self.study.name else self.study.root / "results" / read.study


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts that are not what they were, in order."""
    return [part for part in sorted({*before, *now}) if before.get(part) != now.get(part)]


def code_of(sources: Mapping[str, str], root: Path) -> dict[str, Parts]:
    """Of each source the modules that it makes use of, each with a digest of what is used of it.

    What was found is kept under a digest of the whole package, so that nothing is followed twice in the same code.
    """
    package = Package(Path(__file__).parent)
    kept = root / "_build" / ".code.json"
    inside = {path.relative_to(package.folder).as_posix(): path for path in files_of(package.folder)}
    # What an editor leaves beside them is neither code nor read by it.
    files = {name: path for name, path in inside.items() if path.suffix in (".py", ".yml") and "/." not in f"/{name}"}
    whole = digest("".join(f"{name} {digest_of_file(path)}\n" for name, path in files.items()))
    known = _kept(kept).get(whole, {})
    keys = {name: digest(source) for name, source in sources.items()}
    new = {key: sources[name] for name, key in keys.items() if key not in known}
    if new:
        known |= {
            key: {module: digest(text) for module, text in code_behind(source, package).items()}
            for key, source in new.items()
        }
        # Another run may be at it, and what is not kept is found again.
        with suppress(OSError):
            tables.replace_text(kept, json.dumps({whole: known}))
    return {name: known[key] for name, key in keys.items()}


def locked(root: Path) -> str:
    """The locked versions, without the sums of the files that they come in."""
    path = root / LOCK
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return "\n".join(line.removesuffix("\\").strip() for line in lines if line[:1] not in ("", " ", "#"))


def _kept(path: Path) -> dict[str, dict[str, Parts]]:
    try:
        kept: dict[str, dict[str, Parts]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept


def _files_named(entries: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The files that the tables of a study.yml name, by table."""
    return {table: entry["file"] for table, entry in entries.items() if "file" in entry}


def _told(part: str, before: str | None, now: str | None) -> str:
    return f"{part}: {before} → {now}" if part.startswith("parameter") else f"{part} changed"


def _setting(study: Study, _: Path, name: str, __: str) -> str:
    found: Any = study.settings
    for key in () if name == ALL else name.split(" "):
        found = found.get(key) if isinstance(found, Mapping) else None
    return digest(json.dumps(found, sort_keys=True, default=str))


def _table(study: Study, _: Path, name: str, __: str) -> str:
    # Where several files are one table, what counts is what is in each, and not what they are called.
    return digest("".join(digest_of_file(path) for named in study.files_of(name) for path in files_at(named)))


def _file(study: Study, _: Path, name: str, __: str) -> str:
    return digest_of_file(study.folder / name)


def _bibliography(study: Study, _: Path, __: str, ___: str) -> str:
    return digest_of_file(study.bibliography)


def _result(_: Study, folder: Path, name: str, __: str) -> str:
    entry = _json(folder / "index.json").get(f"{name}.table")
    shown = entry and [entry["texts"], entry["missing"]]
    return digest(json.dumps([shown, digest_of_file(folder / "tables" / f"{name}.csv")]))


def _value(_: Study, folder: Path, name: str, step: str) -> str:
    earlier = {key: value for key, value in _json(folder / "values.json").items() if value["notebook"] < step}
    return digest(json.dumps(earlier if name == ALL else earlier.get(name), sort_keys=True))


def _json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


# How each kind of thing that was read is looked at again.
WAYS: dict[str, Callable[[Study, Path, str, str], str]] = {
    "setting": _setting, "table": _table, "file": _file, "bibliography": _bibliography,
    "result": _result, "value": _value,
}  # fmt: skip
MADE_BY_STEPS = ("result", "value")
