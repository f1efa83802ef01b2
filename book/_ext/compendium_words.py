"""Words that the book's own code puts on a page, in the language of the page: `words.yml` beside this file.

A key is `part.name`, and every entry has the same languages; an entry that lacks one stops the build.
"""

from functools import cache
from pathlib import Path

import yaml
from sphinx.application import Sphinx

from analysis.errors import BookError

WORDS = Path(__file__).with_name("words.yml")
LANGUAGES = ("en", "zh")


def words(app: Sphinx, key: str, **filled: object) -> str:
    """One entry in the language of the book; `filled` takes the place of the names in braces."""
    entry = read_words().get(key)
    if entry is None:
        raise BookError(f"{WORDS.name} has no entry '{key}', which a page asks for. Add it in {told(LANGUAGES)}.")
    text = entry[language_of(app)]
    return text.format(**filled) if filled else text


def labels(app: Sphinx, prefix: str) -> dict[str, str]:
    """All entries of one part, by their names without the part: what a script is given."""
    language, start = language_of(app), f"{prefix.rstrip('.')}."
    found = {key.removeprefix(start): entry[language] for key, entry in read_words().items() if key.startswith(start)}
    if not found:
        raise BookError(f"{WORDS.name} has no entry that begins with '{start}', which a page asks for.")
    return found


def language_of(app: Sphinx) -> str:
    """The book's language as `words.yml` calls it: zh for zh_CN."""
    short = str(app.config.language).partition("_")[0]
    return short if short in LANGUAGES else LANGUAGES[0]


@cache
def read_words(path: Path = WORDS) -> dict[str, dict[str, str]]:
    """Every entry; raises `BookError` when one lacks a language or when a key stands twice."""
    text = path.read_text(encoding="utf-8")
    entries: dict[str, dict[str, str]] = yaml.safe_load(text)
    keys = [line.partition(":")[0] for line in text.splitlines() if line[:1].strip() and line[0] not in "#-"]
    problems = [f"{key}: stands {keys.count(key)} times" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    problems += [
        f"{key}: {language} is missing"
        for key, entry in entries.items()
        for language in LANGUAGES
        if not isinstance(entry, dict) or not str(entry.get(language) or "").strip()
    ]
    if problems:
        raise BookError(f"{path.name}: every entry stands once and has {told(LANGUAGES)}.\n" + "\n".join(problems))
    return entries


def told(languages: tuple[str, ...]) -> str:
    """The languages as a sentence names them."""
    return " and ".join(languages)
