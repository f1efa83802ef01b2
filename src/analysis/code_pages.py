"""A page of the book for each code: what it means, where it comes from, how often it stands, beside what, and where.

Numbers are those that the notebooks showed; without results a page says so. What stands on a page between tags is
escaped, since a codebook of one's own may hold any text.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import coding, excerpts, findings, history, on_page, units
from analysis.coded import Coded, coded_of
from analysis.computable import NotComputable, computable, need
from analysis.directions import closed
from analysis.sides import tell_sides
from analysis.study import Study
from analysis.wording import say, say_html

INDEX = "index"
TOLD = {
    "definition": "Definition", "include": "Give it to", "exclude": "Do not give it to", "basis": "Basis",
    "section": "Section",
}  # fmt: skip
ABOUT = (
    "Each code of the codebook has a page: what it means, how it came about, how often it was given, how far coders "
    "agree on it, which codes stand beside it, and where it was given."
)
CAPTIONS = {
    "standing": "This code in the codings that stand.",
    "agreement": "Agreement on this code.",
    "beside": "The codes closest to it.",
    "changes": "Changes to this code.",
    "evidence": "What is shown for this code.",
    "given": "Where this code was given.",
}
ABSENT = {
    "code": "the notebook's table does not hold this code",
    "codes": "the notebook's table names no codes",
    "pairs": "it stands on no unit together with another code",
}
PAIRS_SHOWN = 8
# An identifier in a text of the codebook. One without a dot may be a word as well, unless it is alone in brackets.
IDENTIFIER = re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)+(?![\w-])|(?<=[(（])[^\s()（）]+(?=[)）])", re.ASCII)
# What the page says anyway.
REPEATED = ["code_id", "name", "pattern_id"]


@dataclass(frozen=True)
class Material:
    """What the pages are made of, each part read once."""

    study: Study

    @cached_property
    def codebook(self) -> Any:
        """The codebook as a tree, as it is now."""
        return codebook_now(self.study, lambda: self.coded)

    @cached_property
    def ways(self) -> dict[str, str]:
        """The name of each entry of the codebook by its identifier: a link to its page or its heading in the index."""
        places = {code: f"{INDEX}.html#{head}" for code, head in heads_of(self.codebook).items()}
        places |= {code: f"{page}.html" for code, page in names_of(self.codebook).items()}
        entries = zip(self.codebook["code_id"], self.codebook["name"], strict=True)
        return {code: f'<a href="{places[code]}">{_said(name)}</a>' for code, name in entries}

    @cached_property
    def coded(self) -> Coded:
        """The study's codings."""
        return coded_of(self.study)

    @cached_property
    def evidence(self) -> Any:
        """The published evidence for each code."""
        return computable(findings.supported)(self.study.table("codebook"), self.study.table("evidence"), "code")

    @cached_property
    def excerpts(self) -> Any:
        """What may be shown of the codings."""
        creators, posts, comments = (self.study.table(name) for name in ("creators", "posts", "comments"))
        accounts = tell_sides(creators, posts, comments, self.study.decide("side_by"), self.study.sides)
        standing = self.coded.standing
        texts = excerpts.shown_texts(self.study, self.coded, standing, units.sides_of(accounts))
        return excerpts.excerpts(standing, texts)

    def result(self, name: str) -> Any:
        """A table that a notebook showed."""
        return self.study.result(name)


def codebook_now(study: Study, coded: Callable[[], Coded]) -> Any:
    """The codebook by which the codings are counted, as a tree; `coded` gives the codings where there are any."""
    codebook, codings = study.table("codebook"), study.table("codings")
    if isinstance(codings, NotComputable):
        # Without codings there is none that waits, and the posts need not be read.
        return coding.tree(codebook)
    return coding.tree(coded().codebook_of(codebook))


def pages_of(study: Study) -> dict[str, str]:
    """The pages as Markdown by their names, the index first; none where the study has no codes."""
    of = Material(study)
    names = names_of(of.codebook)
    if not names:
        return {}
    codes = coding.entries_at(of.codebook, "code")
    rows = [{str(name): cell for name, cell in row.items()} for row in codes.to_dict("records")]
    pages = {names[row["code_id"]]: _page(row, of) for row in rows}
    return {INDEX: _index(of.codebook, names), **pages}


