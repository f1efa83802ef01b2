"""The tables of coding: the codebook and its history, who read what and gave which code, and what came with it."""

from analysis.columns import SOURCE, Column, Table, key, text

UNIT_TYPES = ("screenshot", "post", "comment", "document")
CODEBOOK = Table(
    "codebook",
    "a pattern, theme or code",
    ("code_id",),
    (
        key("code_id", "identifier: pattern, pattern.theme or pattern.theme.code"),
        text("name", "name as shown", required=True),
        text("parent_id", "the pattern of a theme, the theme of a code", refers_to="codebook"),
        text("level", "where it stands in the tree", required=True, among=("pattern", "theme", "code")),
        text("definition", "what it means, in our words"),
        text("include", "when to give it"),
        text("exclude", "when not to give it"),
        text("basis", "whether the article names it or it was reconstructed from the findings", required=True,
             among=("named", "reconstructed", "own")),
        text("section", "section of the article it comes from"),
        text("colour", "colour in which coding programs show it, such as #4e79a7"),
        Column("codable", "boolean", "whether it may be given itself; missing where its level decides: a code may"),
        text("guid", "identifier that it has in coding programs; missing where it was never in one"),
    ),
)  # fmt: skip
CODINGS = Table(
    "codings",
    "one coder gives one code to one span of one unit",
    ("coding_id",),
    (
        key("coding_id", "identifier of the coding"),
        text("unit_id", "post, comment, screenshot or document that is coded", required=True),
        text("unit_type", "what the unit is", required=True, among=UNIT_TYPES),
        Column(
            "start", "integer", "first character of the span; missing when the whole unit is coded", unit="codepoints"
        ),
        Column("end", "integer", "character after the span; missing when the whole unit is coded", unit="codepoints"),
        text("code_id", "code that is given, by the codebook of its round", required=True, is_key=True),
        text("coder", "who gave it", required=True),
        Column("round", "integer", "round of coding, from 1", required=True),
        Column("coded_at", "time", "when it was given", unit="UTC"),
        text("memo", "the coder's note"),
        Column("page", "integer", "page of a document that is coded, from 1"),
        Column("left", "number", "left edge of the coded part of a picture or page", unit="pixels, of a page points"),
        Column("top", "number", "its top edge", unit="pixels, of a page points"),
        Column("right", "number", "its right edge", unit="pixels, of a page points"),
        Column("bottom", "number", "its bottom edge", unit="pixels, of a page points"),
        Column("begin", "integer", "where the coded part of a recording begins", unit="milliseconds"),
        Column("finish", "integer", "where it ends", unit="milliseconds"),
        SOURCE,
    ),
)
READINGS = Table(
    "readings",
    "one coder reads one unit in one round, whether or not a code is given",
    ("coder", "round", "unit_id"),
    (
        key("coder", "who read it"),
        Column("round", "integer", "round of coding, from 1", required=True),
        text("unit_id", "screenshot, post, comment or document that was read", required=True, is_key=True),
        Column(
            "position", "integer", "place in the order in which this coder read in this round, from 1", required=True
        ),
        Column(
            "again",
            "boolean",
            "true where only split codes were looked at again; missing where all was read",
            is_later=True,
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
DOCUMENTS = Table(
    "documents",
    "a source of a coded project that is no post, comment or screenshot of the corpus",
    ("unit_id",),
    (
        key("unit_id", "identifier of the source in the project that it came with"),
        text("name", "its name there", required=True),
        text("kind", "what it is", required=True, among=("text", "picture", "pdf", "audio", "video")),
        text("text", "its text, or the transcript of a recording"),
        text("path", "its file, from the study's folder; missing where the project left it out"),
        text("sha256", "checksum of the file"),
        text("description", "what the project says of it"),
        SOURCE,
    ),
)
MEMOS = Table(
    "memos",
    "a note that somebody wrote while coding",
    ("memo_id",),
    (
        key("memo_id", "identifier of the note"),
        text("about", "what it is about", required=True, among=("project", "code", "unit", "coding", "case")),
        text("about_id", "identifier of what it is about; missing for a note on the project"),
        text("text", "the note", required=True),
        text("coder", "who wrote it"),
        Column("written_at", "time", "when it was written", unit="UTC"),
        SOURCE,
    ),
)
CASES = Table(
    "cases",
    "somebody or something that several units belong to",
    ("case_id",),
    (
        key("case_id", "identifier of the case"),
        text("name", "its name", required=True),
        Column("units", "list", "units that belong to it, separated by spaces"),
        SOURCE,
    ),
)
ATTRIBUTES = Table(
    "attributes",
    "the value of one variable of a unit or a case",
    ("about_id", "variable"),
    (
        key("about_id", "unit or case that has the value"),
        text("variable", "name of the variable", required=True, is_key=True),
        text("kind", "kind of its values", required=True,
             among=("text", "boolean", "integer", "number", "date", "time")),
        text("value", "the value"),
        SOURCE,
    ),
)  # fmt: skip
CHANGES = ("add", "rename", "redefine", "move", "merge", "split", "remove")
HISTORY = Table(
    "history",
    "one change to the codebook between two rounds of coding",
    ("change_id",),
    (
        key("change_id", "identifier of the change"),
        Column("round", "integer", "round of coding from which on it holds", required=True),
        text("change", "what was done", required=True, among=CHANGES),
        text("code_id", "code that was changed; for an added code the code itself", required=True),
        Column(
            "becomes",
            "list",
            "codes that take its place; several after a split, separated by spaces; missing when it was removed",
        ),
        text("by", "who decided it", required=True),
        Column("decided_at", "time", "when it was decided; a plain date will do", unit="UTC", may_be_date=True),
        text("why", "why, in a sentence", required=True),
    ),
)
ASSIGNMENTS = Table(
    "assignments",
    "one unit given to one coder to code",
    ("coder", "round", "unit_id"),
    (
        key("coder", "who shall code it"),
        Column("round", "integer", "round of coding, from 1", required=True),
        text("unit_id", "post, comment or screenshot to be coded", required=True, is_key=True),
        Column("position", "integer", "place in the coder's package, from 1", required=True),
        Column("shared", "boolean", "whether every coder was given it", required=True),
        Column("seed", "integer", "what decided the drawing", required=True),
    ),
)
CODED_MEASURES = (
    "program", "codes", "sources", "codings", "coders", "cases", "memos", "matched", "document", "on the text",
    "off the text", "counting", "alternative", "repair", "lost", "repeated", "replaced", "no longer", "superseded",
    "new code", "joined", "readings", "checksum",
)  # fmt: skip
CODED = Table(
    "coded",
    "one count or statement of the report on codings that were imported",
    ("file", "measure", "item"),
    (
        key("file", "format and first digits of the checksum of a file, or `all`"),
        text("measure", "what is counted or stated", required=True, among=CODED_MEASURES, is_key=True),
        key("item", "what it is about; `all` where everything is counted"),
        Column("count", "integer", "how many"),
        text("value", "a statement, where the measure is no number"),
        text("format", "format in which the file was read"),
    ),
)
