"""What may be shown of people who did not ask to be studied."""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.masking import read_key

if TYPE_CHECKING:
    import pandas as pd

# Whoever knows one of these finds the post or the account on its platform; what names a coding was often made of them,
# without a key.
IDENTIFIERS = (
    "post_id", "comment_id", "parent_comment_id", "creator_id", "author_id", "unit_id", "unit", "coding_id",
)  # fmt: skip
_KEY = {"bytes": b""}

# What stands where nothing may be shown.
WITHHELD = TOO_SHORT, NOT_SHOWN, VERBATIM = "‹short text›", "‹not shown›", "‹gist in the words of the text›"
# A gist that has so many words, or signs of a script without spaces, of a text in a row leads to it.
WORDS_IN_A_ROW, SIGNS_IN_A_ROW = 5, 10
# An opening is shown as far as the texts of this many people begin with it.
SHARED_BY = 3
WORDS_AT_MOST, SIGNS_AT_MOST, PART_AT_MOST = 5, 8, 1 / 3
# Scripts that put no space between words are cut between signs.
_SIGN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_WORD = re.compile(rf"{_SIGN}|(?:(?!{_SIGN})[^\W_])+(?:['’](?:(?!{_SIGN})\w)+)*")
_UNIT = re.compile(rf"‹[^›]*›|{_SIGN}|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af‹]+|‹")


def mask_with(key_file: Path) -> None:
    """Mask shown identifiers with a study's key from now on, so that nobody without it can try out known ones."""
    _KEY["bytes"] = read_key(key_file)


def masked(identifiers: pd.Series) -> pd.Series:
    """Identifiers as keyed digests, which lead to no post and no account; equal ones stay equal."""
    return identifiers.map(_digest, na_action="ignore")