def names_of(codebook: Any) -> dict[str, str]:
    """The name of each code's page by the codebook's tree; none where the study has no codes."""
    if isinstance(codebook, NotComputable):
        return {}
    return page_names(coding.entries_at(codebook, "code")["code_id"])


def heads_of(codebook: pd.DataFrame) -> dict[str, str]:
    """What leads to each entry's heading in the index, by the entry's identifier."""
    return {code: f"entry-{name}" for code, name in page_names(codebook["code_id"]).items()}


def page_names(code_ids: pd.Series) -> dict[str, str]:
    """A name for each code's page that any file system takes; equal ones are numbered."""
    names: dict[str, str] = {}
    for code in code_ids:
        slug = re.sub(r"[^a-z0-9]+", "-", str(code).lower()).strip("-") or "code"
        slug = f"{slug}-code" if slug == INDEX else slug
        taken = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", name) is not None for name in names.values())
        names[str(code)] = f"{slug}-{taken + 1}" if taken else slug
    return names


def _page(row: Mapping[str, Any], of: Material) -> str:
    code = str(row["code_id"])
    parts = [
        f"# {in_markdown(say(str(row['name'])))}",
        _definition(row, of),
        f"## {say('How often it was given')}",
        _numbers(of, "05-coding-frequencies", code, CAPTIONS["standing"]),
        f"## {say('How it came about')}",
        _history(of, code),
        f"## {say('How far coders agree on it')}",
        _numbers(of, "07-agreement-codes", code, CAPTIONS["agreement"]),
        f"## {say('Which codes stand beside it')}",
        _beside(of, code),
        f"## {say('What is shown for it')}",
        _evidence(of, code),
        f"## {say('Where it was given')}",
        _given(of, code),
    ]
    return "\n\n".join(parts) + "\n"


def _index(codebook: pd.DataFrame, names: Mapping[str, str]) -> str:
    lines, heads = [f"# {say('The codes one by one')}", "", say(ABOUT)], heads_of(codebook)
    for row in codebook.to_dict("records"):
        name = in_markdown(say(str(row["name"])))
        if row["level"] == "code":
            lines.append(f"- [{name}]({names[row['code_id']]}.md)")
        else:
            depth = "##" if row["level"] == "pattern" or pd.isna(row["parent_id"]) else "###"
            lines += ["", f"({heads[row['code_id']]})=", f"{depth} {name}", ""]
    return "\n".join(lines) + "\n"


def _definition(row: Mapping[str, Any], of: Material) -> str:
    names = dict(zip(of.codebook["code_id"], of.codebook["name"], strict=True))
    above = [names[row[level]] for level in ("pattern_id", "theme_id") if row[level] in names]
    path = " › ".join(_said(name) for name in (*above, row["name"]))
    mark = on_page.origin_html(of.study.origin_of("codebook"))
    told = "".join(
        f"<dt>{say(label)}</dt><dd>{_with_ways(_said(row[field]), of.ways)}</dd>"
        for field, label in TOLD.items()
        if pd.notna(row[field])
    )
    identifier = f"<code>{html.escape(str(row['code_id']))}</code>"
    return f'<div class="code-about"><p>{path} · {identifier} {mark}</p><dl>{told}</dl></div>'


def _with_ways(said: str, ways: Mapping[str, str]) -> str:
    """A text of the codebook in which each identifier of an entry is the way to it."""
    return IDENTIFIER.sub(lambda found: ways.get(found[0], found[0]), said)


def _numbers(of: Material, name: str, code: str, caption: str) -> str:
    return _table(_only(of.result(name), code), caption, of.study)


@computable
def _only(table: pd.DataFrame, code: str) -> pd.DataFrame:
    row = table[table["code_id"] == code] if "code_id" in table else table.head(0)
    need(row, ABSENT["code"])
    return row.drop(columns=REPEATED, errors="ignore").dropna(axis="columns", how="all")


def _history(of: Material, code: str) -> str:
    changes = history.history_of(of.study.table("history"))
    told = history.about(changes, code)
    if told.empty:
        return say("It stands as it was first written down: no change to it is recorded.")
    return _table(told[["round", "change", "code_id", "becomes", "by", "why"]], CAPTIONS["changes"], of.study)


