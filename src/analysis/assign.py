"""Posts given out to coders: some to all of them, to see how far they agree, the rest dealt out evenly.

What is dealt is what the study counts by (`coding_unit` in study.yml): a post with all its comments, a screenshot with
the texts on it, or each text by itself. The draw is simple and not stratified: it depends on the seed and on what is
dealt, not on the order of rows. Each package has an order of its own, in which what is shared does not stand out.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import schema, tables
from analysis.beside import put_back
from analysis.drawn import scope_of
from analysis.errors import StudyError
from analysis.export_tables import Exported
from analysis.locks import alone
from analysis.out import refuse_changed, write_folder
from analysis.packages import pictures_of, write_package
from analysis.schema import words
from analysis.study import Study
from analysis.units import POST, SCREENSHOT, Corpus

# A coder's name becomes that of a folder, on any system.
FILE_NAME = re.compile(r"[\w][\w .-]*", re.UNICODE)
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
LONGEST = 60
FEWEST_CODERS = 2
WHAT = {POST: "posts", SCREENSHOT: "screenshots"}


@dataclass(frozen=True)
class Asked:
    """What a coordinator asks for: who codes, how much all of them get, and what decides the drawing."""

    coders: Sequence[str]
    overlap: int
    seed: int
    round: int = 1


@dataclass(frozen=True)
class Assigned:
    """What was given out: the rows added to the table of assignments, the folders, and how much was dealt of what."""

    rows: pd.DataFrame
    folders: dict[str, Path]
    dealt: str
    shared: int
    each: dict[str, int] = field(default_factory=dict)


def refuse_unnamed(name: str, original: str) -> None:
    """Raise `StudyError` where no study was named: other commands then take the original, which is coded already."""
    if not name:
        raise StudyError(
            "compendium assign: no study is named. Name yours: compendium assign NAME --coders ana,ben --overlap 30; "
            f"compendium studies lists them. To practise on the original: compendium assign {original}, then the same. "
            "Nothing was given out."
        )


def assign(study: Study, asked: Asked, *, everything: bool = False) -> Assigned:
    """Draw a package for each coder, write the packages and record who was given what.

    Raises `StudyError` with everything that is wrong with what was asked, and `BusyError` while the study is imported
    into; then nothing is written.
    """
    # The lock of an import, which would put other tables in the place of those that are read and added to here.
    with alone(study.folder / ".import.lock", f"compendium assign {study.name}"):
        for tables_of in (study.corpus, study.coding):
            put_back(tables_of)
        of = Exported(study, scope_of(study, everything=everything), asked.round)
        unit = study.decide("coding_unit")
        parts = groups_of(of.corpus, unit, pictures_of(of))
        _refuse_nothing(study, unit, parts)
        dealt = WHAT.get(unit, "texts")
        _refuse(asked, f"{len(parts)} {dealt}", len(parts))
        rows, folders = _give_out(of, asked, parts)
    each = {coder: len(chosen) for coder, chosen in dealt_to(parts, asked).items()}
    return Assigned(rows, folders, dealt, asked.overlap, each)


def _give_out(of: Exported, asked: Asked, parts: Mapping[str, Sequence[str]]) -> tuple[pd.DataFrame, dict[str, Path]]:
    """Write the packages and the table of assignments: the rows that were added, and each coder's folder."""
    study, inside = of.study, f"out/assigned/round-{asked.round}"
    where = f"data/{study.name}/{inside}"
    folders = {coder: study.folder / inside / coder for coder in asked.coders}
    earlier = present(study)
    _refuse_again(earlier, asked, where, study.name)
    for coder, folder in folders.items():
        refuse_changed(folder, f"{where}/{coder}")
    rows = draw(parts, asked)
    for coder, folder in folders.items():
        write_folder(folder, _writer(of, rows, coder), f"{where}/{coder}")
    joined = pd.concat([earlier, rows], ignore_index=True).astype(earlier.dtypes.to_dict())
    tables.write_table(joined, study.coding / "assignments.csv", "assignments")
    return rows, folders


def _writer(of: Exported, rows: pd.DataFrame, coder: str) -> Callable[[Path], None]:
    """What writes the package of one coder into a folder."""
    return lambda made: write_package(of, rows[rows["coder"] == coder], made)


def groups_of(corpus: Corpus, coding_unit: str, pictures: Collection[str]) -> dict[str, list[str]]:
    """What stays together when it is dealt: for each post, screenshot or text, all that is coded with it.

    A text that several screenshots show goes with the first. `pictures` are the screenshots that have an image file.
    """
    # A document that is a name alone has nothing that anybody could code.
    held = corpus.documents[corpus.documents[["text", "path"]].notna().any(axis="columns")]
    documents = {unit: [unit] for unit in held["unit_id"]}
    if coding_unit == SCREENSHOT:
        return _by_screenshot(corpus, pictures) | documents
    shots = corpus.screenshots[corpus.screenshots["screenshot_id"].isin(pictures)]
    keys = ((corpus.posts, "post_id"), (corpus.comments, "comment_id"), (shots, "screenshot_id"))
    found: dict[str, list[str]] = {}
    for table, key in keys:
        for post, unit in zip(table["post_id"], table[key], strict=True):
            found.setdefault(post if coding_unit == POST else unit, []).append(unit)
    return found | documents


