"""What the book needs from the results: values in the prose, tables and figures on the page, and each page's origins.

`{{ name }}` becomes the value that a notebook recorded under that name, linked to the notebook and marked with its
origin. An unknown name is a warning, and so fails a build with -W. A value that could not be computed prints its
reason.
"""

import html
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from analysis import results, schema
from analysis.columns import EXPECTED
from analysis.computable import NotComputable
from analysis.schema import ORIGINS
from analysis.study import Study, open_study

logger = logging.getLogger(__name__)
ORIGIN_TOLD = {
    "published": "facts that the article reports",
    "stand-in": "results on synthetic data, which show the method and are never evidence",
    "captured": "results computed from captured posts",
}
NOTHING_COMPUTED = "No result is shown on this page."
HOSTS = r"(?:github\.com|gitlab\.com|codeberg\.org)"


def _round_brackets() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


@dataclass
class RoundReferenceStyle(AuthorYearReferenceStyle):
    """Author and year in round brackets, as the article's own field prints them."""

    bracket_parenthetical: BracketStyle = field(default_factory=_round_brackets)
    bracket_textual: BracketStyle = field(default_factory=_round_brackets)
    bracket_author: BracketStyle = field(default_factory=_round_brackets)
    bracket_label: BracketStyle = field(default_factory=_round_brackets)
    bracket_year: BracketStyle = field(default_factory=_round_brackets)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    register_plugin("sphinxcontrib.bibtex.style.referencing", "author_year_round", RoundReferenceStyle)
    app.add_config_value("compendium_study", "liu2025", "env", types=str)
    app.add_config_value("compendium_root", "", "env", types=str)
    app.add_role("value", ValueRole())
    app.add_role("study", StudyRole())
    app.add_role("zh", LanguageRole("zh"))
    app.add_directive("result-figure", ResultFigure)
    app.add_directive("result-table", ResultTable)
    app.add_directive("data-table", DataTable)
    app.add_directive("schema-table", SchemaTable)
    app.connect("config-inited", provide_values)
    app.connect("config-inited", provide_repository)
    app.connect("doctree-read", tell_origins)
    # After the theme, which prints this title as it is.
    app.connect("html-page-context", escape_title, priority=900)
    app.add_node(Spoken, html=(visit_spoken, depart_spoken))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def study_of(config: Config) -> Study:
    """The study whose book this is."""
    return open_study(config.compendium_study, Path(config.compendium_root) if config.compendium_root else None)


def all_values(config: Config) -> dict[str, dict[str, Any]]:
    """The values of this study, and those of recorded runs, which only the original's book shows."""
    study = study_of(config)
    values = study.values()
    recorded = study.folder / "recorded.json"
    if recorded.is_file():
        values |= json.loads(recorded.read_text(encoding="utf-8"))["values"]
    return values


def provide_values(app: Sphinx, config: Config) -> None:
    """Offer every value as a MyST substitution of the same name."""
    told = {name: f"{{value}}`{name}`" for name in all_values(config)}
    about = {f"study_{name}": f"{{study}}`{name}`" for name in ("title", "platform", "about")}
    config.myst_substitutions = {**config.myst_substitutions, **told, **about}


def provide_repository(app: Sphinx, config: Config) -> None:
    """Offer links to edit a page, where the repository's address is known: from CI, or from git's origin."""
    address = os.environ.get("COMPENDIUM_REPOSITORY") or _origin_address(Path(app.srcdir))
    if address:
        config.html_theme_options |= {
            "repository_url": address,
            "repository_branch": "main",
            "use_repository_button": True,
            "use_edit_page_button": True,
            "use_issues_button": True,
        }