def _beside(of: Material, code: str) -> str:
    return _table(_pairs_with(of.result("05-coding-pairs"), code), CAPTIONS["beside"], of.study)


@computable
def _pairs_with(pairs: pd.DataFrame, code: str) -> pd.DataFrame:
    need(pairs if "code_1" in pairs else [], ABSENT["codes"])
    first, second = pairs["code_1"] == code, pairs["code_2"] == code
    held = pairs[first | second]
    need(held, ABSENT["pairs"])
    other = held["name_2"].where(first[held.index], held["name_1"])
    return held.assign(code=other)[["code", "together", "coefficient", "uneven"]].head(PAIRS_SHOWN)


def _evidence(of: Material, code: str) -> str:
    if isinstance(of.evidence, NotComputable):
        return on_page.missing_html(CAPTIONS["evidence"], of.evidence.reason)
    shown = of.evidence[of.evidence["entry_id"] == code]
    if shown.empty:
        return say("No excerpt and no figure is shown for it.")
    mark = on_page.origin_html(of.study.origin_of("evidence"))
    items = [f"{_said(row.gist)} <span>{_inside(_place(row))}</span> {mark}" for row in shown.itertuples()]
    return _list(items)


def _place(row: Any) -> str:
    figure = say(f"figure {row.figure}") if pd.notna(row.figure) else ""
    post = say(f"post {row.source_post}") if pd.notna(row.source_post) and not figure else ""
    speaks = row.speaker_side if pd.notna(row.speaker_side) else ""
    side = say("both sides") if speaks == "both" else say(speaks)
    return say(", ").join(part for part in (say(f"section {row.section}"), figure, post, side) if part)


def _given(of: Material, code: str) -> str:
    if isinstance(of.excerpts, NotComputable):
        return on_page.missing_html(CAPTIONS["given"], of.excerpts.reason)
    rows = of.excerpts[of.excerpts["code_id"] == code]
    shown, hidden = excerpts.chosen(rows)
    mark = on_page.origin_html(of.study.origin_of("codings", "posts"))
    labels = {name: side.label for name, side in of.study.sides.items()}
    languages = {side.language for side in of.study.sides.values()}
    items = [
        f"{_spoken(row, languages)} <span>{say_html(labels.get(row['side'], 'side not known'))}</span> {mark}"
        for row in shown.to_dict("records")
    ]
    texts, posts = rows["unit_id"].nunique(), rows["post_id"].nunique()
    told = say(
        f"Shown: {len(shown)} of {len(rows)} passages and whole texts that were given it, at most one from a post."
    )
    told += " " + say(f"Posts and comments in which they stand: {texts}; posts to which these belong: {posts}.")
    if hidden:
        told += " " + say(f"Of {hidden} nothing is shown, so that nobody can be found by their words.")
    return "\n\n".join([told, _list(items)]) if items else told if len(rows) else say("No coding of it stands.")


def _spoken(row: Mapping[Any, Any], languages: set[str]) -> str:
    """An excerpt, its language marked where it is one side's."""
    language = f' lang="{html.escape(row["language"])}"' if row["language"] in languages else ""
    return f"<q{language}>{_inside(row['shown'])}</q>"


def _table(table: Any, caption: str, study: Study) -> str:
    if isinstance(table, NotComputable):
        return on_page.missing_html(caption, table.reason)
    flat = table.assign(**{name: table[name].map(_flat) for name in table.select_dtypes(exclude="number")})
    texts = [str(name) for name in flat.columns if not pd.api.types.is_numeric_dtype(flat[name])]
    origin = study.origin_of("codings")
    return on_page.table_html(flat.to_csv(index=False), texts, caption=caption, origin=origin)


def _list(items: list[str]) -> str:
    return '<ul class="code-excerpts">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _flat(cell: Any) -> Any:
    """A text on one line, since a blank line would end the page's HTML, which turns no direction but its own."""
    return closed(" ".join(cell.split())) if isinstance(cell, str) else cell


def _inside(cell: Any) -> str:
    return html.escape(str(_flat(cell)))


def _said(cell: Any) -> str:
    return say_html(str(_flat(cell)))


def in_markdown(text: Any) -> str:
    """A text in which nothing is markup, neither Markdown nor a value to be put in."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:^&-])", lambda sign: f"&#{ord(sign[1])};", str(_flat(text)))
