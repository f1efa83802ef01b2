"""What was coded, out: as a project for coding programs, as tables, as a workbook, as a page to read.

A project holds texts as the corpus does and is for the coders. Tables, workbook and page hold no more of captured posts
than the study's privacy rules allow.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.computable import NotComputable
from analysis.drawn import scope_of
from analysis.errors import StudyError, nearest
from analysis.export_page import page_of
from analysis.export_tables import ABOUT, Exported, tables_of
from analysis.out import CHECKSUMS, write_folder
from analysis.qda.material import Material
from analysis.qda.outgoing import project_of
from analysis.qda.project import Project
from analysis.qda.refi_write import write_qdc, write_qdpx
from analysis.spreadsheets import workbook_of
from analysis.study import Study
from analysis.tables import replace_text, write_csv

README = "README.txt"
MADE_UP = "Everything here is made up to show the method and is no evidence. Licence: CC BY 4.0."
PERSONAL = (
    "The texts are those of real people who did not ask to be studied. Links, addresses and names were masked, but "
    "what they wrote can be searched for: these are personal data. They are for those who code or check this study, "
    "may not be passed on or published, and are deleted when the study says so."
)
ALLOWED = (
    "Identifiers are masked, and of captured texts there is no more than the study's rules on quoting allow. Who may "
    "have these files, and under which licence, is for the study to decide; nothing is granted with them."
)


@dataclass(frozen=True)
class Written:
    """What an export wrote: the folder, its files, and what it left out."""

    folder: Path
    files: list[str]
    account: list[str] = field(default_factory=list)


def export(study: Study, to: str, out: Path | None = None, *, everything: bool = False) -> Written:
    """Export a study's sample, or all of its corpus, with what was coded in it.

    Raises `StudyError` for an unknown format, where no sample was drawn, and where the folder holds others' files.
    """
    if to not in WAYS:
        raise StudyError(f"--to: '{to}' is not one of {', '.join(WAYS)}.{nearest(to, WAYS)}")
    exported = Exported(study, scope_of(study, everything=everything))
    folder = out or study.folder / "out" / to
    shown = str(out) if out else f"data/{study.name}/out/{to}"
    account: list[str] = []
    files = write_folder(folder, lambda made: account.extend(WAYS[to](exported, made)), shown)
    return Written(folder, files, account)


def project_of_study(of: Exported) -> Project:
    """The project of a study: its posts, comments, pictures and documents with the codings that stand."""
    return project_of(material_of(of))


def material_of(of: Exported) -> Material:
    """What of a study goes out to coding programs."""
    corpus, study = of.corpus, of.study
    return Material(
        title=study.title,
        folder=study.folder,
        posts=corpus.posts,
        comments=corpus.comments,
        screenshots=corpus.screenshots,
        documents=corpus.documents,
        codebook=of.codebook,
        accounts=of.accounts,
        codings=of.standing,
        memos=of.table("memos"),
        cases=of.table("cases"),
        attributes=of.table("attributes"),
    )


def _refi(of: Exported, folder: Path) -> list[str]:
    """The project and its codebook."""
    project = project_of_study(of)
    name = of.study.name
    write_qdpx(project, folder / f"{name}.qdpx")
    about = {f"{name}.qdpx": "the project: REFI-QDA, for NVivo, ATLAS.ti, MAXQDA, QualCoder and others"}
    if project.codes:
        write_qdc(project, folder / f"{name}.qdc")
        about[f"{name}.qdc"] = "its codebook by itself: REFI-QDA codebook"
    account = [*_counted(project), *_left_out(of, project)]
    terms = PERSONAL if of.is_masked else MADE_UP
    replace_text(folder / README, readme_of(of, about, terms, account))
    return account


def _counted(project: Project) -> list[str]:
    kinds = Counter(source.kind for source in project.sources)
    sources = ", ".join(f"{kinds[kind]:,} {kind}" for kind in sorted(kinds))
    coders = {coding.coder for coding in project.codings}
    counts: dict[str, Collection[Any]] = {
        "sources": project.sources, "codes": project.codes, "codings": project.codings, "coders": coders,
        "cases": project.cases, "memos": project.memos,
    }  # fmt: skip
    return [", ".join(f"{len(entries):,} {name}" for name, entries in counts.items()) + f"; of the sources: {sources}"]


def _left_out(of: Exported, project: Project) -> list[str]:
    """What a project cannot hold or does not, each with how often."""
    account = [f"left out: {loss.what}: {loss.count:,}, such as {loss.example}" for loss in project.lost]
    stood = of.coded.standing
    beyond = 0 if isinstance(stood, NotComputable) else len(of.coded.settled) - len(of.standing)
    again = of.coded.to_code_again
    waiting = 0 if isinstance(again, NotComputable) else len(again)
    if waiting:
        account.append(f"left out: codings of split codes, to be coded again: {waiting:,}; page 05 lists them")
    if beyond:
        account.append(f"left out: codings on posts outside the sample: {beyond:,}; --all takes them, too")
    earlier = len(of.given) - len(of.standing) - waiting
    if earlier:
        account.append(
            f"left out: codings of earlier rounds that no longer stand: {earlier:,}; codings.csv of --to csv has them"
        )
    unheld = [name for name in ("readings", "history", "gists", "assignments") if len(of.table(name))]
    if unheld:
        account.append(f"not in the format: {', '.join(unheld)}; they stay in the study's tables")
    return account


def _csv(of: Exported, folder: Path) -> list[str]:
    made = tables_of(of)
    for name, table in made.items():
        write_csv(table, folder / f"{name}.csv")
    about = {f"{name}.csv": ABOUT[name] for name in made}
    account = _told(made)
    replace_text(folder / README, readme_of(of, about, _terms(of), account))
    return account


def _excel(of: Exported, folder: Path) -> list[str]:
    made = tables_of(of)
    account = _told(made)
    name = f"{of.study.name}.xlsx"
    about = pd.DataFrame({"sheet": list(made), "what it is": [ABOUT[each] for each in made]})
    (folder / name).write_bytes(workbook_of({"about": about, **made}))
    told = {name: "the tables as one workbook; its first sheet says what each sheet is"}
    replace_text(folder / README, readme_of(of, told, _terms(of), account))
    return account


def _html(of: Exported, folder: Path) -> list[str]:
    made = tables_of(of)
    replace_text(folder / "codebook.html", page_of(of, made["quotes"]))
    account = _told(made)
    told = {"codebook.html": "the codebook with what was coded, as one page that needs nothing else"}
    replace_text(folder / README, readme_of(of, told, _terms(of), account))
    return account


WAYS: Mapping[str, Callable[[Exported, Path], list[str]]] = {"refi": _refi, "csv": _csv, "excel": _excel, "html": _html}


def _told(made: Mapping[str, pd.DataFrame]) -> list[str]:
    """How much the tables hold."""
    quotes, on_units = made["quotes"], made["units-by-code"]
    account = [f"{len(quotes):,} codings that stand, {len(on_units):,} units, {len(made['codebook']):,} entries"]
    silent = int(quotes["quote"].isna().sum())
    if silent:
        account.append(f"{silent:,} of these codings are on documents or pictures and have no words to quote")
    return account


def _terms(of: Exported) -> str:
    return ALLOWED if of.is_masked else MADE_UP


def readme_of(of: Exported, about: Mapping[str, str], terms: str, account: list[str]) -> str:
    """What each file of a folder is, how much is in it, and what may be done with it."""
    title = of.study.title
    widest = max(map(len, about))
    files = [f"  {name:<{widest}}  {told}" for name, told in about.items()]
    return "\n".join([
        title, "=" * len(title), "", "Files", "", *files, "", "What is in them", "",
        *(f"  {line}" for line in account), "", "Terms", "", f"  {terms}", "",
        f"{CHECKSUMS} tells whether a file was changed since it was written.", "",
    ])  # fmt: skip
