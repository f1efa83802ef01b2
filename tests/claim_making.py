"""A small compendium whose article makes a few claims."""

import json
import re
import shutil
from pathlib import Path

from lxml.html import HtmlElement

from analysis import publish, schema
from analysis.study import open_study
from making import lay_out_book

INJECTION = "People <script>alert(1)</script> ask `each` {{ other }}."
CLAIMS = f"""claim_id,section,statement,kind,value,unit,evidence_ids,check,argument,note
c1,5,{INJECTION},interpretation,,,e1,excerpts,,
c2,4,Forty posts were read.,count,40,posts,,stated_alike,posts value=first_posts,A </template> note.
c3,3,A word of theory.,theory,,,,cited,3-gibson1979,
c4,5,Talk is shown.,interpretation,,,e1,theme_has_evidence,talk.asking,
c5,6,Teach it.,implication,,,,proposed,letters,
c6,Notes,A thing that nobody tells.,limitation,,,,judgement,,
"""
LEDGER = f"""claim_id,section,statement,kind,value,verdict,finding,evidence_ids
c1,5,{INJECTION},interpretation,,supported,By <b>one</b> excerpt.,e1
c2,4,Forty posts were read.,count,40,holds,They agree.,
c3,3,A word of theory.,theory,,reader's judgement,A reader judges.,
c4,5,Talk is shown.,interpretation,,supported,By one excerpt.,e1
c5,6,Teach it.,implication,,reader's judgement,A reader judges.,
c6,Notes,A thing that nobody tells.,limitation,,needs raw data,Ask.,
"""
CODEBOOK = """code_id,name,parent_id,level,definition,include,exclude,basis,section,colour,codable,guid
talk,Talk,,pattern,d,,,named,5,,,
talk.asking,Asking,talk,theme,d,,,named,5,,,
talk.asking.ways,Asking <i>the</i> way,talk.asking,code,d,,,named,5,,,
"""
EVIDENCE = """evidence_id,section,figure,source_post,form,speaker_side,addressee_side,languages,translated,gist,\
code_ids,note
e1,5,2,,post,host,,ja,false,Asks <u>the</u> way.,talk.asking.ways,
"""
IMPLICATIONS = """implication_id,name,proposal,themes,evidence_ids,learners,section
letters,Letters,Write letters.,talk.asking,e1,all,6
"""
CITATIONS = """citation_id,section,cited_as,reference,note
3-gibson1979,3,"Gibson, 1979",gibson1979,
3-never,3,"Never, 1980",never,
"""
COLUMNS = schema.TABLES["posts"].column_names
POSTS = f"{','.join(COLUMNS)}\n{','.join({'post_id': 'p1', 'source': 'made'}.get(name, '') for name in COLUMNS)}\n"
TABLES = {
    "claims": CLAIMS, "codebook": CODEBOOK, "evidence": EVIDENCE, "implications": IMPLICATIONS, "citations": CITATIONS,
}  # fmt: skip
SAID = """# An argument

People ask.{claim}`c1 c4` They read.{claim}`c2`

They read again.{claim}`c2` So one teaches.{claim}`c5` A shape: {verdict}`holds`.

Theory.{claim}`c3`
"""


STEP = re.compile(r"(?P<tag>[a-z]\w*)?(?P<tests>(?:[.#][\w-]+|\[[\w-]+(?:=[\w-]+)?\])*)")
TESTS = {
    ".": "contains(concat(' ', @class, ' '), ' {0} ')", "#": "@id = '{0}'", "=": "@{0} = '{1}'", "[": "@{0}",
}  # fmt: skip


def chosen(page: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements that a simple CSS selector chooses: names, classes, identifiers, attributes, one inside another."""
    return [found for one in selector.split(", ") for found in page.xpath("." + "".join(map(_step, one.split())))]


def _step(step: str) -> str:
    found = STEP.fullmatch(step)
    tests = re.findall(r"([.#\[])([\w-]+)(?:=([\w-]+))?", found["tests"])
    told = "".join(f"[{TESTS['=' if value else sign].format(name, value)}]" for sign, name, value in tests)
    return f"//{found['tag'] or '*'}{told}"


def add_claims(root: Path) -> None:
    """Give the small study an article that makes claims, and a notebook that has judged them."""
    folder, results = root / "data/liu2025", root / "results/liu2025"
    for name, content in TABLES.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    held = "".join(f"  {name}: {{file: {name}.csv, origin: published}}\n" for name in TABLES)
    settings = (folder / "study.yml").read_text(encoding="utf-8")
    (folder / "posts.csv").write_text(POSTS, encoding="utf-8")
    (folder / "study.yml").write_text(settings.replace("tables:\n", f"tables:\n{held}", 1), encoding="utf-8")
    (results / "tables/10-claims-ledger.csv").write_text(LEDGER, encoding="utf-8")
    index = json.loads((results / "index.json").read_text(encoding="utf-8"))
    texts = LEDGER.split("\n", maxsplit=1)[0].split(",")
    entry = {
        "name": "10-claims-ledger",
        "missing": "",
        "texts": texts,
        "caption": "c",
        "origin": "published",
        "digits": 2,
    }
    index["10-claims-ledger.table"] = {**entry, "notebook": "02-second"}
    (results / "index.json").write_text(json.dumps(index), encoding="utf-8")


def add_pages(root: Path) -> None:
    """Give the small book pages that tell the claims, the ledger and the map."""
    (root / "book/argument.md").write_text(SAID, encoding="utf-8")
    (root / "book/ledger.md").write_text("# The ledger\n\n```{claim-ledger}\n```\n", encoding="utf-8")
    (root / "book/map.md").write_text("# The map\n\n```{argument-map}\n```\n", encoding="utf-8")
    toc = (root / "_toc.yml").read_text(encoding="utf-8")
    added = "  - file: book/argument\n  - file: book/ledger\n  - file: book/map\n"
    (root / "_toc.yml").write_text(toc.replace("  - file: book/argument\n", added), encoding="utf-8")


def build_with_claims(root: Path, ran: Path) -> Path:
    """Build the small book that tells the claims, out of a small compendium that has run."""
    shutil.copytree(ran, root, dirs_exist_ok=True)
    lay_out_book(root)
    add_claims(root)
    add_pages(root)
    publish.build_book(open_study(root=root), say=lambda _: None)
    return root
