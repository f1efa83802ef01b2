"""What may be shown of people who did not ask to be studied."""

import hmac
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pandas as pd

from analysis.computable import NotComputable
from analysis.masking import read_key

# Whoever knows one of these finds the post or the account on its platform.
IDENTIFIERS = ("post_id", "comment_id", "parent_comment_id", "creator_id", "author_id", "unit_id", "unit")
_KEY = {"bytes": b""}

TOO_SHORT, NOT_SHOWN = "‹short text›", "‹not shown›"
# An opening is shown as far as this many texts begin with it.
SHARED_BY = 3
WORDS_AT_MOST, SIGNS_AT_MOST, PART_AT_MOST = 5, 8, 1 / 3
# Scripts that put no space between words are cut between signs.
_SIGN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_UNIT = re.compile(rf"‹[^›]*›|{_SIGN}|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af‹]+|‹")


def mask_with(key_file: Path) -> None:
    """Mask shown identifiers with a study's key from now on, so that nobody without it can try out known ones."""
    _KEY["bytes"] = read_key(key_file)


def masked(identifiers: pd.Series) -> pd.Series:
    """Identifiers as keyed digests, which lead to no post and no account; equal ones stay equal."""
    return identifiers.map(_digest, na_action="ignore")


def without_identifiers(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which every identifier of a post, comment or account is masked."""
    return table.assign(**{name: masked(table[name]) for name in IDENTIFIERS if name in table})


def as_quoted(texts: pd.DataFrame, gists: pd.DataFrame | NotComputable, quote: str | list[str]) -> pd.Series:
    """What a book may show of captured posts or comments, one for each row.

    The gist that a coder wrote; else the text itself, masked as it was imported, where study.yml allows it to be
    quoted; else its opening, cut short.

    An opening is not harmless for being short. Of 98 texts of one hashtag that were long enough, 84 were the
    only one among 722 posts to hold their first five words, and all of 28 the only one to hold their first eight
    characters of Chinese: whoever types these into a search box has found the post. So an opening is shown only as
    far as several of the texts that are given begin alike, and a text that begins like no other is not shown.

    Parameters
    ----------
    texts
        Posts (`post_id`, `text` and, for posts without one, `title`) or comments (`comment_id`, `text`).
    gists
        The study's table of gists, or its absence.
    quote
        What study.yml allows: "none", "all", or the identifiers of the posts and comments that may be quoted.
    """
    units = texts[next(name for name in ("unit_id", "comment_id", "post_id") if name in texts)]
    verbatim = texts["text"].fillna(texts["title"]) if "title" in texts else texts["text"]
    allowed = units.notna() if quote == "all" else units.isin([] if quote == "none" else list(quote))
    told = {} if isinstance(gists, NotComputable) else dict(zip(gists["unit_id"], gists["gist"], strict=True))
    shown = verbatim.where(allowed, _openings(verbatim))
    return units.map(told).astype("str").fillna(shown).rename("shown")


def _openings(texts: pd.Series) -> pd.Series:
    """Each text's opening, as far as others begin with it."""
    candidates = {text: _candidates(text) for text in texts.dropna().unique()}
    begun = Counter(opening.casefold() for text in texts.dropna() for opening in candidates[text])
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
