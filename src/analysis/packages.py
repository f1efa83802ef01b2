"""One coder's package: a project without codings, a coding sheet, and what to do with either.

It is blind. It holds the codebook and the coder's own units, nobody's codings, no memos, nothing on who wrote a text,
why a post was sampled or who else codes it.
"""

from dataclasses import replace
from pathlib import Path
from textwrap import fill

import pandas as pd

from analysis import schema
from analysis.export import MADE_UP, PERSONAL
from analysis.export_tables import Exported
from analysis.qda.guids import guid_for
from analysis.qda.material import Material
from analysis.qda.outgoing import project_of
from analysis.qda.project import Project, Source
from analysis.qda.refi_write import write_qdc, write_qdpx
from analysis.spreadsheets import workbook_of
from analysis.tables import replace_text

README = "README.txt"
WIDTH = 78
OF_CODES = ["code_id", "name", "parent_id", "level", "definition", "include", "exclude"]
STEPS = """\
This is {coder}'s package for round {round} of the study "{title}".

What is in it
  {name}.qdpx   {sources:,} texts and pictures, and the codebook, for NVivo,
      ATLAS.ti, MAXQDA, QualCoder and other coding programs
  {name}.xlsx   the same texts as a table, for whoever codes in a spreadsheet
  {name}.qdc   the codebook by itself

How to code
  In a coding program: import {name}.qdpx as a REFI-QDA project.
  Work as the user '{coder}'. Leave names and texts of the sources as they
  are: by them your codings find their places again.
  In a spreadsheet: one row a text, one column a code. Write 1 where you give
  the code and 0 where you do not. A row without any mark counts as one that
  you have not read.
  Choose one of the two. Code by yourself, and do not speak about it with the
  other coders before all have finished.

How it comes back
  Export a REFI-QDA project from the program, or save the sheet, and hand the
  file to whoever sent you this. They run:
  compendium import {study} FILE --coder {option} --round {round}

Terms
{terms}
"""


def write_package(of: Exported, rows: pd.DataFrame, folder: Path) -> None:
    """Write the package of one coder; `rows` are theirs of the table of assignments."""
    coder, number = str(rows["coder"].iloc[0]), int(rows["round"].iloc[0])
    project = project_for(of, list(rows["unit_id"]))
    name = f"{of.study.name}-{coder}-{number}"
    write_qdpx(project, folder / f"{name}.qdpx")
    if project.codes:
        write_qdc(project, folder / f"{name}.qdc")
    (folder / f"{name}.xlsx").write_bytes(sheet_of(of, project, coder, number))
    told = STEPS.format(
        coder=coder, round=number, title=of.study.title, name=name, sources=len(project.sources), study=of.study.name,
        option=f'"{coder}"' if " " in coder else coder, terms=_indented(PERSONAL if of.is_masked else MADE_UP),
    )  # fmt: skip
    replace_text(folder / README, told)


def _indented(terms: str) -> str:
    return fill(terms, WIDTH, initial_indent="  ", subsequent_indent="  ")


def project_for(of: Exported, units: list[str]) -> Project:
    """The project of these units in this order, without anything that anybody said of them."""
    corpus = of.corpus
    blind = Material(
        title=of.study.title,
        folder=of.study.folder,
        posts=_only(corpus.posts, "post_id", units),
        comments=_only(corpus.comments, "comment_id", units),
        screenshots=_only(corpus.screenshots, "screenshot_id", units),
        documents=_only(corpus.documents, "unit_id", units),
        codebook=of.codebook,
        accounts=schema.empty("creators"),
    )
    project = project_of(blind)
    # Who wrote a text, and on which side they are, is for the analysis to set beside the codes.
    return replace(project, sources=_in_order(project.sources, units), cases=[])


def pictures_of(of: Exported) -> set[str]:
    """The screenshots that have an image file."""
    project = project_for(of, list(of.corpus.screenshots["screenshot_id"]))
    return {source.name for source in project.sources}


def _only(table: pd.DataFrame, key: str, units: list[str]) -> pd.DataFrame:
    return table[table[key].isin(units)].reset_index(drop=True)


def _in_order(sources: list[Source], units: list[str]) -> list[Source]:
    places = {guid_for("unit", unit): place for place, unit in enumerate(units)}
    return sorted(sources, key=lambda source: places[source.guid])


def sheet_of(of: Exported, project: Project, coder: str, number: int) -> bytes:
    """The coding sheet: a row for each text or picture, a column for each code that may be given, and the codebook."""
    book = of.codebook
    may_be = book["codable"].fillna(book["level"] == "code").astype(bool)
    codes = list(book.loc[may_be, "code_id"])
    corpus = of.corpus
    kinds = {
        **dict.fromkeys(corpus.posts["post_id"], "post"),
        **dict.fromkeys(corpus.comments["comment_id"], "comment"),
    }
    under = {
        **dict(zip(corpus.comments["comment_id"], corpus.comments["post_id"], strict=True)),
        **dict(zip(corpus.screenshots["screenshot_id"], corpus.screenshots["post_id"], strict=True)),
    }
    names = [source.name for source in project.sources]
    sheet = pd.DataFrame({
        "unit": names,
        "coder": coder,
        "round": number,
        "unit_type": [kinds.get(name, source.kind) for name, source in zip(names, project.sources, strict=True)],
        "post_id": [under.get(name) for name in names],
        "text": [source.text for source in project.sources],
    })  # fmt: skip
    sheet = sheet.assign(**dict.fromkeys(codes)).assign(memo=None)
    return workbook_of({"coding": sheet, "codebook": book[OF_CODES]})
