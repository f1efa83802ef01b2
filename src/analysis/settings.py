"""What stands in a study.yml: which keys there are, what each may hold, and every problem of a file at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import schema
from analysis.errors import StudyError, nearest
from analysis.marked import Place, Problem, read_marked
from analysis.schema import ORIGINS

REQUIRED = ("title", "platform", "sides", "tables")
OPTIONAL = ("about", "authors", "capture", "mapping", "privacy", "decisions", "to_confirm")
CAPTURE = ("date", "by", "licence", "changed")
# Tables that captures are imported into.
CAPTURED = ("posts", "comments", "creators")
# What an import finds out itself, whatever a capture says.
COMPUTED = ("source", "language", "published_from")
# What accounts are called is asked for so that it can be masked, and to tell accounts apart that have no identifier.
FOR_MASKING = ("account_name", "names")
MAPPING = ("columns", "time_format", "utc_offset", "hashtag_separator")
# What an import drops unless study.yml asks for it.
KEEPABLE = ("places", "images", "addresses")
# What stands for a text's language where it is no side's, so no side may be called so.
NO_SIDES_LANGUAGE = ("mixed", "other", "none")
# The language of a side that nobody has named yet.
UNDETERMINED = "und"

# Each decision of a study: its type, and the values that make sense.
DECISIONS: dict[str, tuple[type, str]] = {
    "side_by": (str, "creators or language"),
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
    "coding_unit": (str, "screenshot, post or text"),
    "asking_codes": (list, "a list of codes"),
    "explaining_codes": (list, "a list of codes"),
    "base_items": (int, "a place from 1"),
    "run_items": (int, "a place from 1"),
    "new_information_at_most": (float, "a share from 0 to 1"),
    "coverage_wanted": (float, "a share from 0 to 1"),
    "orders": (int, "a place from 1"),
    "order_seed": (int, "a count from 0"),
    "replicates": (int, "a place from 1"),
    "confidence": (float, "a share from 0 to 1"),
    "resample_seed": (int, "a count from 0"),
    "agreement_round": (int, "a place from 1"),
    "same_span": (str, "unit, exact or overlapping"),
    "intervals_by": (str, "creators, units or pairs"),
    "robustness": (dict, "decisions, each with a list of values"),
}


@dataclass(frozen=True)
class Side:
    """One of the two groups that meet: what it is called and what it writes."""

    label: str
    language: str
    language_name: str
    script: str


def read_settings(path: Path, *, where: str, original: bool) -> dict[str, Any]:
    """Read a study.yml. Raises `StudyError` with every problem in it, each with its line."""
    marked = read_marked(_text_of(path, where), where=where)
    if not isinstance(marked.content, dict):
        found = marked.content
        raise StudyError(f"{where}: expected keys such as title, platform, sides and tables; found {found!r}.")
    # A key with nothing below it, as when all its lines were taken out, says no more than none.
    settings = {key: value for key, value in marked.content.items() if value is not None or key not in OPTIONAL}
    problems = [
        *_key_problems(settings),
        *_text_problems(settings),
        *_side_problems(settings.get("sides")),
        *_table_problems(settings.get("tables")),
        *_mapping_problems(settings.get("mapping", {})),
        *_privacy_problems(settings.get("privacy", {})),
        *_decision_problems(settings.get("decisions", {}), complete=original),
    ]
    told = [*marked.tell_silent(), *map(marked.tell, problems)]
    if told:
        raise StudyError("\n".join([*told, f"Correct {where}, then run the same command again."]))
    return settings


def _text_of(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(f"{where}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error


def _key_problems(settings: Mapping[str, Any]) -> list[Problem]:
    known = (*REQUIRED, *OPTIONAL)
    return [
        *(Problem((), f"'{key}' is missing.") for key in REQUIRED if key not in settings),
        *_unknown((), settings, known, "is not known here"),
    ]


def _unknown(place: Place, entry: Mapping[Any, Any], known: Iterable[str], told: str = "is not known") -> list[Problem]:
    """The keys of an entry that it may not have, each with the nearest that it may."""
    return [
        Problem(place, f"'{key}' {told}.{nearest(str(key), known)}", at=(str(key),))
        for key in entry
        if key not in known
    ]


def _text_problems(settings: Mapping[str, Any]) -> list[Problem]:
    """What should be a text, or a list of texts, and is none."""
    problems = [
        Problem((key,), f"found {settings[key]!r}; expected a text.")
        for key in ("title", "platform", "about")
        if key in settings and not _is_text(settings[key])
    ]
    problems += _capture_problems(settings.get("capture", {}))
    for key in ("authors", "to_confirm"):
        listed = settings.get(key, [])
        if not isinstance(listed, list) or not all(map(_is_text, listed)):
            problems.append(Problem((key,), f"found {listed!r}; expected a list of texts. A colon needs quotes."))
    return problems


def _capture_problems(capture: Any) -> list[Problem]:
    if not isinstance(capture, dict):
        return [Problem(("capture",), f"found {capture!r}; expected keys such as date, by, licence.")]
    return _unknown(("capture",), capture, CAPTURE, f"is not known; there are {', '.join(CAPTURE)}")


def _is_text(value: Any) -> bool:
    # A title such as 2025 is a number to YAML; True is what it makes of a bare yes.
    return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(str(value).strip())


def _side_problems(sides: Any) -> list[Problem]:
    if not isinstance(sides, dict):
        told = "'sides' needs newcomer and host, each with label, language, language_name and script."
        return [Problem((), told, at=("sides",))]
    problems = _unknown(("sides",), sides, schema.SIDES)
    for side in schema.SIDES:
        fields = sides.get(side)
        if not isinstance(fields, dict):
            problems.append(Problem(("sides",), f"'{side}' is missing.", at=(side,)))
        else:
            problems += _side_field_problems(("sides", side), fields)
    return problems


def _side_field_problems(place: Place, fields: Mapping[str, Any]) -> list[Problem]:
    known = tuple(Side.__dataclass_fields__)
    problems = [Problem(place, f"'{field}' is missing.") for field in known if field not in fields]
    for field in known:
        value = fields.get(field, "")
        if field in fields and not (isinstance(value, str) and value.strip()):
            hint = " Put no in quotes." if value is False else ""
            problems.append(Problem((*place, field), f"found {value!r}; expected a text.{hint}"))
    if fields.get("language") in NO_SIDES_LANGUAGE:
        told = (
            f"found '{fields['language']}', which stands for texts in no side's language; expected a code such as es."
        )
        problems.append(Problem((*place, "language"), told))
    return [*problems, *_unknown(place, fields, known)]


def _table_problems(entries: Any) -> list[Problem]:
    if not isinstance(entries, dict):
        return [Problem((), "'tables' needs at least posts, with a file and an origin.", at=("tables",))]
    problems = [] if "posts" in entries else [Problem(("tables",), "'posts' is missing; a study needs posts.")]
    for name, entry in entries.items():
        problems += _entry_problems(str(name), entry)
    return problems


def _entry_problems(name: str, entry: Any) -> list[Problem]:
    place = ("tables", name)
    if name not in schema.TABLES:
        return [Problem(("tables",), f"'{name}' is not a canonical table.{nearest(name, schema.TABLES)}", at=(name,))]
    if not isinstance(entry, dict) or not ({"file", "origin"} <= entry.keys() or set(entry) == {"from"}):
        return [Problem(place, f"expected a file and an origin, or from: STUDY; found {entry!r}.")]
    problems = []
    if "file" in entry and entry["origin"] not in ORIGINS:
        told = f"origin '{entry['origin']}' is not one of {', '.join(ORIGINS)}."
        problems.append(Problem(place, told, at=("origin",)))
    if "columns" in entry and name in CAPTURED:
        told = (
            f"'columns' stands under mapping, {name}; then: compendium import, the study's name, the file. "
            f"Here stands file: corpus/{name}.parquet."
        )
        problems.append(Problem(place, told, at=("columns",)))
    problems += [
        Problem((*place, key), f"found {entry[key]!r}; expected a text.")
        for key in ("file", "from")
        if key in entry and not isinstance(entry[key], str)
    ]
    return [
        *problems,
        *_column_problems(place, entry.get("columns", {}), name),
        *_unknown(place, entry, ("file", "origin", "from", *MAPPING)),
    ]


def _column_problems(place: Place, columns: Any, table: str) -> list[Problem]:
    if not isinstance(columns, dict):
        told = f"'columns' maps each column to one of the file; found {columns!r}."
        return [Problem(place, told, at=("columns",))]
    known = mappable(table) if "mapping" in place else schema.TABLES[table].column_names
    return [
        Problem(
            place, f"'{column}' is not a column of {table}.{nearest(str(column), known)}", at=("columns", str(column))
        )
        for column in columns
        if column not in known
    ]


def mappable(table: str) -> list[str]:
    """The columns that a capture can give: none of those that an import computes, and two that it drops again."""
    held = [name for name in schema.TABLES[table].column_names if not name.endswith("_captured")]
    return [*(name for name in held if name not in COMPUTED), *FOR_MASKING]


def _mapping_problems(mapping: Any) -> list[Problem]:
    if not isinstance(mapping, dict):
        told = f"'mapping' needs posts, comments or creators, each with columns; found {mapping!r}."
        return [Problem((), told, at=("mapping",))]
    problems = _unknown(("mapping",), mapping, CAPTURED, f"is not one of {', '.join(CAPTURED)}")
    for name in filter(mapping.__contains__, CAPTURED):
        entries = mapping[name]
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
            problems += _mapped_problems(name, entry, (str(number),) if isinstance(entries, list) else ())
    return problems


def _mapped_problems(name: str, entry: Any, number: Place) -> list[Problem]:
    place = ("mapping", name, *number)
    if not isinstance(entry, dict) or "columns" not in entry:
        return [Problem(place, f"expected columns, or a list of mappings with columns each; found {entry!r}.")]
    return [*_column_problems(place, entry["columns"], name), *_unknown(place, entry, MAPPING)]


def _privacy_problems(privacy: Any) -> list[Problem]:
    if not isinstance(privacy, dict):
        return [Problem((), f"'privacy' needs keep or quote; found {privacy!r}.", at=("privacy",))]
    problems = _unknown(("privacy",), privacy, ("keep", "quote"), "is not known; there are keep and quote")
    keep, quote = privacy.get("keep", []), privacy.get("quote", "none")
    if not isinstance(keep, list) or any(item not in KEEPABLE for item in keep):
        told = f"found {keep!r}; expected a list out of {', '.join(KEEPABLE)}."
        problems.append(Problem(("privacy", "keep"), told))
    if quote not in ("none", "all") and not (isinstance(quote, list) and all(isinstance(unit, str) for unit in quote)):
        told = f"found {quote!r}; expected none, all, or a list of posts and comments, each in quotes."
        problems.append(Problem(("privacy", "quote"), told))
    return problems


def _decision_problems(decisions: Any, *, complete: bool) -> list[Problem]:
    if not isinstance(decisions, dict):
        return [Problem((), "'decisions' needs names, each with a value and a reason.", at=("decisions",))]
    missing = [
        Problem(("decisions",), f"'{name}' is missing.") for name in DECISIONS if complete and name not in decisions
    ]
    problems = [*missing, *_unknown(("decisions",), decisions, DECISIONS, "is not a decision")]
    for name in filter(decisions.__contains__, DECISIONS):
        problems += _decided_problems(("decisions", name), decisions[name])
    return problems


def _decided_problems(place: Place, entry: Any) -> list[Problem]:
    if not isinstance(entry, dict) or set(entry) != {"value", "reason"}:
        return [Problem(place, f"expected a value and a reason; found {entry!r}.")]
    problems = [Problem(place, told, at=("value",)) for told in value_problems(place[-1], entry["value"])]
    if not _is_text(entry["reason"]):
        problems.append(
            Problem(place, f"found {entry['reason']!r} as its reason; expected a sentence.", at=("reason",))
        )
    return problems


def value_problems(name: str, value: Any) -> list[str]:
    """What is wrong with a decision's value; nothing when it is right."""
    kind, sensible = DECISIONS[name]
    right_type = isinstance(value, int | float if kind is float else kind) and not isinstance(value, bool)
    if not right_type or not _is_sensible(sensible, value):
        return [f"found {value!r}; expected {sensible}."]
    if name != "robustness":
        return []
    unknown = [
        f"'{choice}' is not a decision.{nearest(str(choice), DECISIONS)}" for choice in value if choice not in DECISIONS
    ]
    known = [(choice, values) for choice, values in value.items() if choice in DECISIONS]
    return unknown + [
        f"{choice}: {told}" for choice, values in known for told in value_problems_of_list(choice, values)
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
    if sensible == "a list of codes":
        return all(isinstance(code, str) and code.strip() for code in value)
    return value in re.split(", | or ", sensible) if " or " in sensible else True
