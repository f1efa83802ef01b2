"""The two sides of a new study, guessed from the scripts in which a capture is written.

Which language a script stands for, what the sides are called and which of them arrived, no capture tells. What is
guessed here is said to be a guess until somebody confirms it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from analysis.computable import NotComputable
from analysis.language import are_told_apart, plain, undetermined, wording
from analysis.scripts import SCRIPTS, UNSPACED
from analysis.settings import UNDETERMINED, Side

# So many posts, and so many comments, show in which scripts a capture is written.
LOOKED_AT = 20_000
# A script that is written with the letters of two others, of which the second is in no other language.
JOINED = {"Japanese": ("Han", "Kana")}
LABELS = {"newcomer": "newcomers", "host": "hosts"}


@dataclass(frozen=True)
class GuessedSides:
    """Both sides, what was counted for them, and what somebody has to confirm."""

    sides: Mapping[str, Side]
    counted: str
    to_confirm: tuple[str, ...]


def count_scripts(posts: Any, comments: Any) -> pd.DataFrame:
    """How many posts and comments are mainly in each script, the most frequent first; either may be absent."""
    texts: dict[str, Any] = {
        "posts": [] if isinstance(posts, NotComputable) else wording(_first(posts)),
        "comments": [] if isinstance(comments, NotComputable) else _first(comments)["text"],
    }
    counted = pd.DataFrame({name: _main_scripts(pd.Series(found, dtype="str")) for name, found in texts.items()})
    counted = counted.fillna(0).astype("int64").rename_axis("script").reset_index()
    ranked = counted.assign(texts=counted["posts"] + counted["comments"])
    return ranked.sort_values(["texts", "script"], ascending=[False, True], ignore_index=True)


def guess_sides(counted: pd.DataFrame) -> GuessedSides:
    """The two most frequent scripts as sides; who wrote more of the posts is taken for the newcomers.

    Captures are searched for by what the newcomers write under, and hosts come in under their posts.
    """
    found = counted.head(2).sort_values(["posts", "texts", "script"], ascending=[False, False, True])["script"]
    scripts = [*found, *found, "Latin", "Latin"][:2]
    sides = {name: _side(LABELS[name], script) for name, script in zip(LABELS, scripts, strict=True)}
    told = "; ".join(f"{row.script}: {row.posts:,} posts, {row.comments:,} comments" for row in counted.itertuples())
    return GuessedSides(sides, told or "no text has a word in a script known here", _to_confirm(sides))


def languages_of_scripts() -> dict[str, tuple[str, str]]:
    """Code and name of the language of each script that stands for one only."""
    known = yaml.safe_load(files("analysis").joinpath("scripts.yml").read_text(encoding="utf-8"))
    return {script: (code, name) for script, (code, name) in known.items()}


def _first(table: pd.DataFrame) -> pd.DataFrame:
    """Enough rows of a table, the same ones in whatever order they stand."""
    return table.sort_values(list(table.columns)).head(LOOKED_AT)


def _main_scripts(texts: pd.Series) -> pd.Series:
    """How many texts have most of their words in each script.

    Where as many texts hold the second part of a joined script as its first alone, all of them are in the joined one.
    """
    tidied = plain(texts)
    words = pd.DataFrame({script: tidied.str.count(_word(script)) for script in SCRIPTS if script not in JOINED})
    for whole, (first, second) in JOINED.items():
        both = words[second] > 0
        if both.any() and both.sum() >= (~both & (words[first] > 0)).sum():
            words[whole] = words[first] + words[second]
            words = words.drop(columns=[first, second])
    written = words[words.sum(axis=1) > 0]
    return written.idxmax(axis=1).value_counts() if len(written) else pd.Series(dtype="int64")


def _word(script: str) -> str:
    return f"[{SCRIPTS[script]}]" + ("" if script in UNSPACED else "+")


def _side(label: str, script: str) -> Side:
    code, name = languages_of_scripts().get(script, (undetermined(script), f"a language in {script} letters"))
    return Side(label, code, name, script)


def _to_confirm(sides: Mapping[str, Side]) -> tuple[str, ...]:
    newcomer, host = (side.language_name for side in sides.values())
    label = "sides: label. Call newcomers and hosts what your readers shall call them."
    several = sorted({side.script for side in sides.values() if side.language.startswith(UNDETERMINED)})
    languages = (
        f"sides: language and language_name. Many languages are written in {' and '.join(several)} letters: put "
        f"the code, such as es, in the place of {UNDETERMINED}-…, and the name."
    )
    if not are_told_apart(sides):
        one = (
            f"sides: script. The capture shows {sides['host'].script} letters only, and languages are told by their "
            "scripts. Correct it if one side writes in another; compendium check says what else helps."
        )
        return label, languages, one
    order = (
        f"sides: who arrived? Taken for newcomers are those who write {newcomer}, because most posts are theirs; for "
        f"hosts, those who write {host}. If it is the other way round, exchange the two."
    )
    return (order, label, languages) if several else (order, label)


def tell_one_script(sides: Mapping[str, Side]) -> str:
    """What sides that write in one script cannot be asked, and what helps."""
    scripts = " and ".join(dict.fromkeys(side.script for side in sides.values()))
    return (
        f"Both sides write in {scripts} letters, and a language is told here by its script alone. So it cannot be "
        "answered in which language a post is, and that criterion keeps every post; nor, by language, who is on which "
        "side. What helps: a table of accounts with a column side (newcomer or host), imported by a mapping of "
        "creators, and the decision side_by: creators. Then the hosts' comments and the exchange can be counted."
    )
