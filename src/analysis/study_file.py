"""The study.yml of a new study, written for whoever will correct it: every block says what it is for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from textwrap import wrap
from typing import Any

import yaml

from analysis.glimpse import Guessed
from analysis.guesses import GuessedSides
from analysis.mapping_block import WIDTH, comment, mapping_block
from analysis.schema import Origin
from analysis.study import ORIGINAL, TO_FILL_IN
from analysis.suggestions import Suggestion

CAPTURED = ("posts", "comments", "creators")
# What an import of codings fills, what is written by hand beside it, and what is drawn for the coders.
CODED = (
    "codings", "readings", "documents", "memos", "cases", "attributes", "coded", "assignments", "history", "gists",
)  # fmt: skip
# What the original wrote down about itself, so that its claims and its codebook stand beside these posts.
OF_ORIGINAL = (
    "codebook", "claims", "evidence", "sample", "criteria", "implications", "chronology", "citations", "references",
)  # fmt: skip
TO_CONFIRM = (
    "title, about, platform: what the study is called, what it asks, and where the posts were published.",
    "capture: when, by whom and under which licence the posts were captured, and what was changed in them.",
)
GUESSED_MAPPING = (
    "mapping: the file is of no known format, so its columns were matched by their names. Look through "
    "them; after a change, import the file again."
)


@dataclass(frozen=True)
class Draft:
    """What stands in a new study.yml."""

    title: str
    guessed: GuessedSides
    decisions: Mapping[str, Suggestion]
    capture: Mapping[str, str]
    mapped: Guessed = field(default_factory=Guessed)
    to_confirm: tuple[str, ...] = ()
    of_original: tuple[str, ...] = OF_ORIGINAL
    origin: Origin = "captured"


def written(draft: Draft) -> str:
    """The text of a study.yml."""
    blocks = [
        _about(draft),
        _to_confirm(draft),
        _capture(draft.capture),
        _sides(draft.guessed),
        _tables(draft.of_original, draft.origin),
        list(mapping_block(draft.mapped.mapping, draft.mapped.lines, draft.mapped.columns)),
        _privacy(),
        _decisions(draft.decisions),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _about(draft: Draft) -> list[str]:
    return [
        *comment("A study of one's own, begun by: compendium new. Correct whatever is not so; check it with:"),
        *comment("compendium check, then the study's name."),
        f"title: {_scalar(draft.title)}",
        f"about: {_scalar(f'In one sentence, what the study is about: {TO_FILL_IN}.')}",
        f"platform: {_scalar(f'the platform ({TO_FILL_IN})')}",
    ]


def _to_confirm(draft: Draft) -> list[str]:
    waiting = [*TO_CONFIRM, *draft.guessed.to_confirm, *([GUESSED_MAPPING] if draft.mapped.mapping else [])]
    waiting += [*(f"mapping, {remark}" for remark in draft.mapped.left_open), *draft.to_confirm]
    told = (
        "What was guessed, and what only you know. Look at each, correct the file, then take its line out of this list."
    )
    return [*comment(told), "to_confirm:", *(line for item in waiting for line in _folded("  - ", item))]


def _capture(capture: Mapping[str, str]) -> list[str]:
    told = "When the posts were captured, by whom or with what, under which licence, and what was changed in them."
    return [*comment(told), "capture:", *(f"  {key}: {_scalar(value)}" for key, value in capture.items())]


def _sides(guessed: GuessedSides) -> list[str]:
    told = [
        *comment("The two groups that meet. A text's language is told by its script, so the two scripts must differ."),
        *comment(f"Guessed by the scripts of the capture: {guessed.counted}."),
        "sides:",
    ]
    for name, side in guessed.sides.items():
        told += [f"  {name}:", *(f"    {field}: {_scalar(value)}" for field, value in asdict(side).items())]
    return told


def _tables(of_original: tuple[str, ...], origin: Origin) -> list[str]:
    return [
        *comment(
            "Where each table is; what is imported lies in corpus/. Origin: captured (real) or stand-in (made up)."
        ),
        "tables:",
        *(f"  {name}: {{file: corpus/{name}.parquet, origin: {origin}}}" for name in CAPTURED),
        f"  imports: {{file: corpus/imports.csv, origin: {origin}}}",
        *comment("The original's own tables, against which this study is set.", 2),
        *(f"  {name}: {{from: {ORIGINAL}}}" for name in of_original if name != "codebook"),
        *_coded(origin, has_codebook="codebook" in of_original),
        *comment("Pictures of posts and what each shows. Take the sign off once the file is there:", 2),
        "  # screenshots: {file: screenshots.csv, origin: captured}",
    ]


def _coded(origin: Origin, *, has_codebook: bool) -> list[str]:
    """The tables of coding, named beforehand, so that what is imported is simply there."""
    until = f", from: {ORIGINAL}" if has_codebook else ""
    return [
        *comment(
            "What coders add: compendium import puts it into coding/; until then each table is missing, and the "
            "codebook the original's. Codings that come in add their codes to it; take `from` off for a codebook "
            "that begins with none.",
            2,
        ),
        f"  codebook: {{file: coding/codebook.csv, origin: {origin}{until}}}",
        *(f"  {name}: {{file: coding/{name}.csv, origin: {origin}}}" for name in CODED),
    ]


def _privacy() -> list[str]:
    return [
        *comment(
            "An import drops places, image addresses and post addresses unless they are named under keep; after a"
        ),
        *comment(
            "change, import the files again. quote says of which posts and comments the book may print the wording,"
        ),
        *comment("which anybody can search for: none, all, or a list of identifiers."),
        "privacy:",
        "  keep: []",
        "  quote: none",
    ]


def _decisions(decisions: Mapping[str, Suggestion]) -> list[str]:
    told = [
        *comment(
            "Every choice that the study makes, with its reason, which the book prints beside it. If you change a"
        ),
        *comment("value, change its reason. Where the capture had a say, the numbers stand above it."),
        "decisions:",
    ]
    for name, suggestion in decisions.items():
        told += [
            *(comment(f"From the capture: {suggestion.counted}.", 2) if suggestion.counted else []),
            f"  {name}:",
            *_value(suggestion.value),
            *_folded("    reason: ", suggestion.reason),
        ]
    return told


def _value(value: Any) -> list[str]:
    if isinstance(value, list) and value:
        return ["    value:", *(f"      - {_scalar(item)}" for item in value)]
    if not isinstance(value, dict):
        return [f"    value: {_scalar(value)}"]
    lists = (f"      {name}: [{', '.join(map(_scalar, values))}]" for name, values in value.items())
    return ["    value:", *lists]


def _folded(start: str, text: str) -> list[str]:
    """A text after its key, on one line or folded over several."""
    if len(start) + len(text) <= WIDTH:
        return [start + _scalar(text)]
    indent = " " * (len(start) - len(start.lstrip()) + 2)
    # A break at a hyphen would become a space.
    lines = wrap(text, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return [f"{start}>-", *(indent + line for line in lines)]


def _scalar(value: Any) -> str:
    """A value as YAML reads it back, in quotes only where it needs them."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        is_plain = yaml.safe_load(f"k: {value}") == {"k": value}
    except yaml.YAMLError:
        is_plain = False
    return value if is_plain else json.dumps(value, ensure_ascii=False)
