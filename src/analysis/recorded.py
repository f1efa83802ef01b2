"""Keep values that the original's book shows and nobody can recompute from this repository alone.

They are those of a run on data that cannot be published, and how fast everything was on some machine. A recorded value
is marked as such wherever it stands.
"""

import datetime as dt
import json
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.in_files import files_at
from analysis.study import Study, open_study

# What was recorded of a run, and what was measured.
FILES = ("recorded.json", "speed.json")
# The origin of what was measured: it is about no post.
MEASURED = "measured"


def recorded_values(study: Study) -> dict[str, dict[str, Any]]:
    """Every value that lies recorded in a study's folder, by name."""
    there = [study.folder / name for name in FILES if (study.folder / name).is_file()]
    return {
        name: value for path in there for name, value in json.loads(path.read_text(encoding="utf-8"))["values"].items()
    }


def measured(figures: Mapping[str, tuple[Any, str]]) -> dict[str, dict[str, Any]]:
    """What was measured, each number with how a page prints it, as recorded values; their origin is no data at all."""
    same = {"unit": "", "missing": "", "origin": MEASURED, "claim": "", "recorded": True}
    return {f"recorded_{name}": {"value": number, "text": text, **same} for name, (number, text) in figures.items()}


def record_run(study: Study, *, on: dt.date, replace: bool = False) -> Path:
    """Write the values of a study's last run, with date and checksum of its capture, for the original's book.

    Raises `StudyError` when the study has not run, is the original itself, or would take another study's place.
    """
    if study.is_original:
        raise StudyError(f"{study.name} is the original; only the run of another study is recorded for its book.")
    values = study.values()
    if not values:
        raise StudyError(f"results/{study.name}/ holds no values. Run: compendium run {study.name}")
    path = open_study(root=study.root).folder / "recorded.json"
    held = json.loads(path.read_text(encoding="utf-8"))["study"] if path.is_file() else study.name
    if held != study.name and not replace:
        raise StudyError(
            f"data/{path.parent.name}/{path.name} holds the run of {held}, which the original's book shows. "
            f"To put the values of {study.name} in its place: compendium record {study.name} --replace"
        )
    content = {"study": study.name, "recorded_on": on.isoformat(), "values": _recorded(study, values, on)}
    tables.replace_text(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return path


def _checksums(study: Study) -> list[str]:
    """The checksums of the captures that were imported; of the table of posts where nothing was."""
    imports = study.table("imports")
    if isinstance(imports, NotComputable):
        return [_checksum(path) for named in study.files_of("posts") for path in files_at(named)]
    return sorted(imports.loc[imports["measure"] == "checksum", "value"])


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _recorded(study: Study, values: Mapping[str, dict[str, Any]], on: dt.date) -> dict[str, dict[str, Any]]:
    """The captured values under names of their own, and what identifies the capture."""
    kept = {name: value for name, value in values.items() if value["origin"] == "captured"}
    recorded = {
        f"recorded_{name}": {
            "value": value["value"],
            "text": value["text"],
            "unit": value["unit"],
            "missing": value["missing"],
        }
        for name, value in kept.items()
    }
    told = {
        "recorded_on": on.isoformat(),
        "recorded_capture_date": study.capture.get("date", "not stated"),
        "recorded_capture_sha256": " ".join(_checksums(study)),
    }
    recorded |= {name: {"value": text, "text": text, "unit": "", "missing": ""} for name, text in told.items()}
    return {name: {**value, "origin": "captured", "claim": "", "recorded": True} for name, value in recorded.items()}