def _by_screenshot(corpus: Corpus, pictures: Collection[str]) -> dict[str, list[str]]:
    found, taken = dict[str, list[str]](), set[str]()
    known = {*corpus.posts["post_id"], *corpus.comments["comment_id"]}
    shots = corpus.screenshots
    for shot, shows in zip(shots["screenshot_id"], shots["shows"], strict=True):
        texts = [unit for unit in words(shows) if unit in known and unit not in taken]
        taken.update(texts)
        own = [*texts, *([shot] if shot in pictures else [])]
        if own:
            found[shot] = own
    return found


def _refuse_nothing(study: Study, coding_unit: str, parts: Mapping[str, Sequence[str]]) -> None:
    """Raise `StudyError` where there is nothing to deal."""
    if not parts:
        told = "coding_unit is screenshot, and there are no screenshots of these posts"
        raise StudyError(
            f"{study.name}: {told if coding_unit == SCREENSHOT else 'there is nothing to code'}. In study.yml, under "
            "decisions, set coding_unit to post or text, and say why."
        )


def dealt_to(parts: Mapping[str, Sequence[str]], asked: Asked) -> dict[str, list[str]]:
    """Which posts, screenshots or texts each coder gets, those that all get first."""
    names = sorted(parts)
    drawn = [names[place] for place in np.random.default_rng(asked.seed).permutation(len(names))]
    shared, rest = drawn[: asked.overlap], drawn[asked.overlap :]
    return {coder: [*shared, *rest[place :: len(asked.coders)]] for place, coder in enumerate(asked.coders)}


def draw(parts: Mapping[str, Sequence[str]], asked: Asked) -> pd.DataFrame:
    """The table of assignments of one round: each coder's units in the order of their package."""
    rows = []
    dealt = dealt_to(parts, asked)
    for number, coder in enumerate(asked.coders):
        mine = dealt[coder]
        # A stream of its own for each coder, so that the order in one package says nothing about another.
        order = np.random.default_rng([asked.seed, asked.round, number]).permutation(len(mine))
        shared = set(mine[: asked.overlap])
        units = [(unit, mine[place] in shared) for place in order for unit in parts[mine[place]]]
        rows += [
            (coder, asked.round, unit, position, is_shared, asked.seed)
            for position, (unit, is_shared) in enumerate(units, start=1)
        ]
    columns = schema.TABLES["assignments"].column_names
    table = pd.DataFrame(rows, columns=columns, dtype="object")
    return table.astype(schema.empty("assignments").dtypes.to_dict())


def present(study: Study) -> pd.DataFrame:
    """What was given out before."""
    path = study.coding / "assignments.csv"
    if not path.is_file():
        return schema.empty("assignments")
    return tables.read_table(path, "assignments", shown=f"data/{study.name}/coding/assignments.csv")


def _refuse(asked: Asked, told: str, there: int) -> None:
    """Raise `StudyError` with everything that is wrong with what was asked."""
    problems = [*_name_problems(asked.coders)]
    if len(asked.coders) < FEWEST_CODERS:
        problems.append(
            f"--coders: {len(asked.coders)} named; expected two or more, separated by commas. One coder needs no "
            "packages: compendium export, then --to refi."
        )
    if not 0 <= asked.overlap <= there:
        problems.append(f"--overlap: {asked.overlap}; there are {told}. Expected a number from 0 to {there}.")
    if asked.round < 1:
        problems.append(f"--round: {asked.round}; expected a number from 1.")
    if asked.seed < 0:
        problems.append(f"--seed: {asked.seed}; expected a number from 0.")
    if problems:
        raise StudyError("\n".join([*problems, "Nothing was given out."]))


def _name_problems(coders: Sequence[str]) -> list[str]:
    folded = [coder.casefold() for coder in coders]
    problems = [
        f"--coders: '{coder}' is named twice; expected a name of their own for each (upper and lower case are one)."
        for place, coder in enumerate(coders)
        if folded[place] in folded[:place]
    ]
    for coder in coders:
        is_name = FILE_NAME.fullmatch(coder) and not RESERVED.fullmatch(coder) and len(coder) <= LONGEST
        if not is_name or coder != coder.strip(" ."):
            problems.append(
                f"--coders: '{coder}' cannot be the name of a folder. Use letters, digits, dashes and underscores, at "
                f"most {LONGEST}."
            )
    return problems


def _refuse_again(earlier: pd.DataFrame, asked: Asked, where: str, study: str) -> None:
    """Raise `StudyError` where this round was given out before."""
    same = earlier[earlier["round"] == asked.round]
    if len(same):
        coders = ", ".join(sorted(same["coder"].unique()))
        raise StudyError(
            f"Round {asked.round} was given out already, to {coders}; the packages are in {where}. Nothing was "
            f"overwritten. Give out another: --round {int(earlier['round'].max()) + 1}. To undo this one before "
            f"anybody has coded, delete {where} and its rows in data/{study}/coding/assignments.csv."
        )
