"""The directives of the book: figures and tables of the results, rows of the data, the columns of a table."""

import io
import json
import re
from typing import Any

import pandas as pd
from compendium_codes import linked_rows, ways_to
from compendium_figures import links_under
from compendium_values import study_of, way_to
from compendium_words import words
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from analysis import on_page, schema
from analysis.columns import EXPECTED, Table
from analysis.computable import NotComputable
from analysis.study import Study
from analysis.wording import say

logger = logging.getLogger(__name__)
FIRST_CELLS = re.compile(r"<tr><td([^>]*)>.*?</td><td([^>]*)>(.*?)</td>")


class ResultDirective(SphinxDirective):
    """What tables and figures of the results have in common."""

    required_arguments = 1
    has_content = True
    option_spec = {"columns": directives.unchanged, "if-recorded": directives.flag}  # noqa: RUF012
    kind = ""

    def run(self) -> list[nodes.Node]:
        """Show the result, the way to its file and its notebook; an unknown one is a warning."""
        study = study_of(self.config)
        name = self.arguments[0]
        self.env.note_dependency(str(study.results / "index.json"))
        entry = json.loads((study.results / "index.json").read_text(encoding="utf-8")).get(f"{name}.{self.kind}")
        if entry is None and "if-recorded" in self.options:
            return []
        if entry is None:
            logger.warning("no notebook has shown the %s '%s'", self.kind, name, location=self.get_location())
            return []
        if entry["missing"]:
            page = on_page.missing_html(entry["caption"], entry["missing"])
            return [nodes.raw("", page, format="html")]
        return [nodes.raw("", self.page(study, entry), format="html"), self.links(study, entry)]

    def page(self, study: Study, entry: dict[str, Any]) -> str:
        """The result as HTML."""
        raise NotImplementedError

    def links(self, study: Study, entry: dict[str, Any]) -> nodes.Node:
        """The way to the result's file and to its notebook."""
        links = nodes.paragraph(classes=["result-links"])
        file = addnodes.download_reference(
            "",
            words(self.env.app, "result.file", kind="CSV"),
            reftarget=f"/results/{study.name}/tables/{entry['name']}.csv",
            refdoc=self.env.docname,
        )
        told = nodes.inline("", words(self.env.app, "result.computed"))
        step = way_to(study, entry["notebook"], told, self.env.docname)
        links += [file, nodes.Text(" · "), step]
        return links


class ResultFigure(ResultDirective):
    """A figure of the results, drawn into the page so that it follows the page's theme."""

    kind = "figure"

    def page(self, study: Study, entry: dict[str, Any]) -> str:
        """The figure as HTML."""
        drawing = (study.results / "figures" / f"{entry['name']}.svg").read_text(encoding="utf-8")
        return on_page.figure_html(drawing, **{key: entry[key] for key in ("name", "caption", "alt", "origin")})

    def links(self, study: Study, entry: dict[str, Any]) -> nodes.Node:
        """The numbers, the files and the code."""
        for name in entry.get("tables", []):
            self.env.note_dependency(str(study.results / "tables" / f"{name}.csv"))
        return links_under(self.env.app, entry)


class ResultTable(ResultDirective):
    """A table of the results."""

    kind = "table"

    def page(self, study: Study, entry: dict[str, Any]) -> str:
        """The table as HTML."""
        csv = (study.results / "tables" / f"{entry['name']}.csv").read_text(encoding="utf-8")
        columns = self.options.get("columns", "").split()
        if columns:
            # As texts, so that every cell stays what it is in the file.
            csv = pd.read_csv(io.StringIO(csv), dtype="str", keep_default_na=False)[columns].to_csv(index=False)
        return on_page.table_html(csv, entry["texts"], **{key: entry[key] for key in ("caption", "origin", "digits")})


class DataTable(SphinxDirective):
    """A table of the study's data, or the rows of it in which a column contains a text."""

    required_arguments = 1
    has_content = True
    option_spec = {"where": directives.unchanged, "columns": directives.unchanged, "caption": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Show the rows."""
        study = study_of(self.config)
        name = self.arguments[0]
        table = study.table(name)
        for path in study.files_of(name):
            self.env.note_dependency(str(path))
        caption = self.options.get("caption") or f"One row is {schema.TABLES[name].row}."
        if isinstance(table, NotComputable):
            return [nodes.raw("", on_page.missing_html(caption, table.reason), format="html")]
        chosen = self._chosen(schema.as_text(table, name))
        rows = self._shown(study, chosen)
        if rows.empty:
            logger.warning("no row of %s fits '%s'", name, self.options.get("where"), location=self.get_location())
        numbers = [column.name for column in schema.TABLES[name].columns if column.kind in ("integer", "number")]
        texts = [column for column in rows.columns if column not in numbers]
        page = on_page.table_html(rows.to_csv(index=False), texts, caption=caption, origin=study.origin_of(name))
        if name == "codebook":
            page = linked_rows(page, ways_to(self.env.app, chosen["code_id"]))
        return [nodes.raw("", page, format="html")]

    def _chosen(self, table: pd.DataFrame) -> pd.DataFrame:
        column, sign, wanted = self.options.get("where", "").partition("~")
        if sign:
            table = table[table[column].fillna("").str.contains(wanted, regex=False)]
        return table

    def _shown(self, study: Study, rows: pd.DataFrame) -> pd.DataFrame:
        columns = self.options.get("columns", "").split()
        return _readable(study, rows[columns] if columns else rows)


class SchemaTable(SphinxDirective):
    """The columns of a canonical table, for whoever maps a file to them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the columns."""
        table = schema.TABLES[self.arguments[0]]
        rows = pd.DataFrame(
            {
                "column": [column.name for column in table.columns],
                "may hold": [" or ".join(column.among) or EXPECTED[column.kind] for column in table.columns],
                "meaning": [column.meaning for column in table.columns],
                "needed": ["yes" if column.required else "" for column in table.columns],
            }
        )
        caption = f"The columns of {table.name}; one row is {table.row}."
        page = on_page.table_html(rows.to_csv(index=False), list(rows.columns), caption=caption, origin="")
        return [nodes.raw("", _named(page, table), format="html")]


def _named(page: str, table: Table) -> str:
    """A table of columns in which names stay what they are in the data, also where a language has words for them."""
    left = iter(table.columns)

    def name(cells: re.Match[str]) -> str:
        column = next(left)
        among = " / ".join(f"<code>{word}</code>" for word in column.among)
        return f"<tr><td{cells[1]}><code>{column.name}</code></td><td{cells[2]}>{among or cells[3]}</td>"

    return FIRST_CELLS.sub(name, page)


def _readable(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with names where the data have identifiers of codes, sides and languages."""
    codebook = study.table("codebook")
    codes = {} if isinstance(codebook, NotComputable) else dict(zip(codebook["code_id"], codebook["name"], strict=True))
    sides = {name: side.label for name, side in study.sides.items()} | {"both": "both sides"}
    languages = {side.language: side.language_name for side in study.sides.values()}
    named = {"code_ids": codes, "themes": codes, "languages": languages, "speaker_side": sides, "addressee_side": sides}

    def told_of(names: dict[str, str], cells: pd.Series) -> pd.Series:
        return cells.map(lambda cell: "; ".join(names.get(word, word) for word in schema.words(cell)))

    told = {column: told_of(names, rows[column]) for column, names in named.items() if column in rows}
    if "measure" in rows:
        told["measure"] = rows["measure"].replace(
            {"search_rank": say("place in the search results"), "comments_count": say("number of comments")}
        )
    return rows.assign(**told).rename(columns={"code_ids": "codes", "speaker_side": "who speaks"})