def escape_title(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep markup in a study's title from becoming markup of the page."""
    if "pagetitle" in context:
        context["pagetitle"] = html.escape(html.unescape(str(context["pagetitle"])))


def tell_origins(app: Sphinx, doctree: nodes.document) -> None:
    """Say under each page's title where its results come from."""
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None:
        return
    shown = _origins_in(doctree)
    told = nodes.paragraph(classes=["origins"])
    if not shown:
        told += nodes.Text(NOTHING_COMPUTED)
    for number, origin in enumerate(shown):
        told += nodes.Text(", " if number else "On this page: ")
        told += nodes.inline("", origin, classes=["origin", f"origin-{origin}"])
        told += nodes.Text(" " + ORIGIN_TOLD[origin])
    told += nodes.Text("." if shown else "")
    title.parent.insert(title.parent.index(title) + 1, told)


class ValueRole(SphinxRole):
    """A recorded value: its text, its origin where it is not published, and the way to its notebook."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the value's nodes."""
        study = study_of(self.config)
        value = all_values(self.config).get(self.text)
        if value is None:
            logger.warning("no notebook has recorded the value '%s'", self.text, location=self.get_location())
            return [nodes.Text(self.text)], []
        origin = value["origin"]
        shown = nodes.inline("", value["text"])
        whole = nodes.inline(classes=["value", "value-absent" if value["missing"] else "value-computed"], origin=origin)
        whole += _way_to(study, value["notebook"], shown, self.env.docname) if "notebook" in value else shown
        if not value["missing"] and origin != "published" and (study.is_original or origin == "stand-in"):
            mark = "captured, recorded run" if value.get("recorded") else origin
            whole += nodes.Text(" ")
            whole += nodes.inline("", mark, classes=["origin", f"origin-{origin}"])
        return [whole], []


class StudyRole(SphinxRole):
    """What a study.yml says of itself, as plain text whatever stands in it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the text."""
        return [nodes.Text(getattr(study_of(self.config), self.text))], []


class Spoken(nodes.inline):
    """Words in another language than the page's."""


class LanguageRole(SphinxRole):
    """Words in another language, marked so for screen readers and for the choice of typeface."""

    def __init__(self, language: str) -> None:
        self.language = language

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the node."""
        return [Spoken("", self.text, language=self.language)], []


def visit_spoken(translator: Any, node: Spoken) -> None:
    """Begin words in another language."""
    translator.body.append(f'<span lang="{node["language"]}">')


def depart_spoken(translator: Any, node: Spoken) -> None:
    """End words in another language."""
    translator.body.append("</span>")


class ResultDirective(SphinxDirective):
    """What tables and figures of the results have in common."""

    required_arguments = 1
    has_content = True
    option_spec = {"columns": directives.unchanged}  # noqa: RUF012
    kind = ""

    def run(self) -> list[nodes.Node]:
        """Show the result, the way to its file and its notebook; an unknown one is a warning."""
        study = study_of(self.config)
        name = self.arguments[0]
        self.env.note_dependency(str(study.results / "index.json"))
        entry = json.loads((study.results / "index.json").read_text(encoding="utf-8")).get(f"{name}.{self.kind}")
        if entry is None:
            logger.warning("no notebook has shown the %s '%s'", self.kind, name, location=self.get_location())
            return []
        if entry["missing"]:
            page = results.missing_html(entry["caption"], entry["missing"])
            return [nodes.raw("", page, format="html")]
        return [nodes.raw("", self.page(study, entry), format="html"), self._links(study, entry)]

    def page(self, study: Study, entry: dict[str, Any]) -> str:
        """The result as HTML."""
        raise NotImplementedError

    def _links(self, study: Study, entry: dict[str, Any]) -> nodes.Node:
        folder, ending = ("tables", "csv") if self.kind == "table" else ("figures", "svg")
        links = nodes.paragraph(classes=["result-links"])
        file = addnodes.download_reference(
            "",
            f"{ending.upper()} file",
            reftarget=f"/results/{study.name}/{folder}/{entry['name']}.{ending}",
            refdoc=self.env.docname,
        )
        told = nodes.inline("", "how it was computed")
        step = _way_to(study, entry["notebook"], told, self.env.docname)
        links += [file, nodes.Text(" · "), step]
        return links


class ResultFigure(ResultDirective):
    """A figure of the results, drawn into the page so that it follows the page's theme."""

    kind = "figure"

    def page(self, study: Study, entry: dict[str, Any]) -> str:
        """The figure as HTML."""
        drawing = (study.results / "figures" / f"{entry['name']}.svg").read_text(encoding="utf-8")
        return results.figure_html(drawing, **{key: entry[key] for key in ("caption", "alt", "origin")})


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
        return results.table_html(csv, entry["texts"], **{key: entry[key] for key in ("caption", "origin", "digits")})


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
            return [nodes.raw("", results.missing_html(caption, table.reason), format="html")]
        rows = self._chosen(schema.as_text(table, name))
        if rows.empty:
            logger.warning("no row of %s fits '%s'", name, self.options.get("where"), location=self.get_location())
        numbers = [column.name for column in schema.TABLES[name].columns if column.kind in ("integer", "number")]
        texts = [column for column in rows.columns if column not in numbers]
        page = results.table_html(rows.to_csv(index=False), texts, caption=caption, origin=study.origin_of(name))
        return [nodes.raw("", page, format="html")]

    def _chosen(self, table: pd.DataFrame) -> pd.DataFrame:
        column, sign, wanted = self.options.get("where", "").partition("~")
        if sign:
            table = table[table[column].fillna("").str.contains(wanted, regex=False)]
        columns = self.options.get("columns", "").split()
        return _readable(study_of(self.config), table[columns] if columns else table)


class SchemaTable(SphinxDirective):
    """The columns of a canonical table, for whoever maps a file to them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the columns."""
        table = schema.TABLES[self.arguments[0]]
        rows = pd.DataFrame(
            {
                "column": [column.name for column in table.columns],
                "holds": [" or ".join(column.among) or EXPECTED[column.kind] for column in table.columns],
                "meaning": [column.meaning for column in table.columns],
                "needed": ["yes" if column.required else "" for column in table.columns],
            }
        )
        caption = f"The columns of {table.name}; one row is {table.row}."
        page = results.table_html(rows.to_csv(index=False), list(rows.columns), caption=caption, origin="")
        return [nodes.raw("", page, format="html")]


def _readable(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with names where the data have identifiers of codes, sides and languages."""
    codebook = study.table("codebook")
    codes = {} if isinstance(codebook, NotComputable) else dict(zip(codebook["code_id"], codebook["name"], strict=True))
    sides = {name: side.label for name, side in study.sides.items()} | {"both": "both"}
    languages = {side.language: side.language_name for side in study.sides.values()}
    named = {"code_ids": codes, "themes": codes, "languages": languages, "speaker_side": sides, "addressee_side": sides}

    def told_of(names: dict[str, str], cells: pd.Series) -> pd.Series:
        return cells.map(lambda cell: "; ".join(names.get(word, word) for word in schema.words(cell)))

    told = {column: told_of(names, rows[column]) for column, names in named.items() if column in rows}
    return rows.assign(**told).rename(columns={"code_ids": "codes", "speaker_side": "who speaks"})


def _way_to(study: Study, notebook: str, shown: nodes.Node, page: str) -> nodes.Node:
    """A link from a page to an executed notebook."""
    return addnodes.pending_xref(
        "",
        shown,
        refdomain="std",
        reftype="doc",
        reftarget=f"/results/{study.name}/notebooks/{notebook}",
        refexplicit=True,
        refwarn=True,
        refdoc=page,
    )


def _origins_in(doctree: nodes.document) -> list[str]:
    """The origins whose mark stands anywhere on the page, the article's first."""
    pages = [node.astext() for node in doctree.findall(nodes.raw) if "html" in node.get("format", "")]
    marked = set(re.findall(r'class="origin origin-([a-z-]+)"', "".join(pages)))
    marked |= {node["origin"] for node in doctree.findall(nodes.inline) if "origin" in node}
    return [origin for origin in ORIGINS if origin in marked]


def _origin_address(folder: Path) -> str:
    """The web address of git's origin, where it is one of the public hosts."""
    try:
        done = subprocess.run(
            ["git", "remote", "get-url", "origin"],  # noqa: S607
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(rf"({HOSTS})[:/]([\w.-]+/[\w.-]+?)(?:\.git)?\s*$", done.stdout)
    return f"https://{found[1]}/{found[2]}" if found else ""
