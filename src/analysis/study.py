"""A study: its decisions, its sides and where its tables are, as `data/<study>/study.yml` says.

The compendium's root is the nearest folder at or above the working folder that holds `_config.yml` and `data/`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import in_files, privacy, schema, tables
from analysis.called import CALLED
from analysis.computable import NotComputable
from analysis.directions import closed_in
from analysis.errors import StudyError, nearest
from analysis.reads import note, watched
from analysis.schema import Origin
from analysis.settings import DECISIONS, Side, read_settings

if TYPE_CHECKING:
    import pandas as pd

ORIGINAL = "liu2025"
LEAST_EVIDENTIAL_FIRST: tuple[Origin, ...] = ("stand-in", "captured", "published")
# What stands in a study.yml that was begun until its owner writes something better; it states nothing.
TO_FILL_IN = "to be filled in"
# Why a table is not there, where its name does not tell.
ABSENT = {"coded": "no codings were imported"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Study:
    """A study and the way to its tables, decisions and earlier results."""

    name: str
    root: Path
    settings: Mapping[str, Any]
    # The folder that the folders of results lie in; results/ of the compendium where none is named.
    shelf: Path | None = None

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return self.root / "data" / self.name

    @property
    def corpus(self) -> Path:
        """The folder of what was imported."""
        return self.folder / "corpus"

    @property
    def coding(self) -> Path:
        """The folder of what was coded: of imported codings, and of what was given to coders."""
        return self.folder / "coding"

    @property
    def key_file(self) -> Path:
        """The file of the key by which accounts become pseudonyms; never in git."""
        return self.folder / "private" / "key"

    @property
    def title(self) -> str:
        """The study's title."""
        return str(self.settings["title"])

    @property
    def authors(self) -> list[str]:
        """Who made the study, as study.yml names them."""
        return [str(name) for name in self.settings.get("authors", [])]

    @property
    def about(self) -> str:
        """What the study is about, in a sentence."""
        return _stated(self.settings.get("about", ""), "What this study is about is not stated yet.")

    @property
    def platform(self) -> str:
        """Where the posts were published."""
        return _stated(self.settings["platform"], "a platform that is not stated")

    @property
    def capture(self) -> dict[str, str]:
        """What study.yml states of the capture: date, by, licence, changed; nothing of what it leaves open."""
        told = {str(key): _stated(value, "") for key, value in self.settings.get("capture", {}).items()}
        return {key: value for key, value in told.items() if value}

    @property
    def is_original(self) -> bool:
        """Whether this is the article's own study."""
        return self.name == ORIGINAL

    @cached_property
    def sides(self) -> dict[str, Side]:
        """The two groups that meet, newcomer and host."""
        return {side: Side(**self.settings["sides"][side]) for side in schema.SIDES}

    def table(self, name: str) -> Any:
        """A canonical table of the study, or `NotComputable` when the study has none.

        Raises `StudyError` for one at an address, and `TableError` with every problem of its file.
        """
        note("table", name, self.name)
        holder, entry = self._entry(name)
        if entry is None:
            return NotComputable(ABSENT.get(name, f"the study has no {name}"))
        self.need_here(name)
        if "columns" in entry:
            return holder.mapped_table(name, entry)
        path = holder.folder / entry["file"]
        if name == "posts" and in_files.lie_in_files(path):
            return NotComputable(in_files.STAY)
        if path.parent == holder.corpus and not path.is_file():
            return NotComputable(f"no {name} were imported")
        return tables.read_table(path, name, shown=Path("data", holder.name, entry["file"]).as_posix())

    def origin_of(self, *names: str) -> Origin:
        """What a result drawn from these tables is worth as evidence: as little as the least of them.

        A table that the study lacks adds nothing; without any, the posts decide.
        """
        entries = [self._entry(name)[1] for name in (*names, "posts")]
        held = [entry for entry in entries[:-1] if entry] or entries[-1:]
        return min((entry["origin"] for entry in held if entry), key=LEAST_EVIDENTIAL_FIRST.index)

    def holds(self, name: str) -> bool:
        """Whether a table lies in the study's own folder."""
        holder, entry = self._entry(name)
        return holder is self and entry is not None

    def holder_of(self, name: str) -> Study:
        """The study whose folder has a table: this one, or another that it is taken from."""
        return self._entry(name)[0]

    def files_of(self, name: str) -> list[Path]:
        """The files that a table is read from; none when the study lacks it."""
        note("table", name, self.name)
        holder, entry = self._entry(name)
        return [holder.folder / entry["file"]] if entry else []

    def address_of(self, name: str) -> str:
        """The address that stands in place of a table's file, such as one that begins with hdfs://; empty if none."""
        _, entry = self._entry(name)
        file = str(entry["file"]) if entry else ""
        return file if "://" in file else ""

    def need_here(self, name: str) -> None:
        """Raise `StudyError` for a table at an address, which Spark alone reads."""
        address = self.address_of(name)
        if address:
            raise StudyError(
                f"data/{self.holder_of(name).name}/study.yml: tables, {name}: {address} is an address; expected a file "
                "of this machine, or for posts a folder of files. At an address, posts, comments and creators are read "
                f"by compendium sample {self.name} --engine spark alone. For all else, bring the columns here as "
                "Parquet, and name that."
            )

    def decide(self, name: str, given: Any = None) -> Any:
        """The given value of a decision, or the one of study.yml when none is given."""
        if name not in DECISIONS:
            raise StudyError(f"'{name}' is not a decision.{nearest(name, DECISIONS)}")
        return self._decided(name) if given is None else given

    def decided(self, **given: Any) -> dict[str, Any]:
        """Several decisions at once: the given values, and study.yml's where None is given."""
        return {name: self.decide(name, value) for name, value in given.items()}

    def reasons(self, taken: Mapping[str, Any]) -> pd.DataFrame:
        """Each decision with its value and the reason that study.yml gives for it, this study's or the original's.

        `taken` are those that a notebook takes; of the others, the value is study.yml's.
        """
        import pandas as pd

        decisions = {**self.decisions, **taken}
        own, original = self.settings.get("decisions", {}), open_study(ORIGINAL, self.root).settings["decisions"]
        told = [(name, own.get(name, original[name])) for name in decisions]
        return pd.DataFrame(
            [
                {
                    "decision": CALLED[name],
                    "value": _in_words(decisions[name]),
                    "reason": entry["reason"] if decisions[name] == entry["value"] else "given for this run",
                    "decided_in": self.name if name in own else ORIGINAL,
                }
                for name, entry in told
            ]
        )

    @cached_property
    def decisions(self) -> dict[str, Any]:
        """Every decision of the study; what its study.yml leaves out is as in the original."""
        own = {name: entry["value"] for name, entry in self.settings.get("decisions", {}).items()}
        return own if self.is_original else {**self.original_decisions, **own}

    def _decided(self, name: str) -> Any:
        """The value that study.yml gives for a decision, this study's or the original's."""
        own = self.settings.get("decisions", {}).get(name)
        return open_study(ORIGINAL, self.root)._decided(name) if own is None else own["value"]  # noqa: SLF001

    @property
    def original_decisions(self) -> dict[str, Any]:
        """Every decision of the original."""
        return self.decisions if self.is_original else open_study(ORIGINAL, self.root).decisions

    @property
    def quoting(self) -> str | list[str]:
        """What of the captured texts may be quoted: none, all, or the identifiers of posts and comments."""
        allowed: str | list[str] = self.settings.get("privacy", {}).get("quote", "none")
        return allowed

    @property
    def bibliography(self) -> Path:
        """The bibliography of the book."""
        note("bibliography", "", self.name)
        return self.root / "book" / "references.bib"

    @property
    def results(self) -> Path:
        """The folder of the results; a run that is under way writes beside it."""
        under_way = Path(os.environ.get("COMPENDIUM_RESULTS", ""))
        return under_way if under_way.name == f".{self.name}.run" else self.kept

    @property
    def kept(self) -> Path:
        """The folder in which results stay when their run has ended."""
        return (self.shelf or self.root / "results") / self.name

    def result(self, name: str) -> Any:
        """A table that an earlier notebook showed, by its name."""
        note("result", name, self.name)
        return tables.read_result(self.results, name)

    def values(self) -> Mapping[str, dict[str, Any]]:
        """Every value that a notebook of this study recorded, by its name."""
        return watched(self._values(), "value", self.name)

    def earlier_values(self, notebook: str) -> Mapping[str, dict[str, Any]]:
        """The values that the notebooks before this one recorded; its own are those of another run."""
        earlier = {name: value for name, value in self._values().items() if value["notebook"] < notebook}
        return watched(earlier, "value", self.name)

    def _values(self) -> dict[str, dict[str, Any]]:
        path = self.results / "values.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def _entry(self, name: str) -> tuple[Study, dict[str, Any] | None]:
        """The study that holds a table, and what its study.yml says of it; None when there is no such table."""
        if name not in schema.TABLES:
            raise StudyError(f"'{name}' is not a canonical table.{nearest(name, schema.TABLES)}")
        entry = self.settings["tables"].get(name)
        if entry is not None and "file" in entry and self._waits(entry):
            # Named beforehand, so that it is simply there once it is imported; until then another study's stands.
            entry = {"from": entry["from"]} if "from" in entry else None
        if entry is None or "file" in entry:
            return self, entry
        holder = open_study(entry["from"], self.root)
        held = holder.settings["tables"].get(name)
        if held is None or "from" in held:
            raise StudyError(
                f"data/{self.name}/study.yml: tables, {name}: '{holder.name}' does not hold {name} itself. "
                "Name the study whose folder has the file."
            )
        return holder, held

    def _waits(self, entry: Mapping[str, Any]) -> bool:
        """Whether a table is one of those that come with codings, and none came yet."""
        path = self.folder / entry["file"]
        if path.parent != self.coding:
            return False
        note("file", entry["file"], self.name)
        return not path.is_file()

    def mapped_table(self, name: str, entry: Mapping[str, Any]) -> pd.DataFrame:
        """A table read from a foreign file by the mapping that study.yml gives."""
        from analysis.sources import mapped

        options = {key: value for key, value in entry.items() if key not in ("file", "columns", "origin")}
        source = Path(entry["file"]).name
        return mapped.read_mapped(self.folder / entry["file"], name, entry["columns"], source=source, **options)