def without_identifiers(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which every identifier of a post, comment or account is masked. Raises `StudyError` without a key."""
    found = [name for name in IDENTIFIERS if name in table]
    if found and not _KEY["bytes"]:
        raise StudyError(
            f"private/key: there is no key, so {', '.join(found)} cannot be masked: a digest without a key is undone "
            "by trying known identifiers. Run the study with compendium run, which needs or makes its key."
        )
    return table.assign(**{name: masked(table[name]) for name in found})


def may_be_quoted(units: pd.Series, quote: str | list[str]) -> pd.Series:
    """Whether study.yml allows each post or comment, by its identifier, to be quoted."""
    return units.notna() if quote == "all" else units.isin([] if quote == "none" else list(quote))


def have_gist(units: pd.Series, gists: pd.DataFrame | NotComputable) -> pd.Series:
    """Whether a coder wrote a gist of each post or comment; it is then told in place of the words."""
    return units.isin([] if isinstance(gists, NotComputable) else gists["unit_id"])


def as_quoted(texts: pd.DataFrame, gists: pd.DataFrame | NotComputable, quote: str | list[str]) -> pd.Series:
    """What a book may show of captured posts or comments, one for each row.

    The gist that a coder wrote, unless it repeats the text; else the text itself, masked as it was imported, where
    study.yml allows it to be quoted; else its opening, cut short.

    An opening is not harmless for being short. Of 98 texts of one hashtag that were long enough, 84 were the
    only one among 722 posts to hold their first five words, and all of 28 the only one to hold their first eight
    characters of Chinese: whoever types these into a search box has found the post. So an opening is shown only as
    far as texts of several people begin alike, and a text that begins like no other is not shown.

    Parameters
    ----------
    texts
        Posts (`post_id`, `text` and, for posts without one, `title`) or comments (`comment_id`, `text`).
    gists
        The study's table of gists, or its absence.
    quote
        What study.yml allows: "none", "all", or the identifiers of the posts and comments that may be quoted.
    """
    import pandas as pd

    units = texts[next(name for name in ("unit_id", "comment_id", "post_id") if name in texts)]
    verbatim = texts["text"].fillna(texts["title"]) if "title" in texts else texts["text"]
    allowed = may_be_quoted(units, quote)
    told = {} if isinstance(gists, NotComputable) else dict(zip(gists["unit_id"], gists["gist"], strict=True))
    whole = (
        texts["title"].fillna("") + "\n" + texts["text"].fillna("") if "title" in texts else texts["text"].fillna("")
    )
    gist = units.map(told).astype("str")
    close = pd.Series(list(map(_repeats, gist.fillna(""), whole)), index=units.index, dtype=bool) & ~allowed
    shown = verbatim.where(allowed, _openings(verbatim, _people(texts)))
    return gist.mask(close, VERBATIM).fillna(shown).rename("shown")


def _repeats(gist: str, text: str) -> bool:
    """Whether a gist has a run of a text's words in it that is long enough to be searched for.

    >>> _repeats("Says: 'I love this app'.", "Well, I LOVE this app!"), _repeats("Adores this app.", "I love this app!")
    (False, False)
    >>> _repeats("Says: 'I love this app so much'.", "Well, I LOVE this app, so much!")
    True
    """
    runs = list(_runs(_words(gist)))
    # Most texts have no gist.
    of_text = _words(text) if runs else []
    return any(of_text[at : at + len(run)] == run for run in runs for at in range(len(of_text) - len(run) + 1))


def _runs(words: list[str]) -> Iterator[list[str]]:
    """From each word on, the shortest run that is long enough to be searched for."""
    for start in range(len(words)):
        filled = 0.0
        for end in range(start, len(words)):
            filled += 1 / (SIGNS_IN_A_ROW if re.fullmatch(_SIGN, words[end]) else WORDS_IN_A_ROW)
            if filled > 1 - 1e-9:
                yield words[start : end + 1]
                break


def _words(text: str) -> list[str]:
    """A text's words and signs as a search takes them: without capitals, marks and what was masked."""
    return _WORD.findall(re.sub("‹[^›]*›", " ", text).casefold())


def _people(texts: pd.DataFrame) -> pd.Series:
    """Who wrote each text; each another person where that is not known."""
    import pandas as pd

    account = next((name for name in ("creator_id", "author_id") if name in texts), None)
    each = pd.Series([f"?{place}" for place in range(len(texts))], index=texts.index)
    return each if account is None else texts[account].fillna(each)


def _openings(texts: pd.Series, people: pd.Series) -> pd.Series:
    """Each text's opening, as far as texts of other people begin with it."""
    candidates = {text: _candidates(text) for text in texts.dropna().unique()}
    by_each = {
        (person, opening.casefold())
        for person, text in zip(people, texts, strict=True)
        for opening in candidates.get(text, ())
    }
    begun = Counter(opening for _, opening in by_each)
    return texts.map({text: _longest_shared(found, begun) for text, found in candidates.items()}, na_action="ignore")


def _longest_shared(openings: list[str], begun: Counter[str]) -> str:
    if not openings:
        return TOO_SHORT
    return next((f"{each}…" for each in reversed(openings) if begun[each.casefold()] >= SHARED_BY), NOT_SHOWN)


def _candidates(text: str) -> list[str]:
    """The openings of a text that are short enough, from the shortest on; none when a third of it is no word.

    >>> _candidates("I love this app so much today")
    ['I', 'I love']
    """
    units, openings, filled = list(_UNIT.finditer(text)), [], 0.0
    start = units[0].start() if units else 0
    for unit in units[: int(len(units) * PART_AT_MOST)]:
        filled += 1 / (SIGNS_AT_MOST if re.fullmatch(_SIGN, unit[0]) else WORDS_AT_MOST)
        if filled > 1 + 1e-9 or unit.end() - start > len(text) * PART_AT_MOST:
            break
        openings.append(text[start : unit.end()])
    return openings


def _digest(identifier: object) -> str:
    return "~" + hmac.new(_KEY["bytes"], str(identifier).encode(), sha256).hexdigest()[:12]
