"""The canonical tables: their columns, what each means, and the check that every table passes.

One list of columns serves the reader, the writer, the check and `datapackage.json`. Identifiers are text.
Times are UTC. A value that the capture lacks is missing, never 0 and never an empty text.
"""

from functools import partial
from typing import Literal

import pandas as pd

from analysis.columns import Column, Table, as_texts, as_values, counts, fits, key, problem, text
from analysis.errors import TableError, nearest

# What the rows of a table are worth as evidence.
Origin = Literal["published", "stand-in", "captured"]
ORIGINS: tuple[Origin, ...] = ("published", "stand-in", "captured")

SIDES = ("newcomer", "host")
UNIT_TYPES = ("screenshot", "post", "comment")
SOURCE = text("source", "which capture or generator the row comes from", required=True)

POSTS = Table(
    "posts",
    "a post",
    ("post_id",),
    (
        key("post_id", "identifier of the post"),
        text("creator_id", "account that published the post", refers_to="creators"),
        text("title", "title as captured"),
        text("text", "text as captured, with its markup"),
        Column("hashtags", "list", "hashtags without the sign, separated by spaces"),
        Column("published_at", "time", "when the post was published", unit="UTC"),
        text("published_from", "where published_at comes from", among=("captured", "post_id")),
        Column("collected_at", "time", "when the post was captured", unit="UTC"),
        *counts("likes", "likes"),
        *counts("collects", "saves to a collection"),
        *counts("comments_count", "comments that the platform says the post has"),
        *counts("shares", "shares"),
        Column("search_rank", "integer", "place in the search results, 1 is the first"),
        text("query", "what was searched for when the post was found"),
        text("language", "language of title and text: a side's language, mixed, other or none"),
        text("media", "what the post shows besides text", among=("image", "video", "none")),
        text("place", "where the platform says the author was; missing unless study.yml keeps places"),
        Column("images", "list", "addresses of its images; missing unless study.yml keeps images"),
        text("url", "address of the post; missing unless study.yml keeps addresses"),
        SOURCE,
    ),
)
COMMENTS = Table(
    "comments",
    "a comment or a reply to one",
    ("comment_id",),
    (
        key("comment_id", "identifier of the comment"),
        Column("post_id", "text", "post under which it stands", required=True, refers_to="posts"),
        text("parent_comment_id", "comment that it answers; missing for a comment on the post itself"),
        text("author_id", "account that wrote it", refers_to="creators"),
        text("text", "text as captured", required=True),
        *counts("likes", "likes"),
        *counts("replies_count", "replies that the platform says the comment has"),
        Column("created_at", "time", "when it was written", unit="UTC"),
        text("language", "language of the text: a side's language, mixed, other or none"),
        text("place", "where the platform says the author was; missing unless study.yml keeps places"),
        SOURCE,
    ),
)
CREATORS = Table(
    "creators",
    "an account that wrote a post or a comment",
    ("creator_id",),
    (
        key("creator_id", "identifier of the account"),
        text("side", "newcomer or host, as the account describes itself", among=SIDES),
        text("self_description", "how the account describes itself"),
        SOURCE,
    ),
)
SCREENSHOTS = Table(
    "screenshots",
    "a screenshot of a post and its comments",
    ("screenshot_id",),
    (
        key("screenshot_id", "identifier of the screenshot"),
        Column("post_id", "text", "post that it shows", required=True, refers_to="posts"),
        Column("shows", "list", "post and comments whose text is seen on it, separated by spaces"),
        text("path", "image file, from the study's folder; missing where no image exists"),
        text("sha256", "checksum of the image file"),
        Column("width", "integer", "width of the image", unit="pixels"),
        Column("height", "integer", "height of the image", unit="pixels"),
        Column("captured_at", "time", "when it was taken", unit="UTC"),
        SOURCE,
    ),
)
CODEBOOK = Table(
    "codebook",
    "a pattern, theme or code",
    ("code_id",),
    (
        key("code_id", "identifier: pattern, pattern.theme or pattern.theme.code"),
        text("name", "name as shown", required=True),
        text("parent_id", "the pattern of a theme, the theme of a code", refers_to="codebook"),
        text("level", "where it stands in the tree", required=True, among=("pattern", "theme", "code")),
        text("definition", "what it means, in our words", required=True),
        text("include", "when to give it"),
        text("exclude", "when not to give it"),
        text("basis", "whether the article names it or it was reconstructed from the findings", required=True,
             among=("named", "reconstructed", "own")),
        text("section", "section of the article it comes from"),
    ),
)  # fmt: skip
CODINGS = Table(
    "codings",
    "one coder gives one code to one span of one unit",
    ("coding_id",),
    (
        key("coding_id", "identifier of the coding"),
        text("unit_id", "post, comment or screenshot that is coded", required=True),
        text("unit_type", "what the unit is", required=True, among=UNIT_TYPES),
        Column(
            "start", "integer", "first character of the span; missing when the whole unit is coded", unit="codepoints"
        ),
        Column("end", "integer", "character after the span; missing when the whole unit is coded", unit="codepoints"),
        Column("code_id", "text", "code that is given", required=True, refers_to="codebook"),
        text("coder", "who gave it", required=True),
        Column("round", "integer", "round of coding, from 1", required=True),
        Column("coded_at", "time", "when it was given", unit="UTC"),
        text("memo", "the coder's note"),
        SOURCE,
    ),
)
READINGS = Table(
    "readings",
    "one coder reads one screenshot in one round, whether or not a code is given",
    ("coder", "round", "screenshot_id"),
    (
        key("coder", "who read it"),
        Column("round", "integer", "round of coding, from 1", required=True),
        Column("screenshot_id", "text", "what was read", required=True, refers_to="screenshots"),
        Column(
            "position", "integer", "place in the order in which this coder read in this round, from 1", required=True
        ),
        SOURCE,
    ),
)
GISTS = Table(
    "gists",
    "what a captured post or comment says, told by a coder",
    ("unit_id",),
    (
        key("unit_id", "identifier of the post or comment"),
        text("gist", "what it says, in the coder's words", required=True),
        text("coder", "who wrote the gist"),
    ),
)
MEASURES = (
    "read", "dropped", "merged", "kept", "filled", "language", "approximate", "unreadable count", "date from id",
    "comments promised", "comments captured", "replies captured", "replies without parent", "first", "last", "caveat",
    "checksum",
)  # fmt: skip
IMPORTS = Table(
    "imports",
    "one count or statement of the report on what was imported",
    ("capture", "table", "measure", "item"),
    (
        key("capture", "format and first digits of the checksum of a capture file, or `all` for the corpus"),
        key("table", "table that the records belong to: posts, comments, creators, or `file`"),
        text("measure", "what is counted or stated", required=True, among=MEASURES, is_key=True),
        key("item", "column, language, reason for dropping, or number of a caveat; `records` where all are counted"),
        Column("count", "integer", "how many"),
        text("value", "a day, a checksum or a sentence, where the measure is no number"),
        text("format", "format in which the capture was read"),
    ),
)
HASHTAGS = Table(
    "hashtags",
    "a hashtag that the article tracked",
    ("hashtag",),
    (
        key("hashtag", "hashtag without the sign"),
        Column("posts", "integer", "posts under it", unit="posts", required=True),
        text("posts_printed", "the number as the article prints it", required=True),
        Column("views", "integer", "views of them", unit="views", required=True),
        text("views_printed", "the number as the article prints it", required=True),
        Column("read_on", "date", "day on which the article's authors read the numbers", required=True),
        text("role", "whether the search began with it or found it later", required=True, among=("first", "added")),
        text("section", "where the article says so", required=True),
    ),
)
SAMPLE = Table(
    "sample",
    "one place in which the article states one measure of its sample",
    ("statement_id",),
    (
        key("statement_id", "identifier of the statement"),
        text("measure", "what is counted or named", required=True),
        text("value", "the value; missing where the article leaves it open"),
        text("qualifier", "how the value is meant", required=True,
             among=("exactly", "more than", "about", "named", "not stated")),
        text("unit", "unit of the value"),
        text("section", "where the article says so", required=True),
        text("note", "what a reader should know"),
    ),
)  # fmt: skip
CRITERIA = Table(
    "criteria",
    "one condition of the article's selection criteria, as something to compute",
    ("criterion_id",),
    (
        key("criterion_id", "identifier of the condition"),
        Column("criterion", "integer", "which of the article's criteria it belongs to", required=True),
        text("statement", "what the article asks for, in our words", required=True),
        text("measure", "column or measure that decides it", required=True),
        text("decision", "cut-off in study.yml that sets the threshold", required=True),
        text("left_open", "what the article does not say and a rerun has to choose", required=True),
        text("section", "where the article says so", required=True),
    ),
)
EVIDENCE = Table(
    "evidence",
    "an excerpt or figure that the article shows",
    ("evidence_id",),
    (
        key("evidence_id", "identifier of the evidence"),
        text("section", "where the article shows it", required=True),
        text("figure", "number of the figure it belongs to, with left or right"),
        Column("source_post", "integer", "post number that the article gives"),
        text("form", "what it is", required=True, among=("figure", "post", "title", "comment", "chat", "hashtags")),
        text("speaker_side", "who speaks", among=(*SIDES, "both")),
        text("addressee_side", "who is spoken to", among=(*SIDES, "both")),
        Column("languages", "list", "languages in which it is shown", required=True),
        Column("translated", "boolean", "whether the article adds a translation", required=True),
        text("gist", "what it says, in our words", required=True),
        Column("code_ids", "list", "codes that it supports", required=True, refers_to="codebook"),
        text("note", "what a reader should know"),
    ),
)
CLAIM_KINDS = ("count", "date", "quotation-backed", "interpretation", "theory", "implication", "limitation")
CLAIMS = Table(
    "claims",
    "one claim of the article",
    ("claim_id",),
    (
        key("claim_id", "identifier of the claim"),
        text("section", "where the article makes it", required=True),
        text("statement", "the claim, in our words", required=True),
        text("kind", "what kind of claim it is", required=True, among=CLAIM_KINDS),
        text("value", "the number, date or name that it states"),
        text("unit", "unit of the value"),
        Column("evidence_ids", "list", "evidence that the article gives for it", refers_to="evidence"),
        text("check", "name of the check that decides it", required=True),
        text("argument", "what the check is applied to"),
        text("note", "what a reader should know"),
    ),
)
IMPLICATIONS = Table(
    "implications",
    "a bridging activity that the article proposes",
    ("implication_id",),
    (
        key("implication_id", "identifier of the proposal"),
        text("name", "name of the activity, ours", required=True),
        text("proposal", "what the article proposes, in our words", required=True),
        Column("themes", "list", "themes that it builds on", required=True, refers_to="codebook"),
        Column("evidence_ids", "list", "evidence that it starts from", refers_to="evidence"),
        text("learners", "for whom", required=True),
        text("section", "where the article proposes it", required=True),
    ),
)
CHRONOLOGY = Table(
    "chronology",
    "a date of the article or of the events",
    ("event_id",),
    (
        key("event_id", "identifier of the event"),
        Column("date", "date", "day, or first day", required=True),
        Column("until", "date", "last day, where the event lasted"),
        text("event", "what happened, in our words", required=True),
        text("thread", "which story it belongs to", required=True, among=("article", "data", "events")),
        text("section", "where the article says so", required=True),
    ),
)
CITATIONS = Table(
    "citations",
    "one work cited in one section of the article",
    ("citation_id",),
    (
        key("citation_id", "identifier of the citation"),
        text("section", "section that cites it", required=True),
        text("cited_as", "author and year as printed in the text", required=True),
        text("reference", "key of the entry in references.bib; missing where the list has none"),
        text("note", "how text and list differ"),
    ),
)
REFERENCES = Table(
    "references",
    "one entry of the article's printed reference list",
    ("reference",),
    (
        key("reference", "key of the entry in references.bib"),
        Column("position", "integer", "place in the printed list, from 1", required=True),
        text("authors_printed", "authors as printed", required=True),
        text("year_printed", "year as printed", required=True),
        text("address_printed", "DOI or address as printed"),
        text("problem", "what is wrong or cannot be resolved in the printed entry"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        POSTS, COMMENTS, CREATORS, SCREENSHOTS, CODEBOOK, CODINGS, READINGS, GISTS, IMPORTS,
        HASHTAGS, SAMPLE, CRITERIA, EVIDENCE, CLAIMS, IMPLICATIONS, CHRONOLOGY, CITATIONS, REFERENCES,
    )
}  # fmt: skip


def empty(name: str) -> pd.DataFrame:
    """A table of that name without rows, its columns typed."""
    return typed(pd.DataFrame(columns=TABLES[name].column_names, dtype="str"), name)


def check(table: pd.DataFrame, name: str, *, where: str, lines: list[int] | None = None) -> None:
    """Check a table of texts, gather every problem, and raise once.

    `where` is the file as the user knows it, `lines` the line of each row in it.
    Raises `TableError` that names each missing, unknown or doubled column, each cell of the wrong kind and
    each identifier that stands twice.
    """
    rows = lines or list(range(2, len(table) + 2))
    problems = [*_columns_that_differ(table, name)]
    if not problems:
        problems = [*_cells_that_do_not_fit(table, name, rows), *_keys_that_repeat(table, name, rows)]
    if problems:
        told = "\n".join(f"{where}{problem}" for problem in problems)
        raise TableError(f"{told}\nCorrect {where}, then run the same command again.")


def typed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Turn a checked table of texts into its types; columns in canonical order."""
    return pd.DataFrame(
        {column.name: as_values(table[column.name], column.kind) for column in TABLES[name].columns},
        index=table.index,
    )


def as_text(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Turn a typed table into the texts that stand in a file; missing stays missing."""
    known = TABLES[name]
    columns = {
        column: as_texts(table[column], known.column(column).kind) if column in known.column_names else table[column]
        for column in table.columns
    }
    return pd.DataFrame(columns, index=table.index)


def words(cell: object) -> list[str]:
    """The parts of a list cell; none when it is missing."""
    return cell.split() if isinstance(cell, str) else []


def _columns_that_differ(table: pd.DataFrame, name: str) -> list[str]:
    known = TABLES[name].column_names
    missing = [column for column in known if column not in table.columns]
    unknown = [column for column in table.columns if column not in known]
    doubled = sorted(set(table.columns[table.columns.duplicated()]))
    found = f" Found: {', '.join(map(str, table.columns))}." if missing else ""
    return (
        [f": column '{column}' is missing.{nearest(column, unknown)}{found}" for column in missing]
        + [f": column '{column}' is not a column of {name}.{nearest(str(column), known)}" for column in unknown]
        + [f": column '{column}' stands twice." for column in doubled]
    )


def _cells_that_do_not_fit(table: pd.DataFrame, name: str, lines: list[int]) -> list[str]:
    """Every cell that is empty where it must not be, or not of its column's kind."""
    # Pandera takes longer to load than the other steps take to run: only a table with rows needs it.
    import pandera.pandas as pandera

    rules = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                checks=pandera.Check(partial(fits, column=column)), nullable=not column.required
            )
            for column in TABLES[name].columns
        }
    )
    try:
        rules.validate(table.reset_index(drop=True), lazy=True)
    except pandera.errors.SchemaErrors as failure:
        cases = failure.failure_cases.dropna(subset=["index"]).sort_values(["index", "column"], kind="stable")
        return [
            f", line {lines[int(case['index'])]}: {problem(TABLES[name].column(case['column']), case['failure_case'])}"
            for case in cases.to_dict("records")
        ]
    return []


def _keys_that_repeat(table: pd.DataFrame, name: str, lines: list[int]) -> list[str]:
    key_columns = list(TABLES[name].key)
    first: dict[tuple[object, ...], int] = {}
    problems = []
    for identifier, line in zip(table[key_columns].itertuples(index=False, name=None), lines, strict=True):
        if identifier in first:
            shown = " / ".join(map(str, identifier))
            problems.append(
                f", line {line}: {' / '.join(key_columns)} '{shown}' stands already in line {first[identifier]}."
            )
        else:
            first[identifier] = line
    return problems