def _in_words(value: Any) -> str:
    """A decision's value as a reader sees it; what robustness tries, decision by decision."""
    if not isinstance(value, dict):
        return str(value).replace("_", " ")
    return "; ".join(f"{CALLED[name]} {', '.join(map(_in_words, tried))}" for name, tried in value.items())


def _stated(value: Any, otherwise: str) -> str:
    """A text of study.yml on one line, or something else where it was never filled in."""
    told = " ".join(str("" if value is None else value).split())
    return otherwise if TO_FILL_IN in told else told


def find_root(start: Path | None = None) -> Path:
    """The compendium's root at or above a folder. Raises `StudyError` when there is none."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "data").is_dir():
            return folder
    raise StudyError(
        "No compendium at or above the working folder: expected a folder with _config.yml and data/. "
        "Change into the compendium, then run the same command again."
    )


def study_names(root: Path) -> list[str]:
    """The studies that have a folder with a study.yml."""
    return sorted(path.parent.name for path in root.glob("data/*/study.yml"))


def open_study(name: str = ORIGINAL, root: Path | None = None) -> Study:
    """Open a study. Raises `StudyError` when it is unknown or its study.yml has problems, with all of them."""
    root = root or find_root()
    if not NAME.fullmatch(name):
        raise StudyError(f"'{name}' is not a name for a study. Use letters, digits, dashes and underscores.")
    path = root / "data" / name / "study.yml"
    if not path.is_file():
        if path.with_suffix(".yaml").is_file():
            raise StudyError(f"data/{name}/study.yaml: the file must be called study.yml. Rename it.")
        known = study_names(root)
        raise StudyError(
            f"There is no study '{name}': data/{name}/study.yml does not exist.{nearest(name, known)} "
            f"Studies here: {', '.join(known) or 'none'}."
        )
    settings = read_settings(path, where=f"data/{name}/study.yml", original=name == ORIGINAL)
    study = Study(name, root, watched(closed_in(settings), "setting", name, ("tables", "decisions")))
    note("file", study.key_file.relative_to(study.folder).as_posix(), name)
    if study.key_file.is_file():
        privacy.mask_with(study.key_file)
    return study
