"""The tables of what the article itself reports."""

from analysis.columns import SIDES, Column, Table, key, text

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
