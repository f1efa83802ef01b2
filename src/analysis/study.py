"""A study: its decisions, its sides and where its tables are, as `data/<study>/study.yml` says.

The compendium's root is the nearest folder at or above the working folder that holds `_config.yml` and `data/`.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis import schema, tables
from analysis.computable import NotComputable
from analysis.errors import StudyError, nearest
from analysis.schema import ORIGINS, Origin

ORIGINAL = "liu2025"
LEAST_EVIDENTIAL_FIRST: tuple[Origin, ...] = ("stand-in", "captured", "published")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

# Each decision of a study: its type, and the values that make sense.
DECISIONS: dict[str, tuple[type, str]] = {
    "engagement_by": (str, "search_rank or likes"),
    "search_rank_at_most": (int, "a place from 1"),
    "likes_top_share": (float, "a share from 0 to 1"),
    "newcomer_share_at_least": (float, "a share from 0 to 1"),
    "min_comments": (int, "a count from 0"),
    "min_host_comments": (int, "a count from 0"),
    "min_creator_replies": (int, "a count from 0"),
    "posts_wanted": (int, "a count from 0"),
    "creators_wanted": (int, "a count from 0"),
    "per_creator_at_most": (int, "a count from 0"),
    "sample_seed": (int, "a count from 0"),
    "token_unit": (str, "word or character"),
    "base_items": (int, "a place from 1"),
    "run_items": (int, "a place from 1"),
    "new_information_at_most": (float, "a share from 0 to 1"),
    "orders": (int, "a place from 1"),
    "order_seed": (int, "a count from 0"),
    "replicates": (int, "a place from 1"),
    "confidence": (float, "a share from 0 to 1"),
    "resample_seed": (int, "a count from 0"),
    "agreement_round": (int, "a place from 1"),
    "robustness": (dict, "decisions, each with a list of values"),
}


@dataclass(frozen=True)
class Side:
    """One of the two groups that meet: what it is called and what it writes."""

    label: str
    language: str
    language_name: str
    script: str


@dataclass(frozen=True)
class Study:
    """A study and the way to its tables, decisions and earlier results."""

    name: str
    root: Path
    settings: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return self.root / "data" / self.name

    @property
    def title(self) -> str:
        """The study's title."""
        return str(self.settings["title"])

    @property
    def about(self) -> str:
        """What the study is about, in a sentence."""
        return " ".join(str(self.settings.get("about", "")).split())

    @property
    def platform(self) -> str:
        """Where the posts were published."""
        return str(self.settings["platform"])

    @property
    def is_original(self) -> bool:
        """Whether this is the article's own study."""
        return self.name == ORIGINAL

    @cached_property
    def sides(self) -> dict[str, Side]:
        """The two groups that meet, newcomer and host."""
        return {side: Side(**self.settings["sides"][side]) for side in schema.SIDES}

    def table(self, name: str) -> Any:
        """A canonical table of the study, or `NotComputable` when the study has none."""
        holder, entry = self._entry(name)
        if entry is None:
            return NotComputable(f"the study has no {name}")
        if "columns" in entry:
            return holder.mapped_table(name, entry)
        return tables.read_table(holder.folder / entry["file"], name, shown=f"data/{holder.name}/{entry['file']}")

    def origin_of(self, *names: str) -> Origin:
        """What a result drawn from these tables is worth as evidence: as little as the least of them.

        A table that the study lacks adds nothing; without any, the posts decide.
        """
        entries = [self._entry(name)[1] for name in (*names, "posts")]
        held = [entry for entry in entries[:-1] if entry] or entries[-1:]
        return min((entry["origin"] for entry in held if entry), key=LEAST_EVIDENTIAL_FIRST.index)

    def files_of(self, name: str) -> list[Path]:
        """The files that a table is read from; none when the study lacks it."""
        holder, entry = self._entry(name)
        return [holder.folder / entry["file"]] if entry else []

    def decide(self, name: str, given: Any = None) -> Any:
        """The given value of a decision, or the one of study.yml when none is given."""
        if name not in DECISIONS:
            raise StudyError(f"'{name}' is not a decision.{nearest(name, DECISIONS)}")
        return self.decisions[name] if given is None else given

    def decided(self, **given: Any) -> dict[str, Any]:
        """Several decisions at once: the given values, and study.yml's where None is given."""
        return {name: self.decide(name, value) for name, value in given.items()}

    def reasons(self, decisions: Mapping[str, Any]) -> pd.DataFrame:
        """Each decision with its value and the reason that study.yml gives for it, this study's or the original's."""
        own, original = self.settings.get("decisions", {}), open_study(ORIGINAL, self.root).settings["decisions"]
        told = [(name, own.get(name, original[name])) for name in decisions]
        return pd.DataFrame(
            [
                {
                    "decision": name.replace("_", " "),
                    "value": str(decisions[name]),
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
        return own if self.is_original else {**open_study(ORIGINAL, self.root).decisions, **own}

    @property
    def bibliography(self) -> Path:
        """The bibliography of the book."""
        return self.root / "book" / "references.bib"

    @property
    def results(self) -> Path:
        """The folder of the results; a run that is under way writes beside it."""
        under_way = Path(os.environ.get("COMPENDIUM_RESULTS", ""))
        return under_way if under_way.name == f".{self.name}.run" else self.root / "results" / self.name

    def result(self, name: str) -> Any:
        """A table that an earlier notebook showed, by its name."""
        return tables.read_result(self.results, name)

    def values(self) -> dict[str, dict[str, Any]]:
        """Every value that a notebook of this study recorded, by its name."""
        path = self.results / "values.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def earlier_values(self, notebook: str) -> dict[str, dict[str, Any]]:
        """The values that the notebooks before this one recorded; its own are those of another run."""
        return {name: value for name, value in self.values().items() if value["notebook"] < notebook}

    def _entry(self, name: str) -> tuple["Study", dict[str, Any] | None]:
        """The study that holds a table, and what its study.yml says of it; None when there is no such table."""
        if name not in schema.TABLES:
            raise StudyError(f"'{name}' is not a canonical table.{nearest(name, schema.TABLES)}")
        entry = self.settings["tables"].get(name)
        if entry is None or "from" not in entry:
            return self, entry
        holder = open_study(entry["from"], self.root)
        held = holder.settings["tables"].get(name)
        if held is None or "from" in held:
            raise StudyError(
                f"data/{self.name}/study.yml: tables, {name}: '{holder.name}' does not hold {name} itself. "
                "Name the study whose folder has the file."
            )
        return holder, held

    def mapped_table(self, name: str, entry: Mapping[str, Any]) -> pd.DataFrame:
        """A table read from a foreign file by the mapping that study.yml gives."""
        from analysis.sources import mapped

        options = {key: value for key, value in entry.items() if key not in ("file", "columns", "origin")}
        source = Path(entry["file"]).name
        return mapped.read_mapped(self.folder / entry["file"], name, entry["columns"], source=source, **options)


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
        known = study_names(root)
        raise StudyError(
            f"There is no study '{name}': data/{name}/study.yml does not exist.{nearest(name, known)} "
            f"Studies here: {', '.join(known) or 'none'}."
        )
    return Study(name, root, read_settings(path, where=f"data/{name}/study.yml", original=name == ORIGINAL))


def read_settings(path: Path, *, where: str, original: bool) -> dict[str, Any]:
    """Read a study.yml. Raises `StudyError` with every problem in it."""
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise StudyError(f"{where}: not readable as YAML: {error}. Correct that place.") from error
    if not isinstance(settings, dict):
        raise StudyError(f"{where}: expected keys such as title, platform, sides and tables; found {settings!r}.")
    problems = [
        *_key_problems(settings),
        *_side_problems(settings.get("sides")),
        *_table_problems(settings.get("tables")),
        *_decision_problems(settings.get("decisions", {}), complete=original),
    ]
    if problems:
        told = "\n".join(f"{where}: {problem}" for problem in problems)
        raise StudyError(f"{told}\nCorrect {where}, then run the same command again.")
    return settings


def _key_problems(settings: Mapping[str, Any]) -> list[str]:
    required, optional = ("title", "platform", "sides", "tables"), ("about", "decisions", "capture")
    missing = [f"'{key}' is missing." for key in required if key not in settings]
    unknown = [key for key in settings if key not in (*required, *optional)]
    return missing + [f"'{key}' is not known here.{nearest(str(key), (*required, *optional))}" for key in unknown]


def _side_problems(sides: Any) -> list[str]:
    if not isinstance(sides, dict):
        return ["'sides' needs newcomer and host, each with label, language, language_name and script."]
    problems = []
    for side in schema.SIDES:
        fields = sides.get(side)
        if not isinstance(fields, dict):
            problems.append(f"sides: '{side}' is missing.")
            continue
        known = tuple(Side.__dataclass_fields__)
        problems += [f"sides, {side}: '{field}' is missing." for field in known if field not in fields]
        problems += [f"sides, {side}: '{f}' is not known.{nearest(str(f), known)}" for f in fields if f not in known]
    return problems


def _table_problems(entries: Any) -> list[str]:
    if not isinstance(entries, dict):
        return ["'tables' needs at least posts, with a file and an origin."]
    problems = [] if "posts" in entries else ["tables: 'posts' is missing; a study needs posts."]
    for name, entry in entries.items():
        problems += _entry_problems(str(name), entry)
    return problems


def _entry_problems(name: str, entry: Any) -> list[str]:
    if name not in schema.TABLES:
        return [f"tables: '{name}' is not a canonical table.{nearest(name, schema.TABLES)}"]
    if not isinstance(entry, dict) or not ({"file", "origin"} <= entry.keys() or set(entry) == {"from"}):
        return [f"tables, {name}: expected a file and an origin, or from: STUDY; found {entry!r}."]
    problems = []
    if "from" not in entry and entry["origin"] not in ORIGINS:
        problems.append(f"tables, {name}: origin '{entry['origin']}' is not one of {', '.join(ORIGINS)}.")
    known = schema.TABLES[name].column_names
    if not isinstance(entry.get("columns", {}), dict):
        found = entry["columns"]
        return [*problems, f"tables, {name}: 'columns' maps each column to one of the file; found {found!r}."]
    problems += [
        f"tables, {name}: '{column}' is not a column of {name}.{nearest(str(column), known)}"
        for column in entry.get("columns", {})
        if column not in known
    ]
    allowed = ("file", "origin", "from", "columns", "time_format", "utc_offset", "hashtag_separator")
    return problems + [
        f"tables, {name}: '{key}' is not known.{nearest(str(key), allowed)}" for key in entry if key not in allowed
    ]


def _decision_problems(decisions: Any, *, complete: bool) -> list[str]:
    if not isinstance(decisions, dict):
        return ["'decisions' needs names, each with a value and a reason."]
    problems = [f"decisions: '{name}' is missing." for name in DECISIONS if complete and name not in decisions]
    for name, entry in decisions.items():
        if name not in DECISIONS:
            problems.append(f"decisions: '{name}' is not a decision.{nearest(str(name), DECISIONS)}")
        elif not isinstance(entry, dict) or set(entry) != {"value", "reason"}:
            problems.append(f"decisions, {name}: expected a value and a reason; found {entry!r}.")
        else:
            problems += [f"decisions, {name}: {problem}" for problem in value_problems(name, entry["value"])]
    return problems


def value_problems(name: str, value: Any) -> list[str]:
    """What is wrong with a decision's value; nothing when it is right."""
    kind, sensible = DECISIONS[name]
    right_type = isinstance(value, int | float if kind is float else kind) and not isinstance(value, bool)
    if not right_type or not _is_sensible(sensible, value):
        return [f"found {value!r}; expected {sensible}."]
    if name != "robustness":
        return []
    return [
        f"{choice}: {problem}" if choice in DECISIONS else f"'{choice}' is not a decision.{nearest(choice, DECISIONS)}"
        for choice, values in value.items()
        for problem in (value_problems_of_list(choice, values) if choice in DECISIONS else [""])
    ]


def value_problems_of_list(name: str, values: Any) -> list[str]:
    """What is wrong with the values that robustness shall try for a decision."""
    if not isinstance(values, list) or not values:
        return [f"found {values!r}; expected a list of values."]
    return [problem for value in values for problem in value_problems(name, value)]


def _is_sensible(sensible: str, value: Any) -> bool:
    if sensible == "a share from 0 to 1":
        return 0 <= value <= 1
    if sensible in ("a count from 0", "a place from 1"):
        return bool(value >= int(sensible[-1]))
    return value in sensible.split(" or ") if " or " in sensible else True
