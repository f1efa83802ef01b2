"""A study whose every text tries to be something else: script, HTML, Markdown, MyST, a formula, another direction."""

import csv
import itertools
from pathlib import Path

import pandas as pd
import yaml

import coded
from analysis import importing
from analysis.study import Study, open_study
from analysis.tables import write_table
from making import PROJECT

CAPTURES = PROJECT / "tests/data/second"
SCRIPT = "<script>window.hit=1</script>"
RIGHT_TO_LEFT = "\u202edesrever\u2066"
FAR = "evil.invalid"
# What may stand in one line, such as a name.
IN_A_LINE = (
    SCRIPT,
    "\"><img src=x onerror='window.hit=1'>",
    "'-->]]></style></script></title></textarea><svg/onload=window.hit=1>",
    f"[press](javascript:window.hit=1) ![seen](http://{FAR}/x.png) <http://{FAR}/y>",
    "{raw:html}`<b>hit</b>` {{ 7*7 }} {{ no_such_value }} {cite}`nobody` {claim}`c999` {value}`none`",
    "**_`~~ \\ & &amp; &lt;b&gt; %s {0} {name} $x^2$ $$\\input{x}$$ ^x^ | a | b | \\u003cb\\u003e",
    f"name {RIGHT_TO_LEFT} end",
    f'=HYPERLINK("http://{FAR}/z","press")',
    "# A heading that nobody wrote",
)
# What needs lines of its own.
IN_LINES = (
    f"before\n\n```{{raw}} html\n{SCRIPT}\n```\n\nafter",
    "before\n\n:::{include} ../_config.yml\n:::\n\n# A heading that nobody wrote\n\n---\n\nafter",
    f"before\n\n<a href='javascript:window.hit=1'>press</a>\n<iframe src='http://{FAR}'></iframe>\n\n(t)=\n% after",
    "before\n\n```{eval-rst}\n.. raw:: html\n\n   <b>hit</b>\n```\n\n```{figure} http://evil.invalid/x.png\n```",
)


def hostile_study(root: Path) -> Study:
    """Lay the study out below a root that has the compendium, import its captures, and code them."""
    folder = root / "data/hostile"
    folder.mkdir(parents=True)
    (folder / "study.yml").write_text(yaml.safe_dump(_settings(), allow_unicode=True), encoding="utf-8")
    files = [_captured(root, name) for name in ("entries", "notes", "members")]
    importing.import_captures(open_study("hostile", root), files)
    study = open_study("hostile", root)
    for name, table in _coded(study).items():
        write_table(table, folder / f"coding/{name}.csv", name)
    return open_study("hostile", root)


def _settings() -> dict:
    settings = yaml.safe_load((CAPTURES / "study.yml").read_text(encoding="utf-8"))
    line = itertools.cycle(IN_A_LINE)
    settings |= {name: f"{name} {next(line)} {next(line)}" for name in ("title", "platform")}
    settings["about"] = f"about {' '.join(IN_A_LINE)} {' '.join(IN_LINES)}"
    settings["capture"] |= {"by": f"by {' '.join(IN_A_LINE)}"}
    for side in settings["sides"].values():
        side |= {"label": f"{side['label']} {next(line)}", "language_name": f"{side['language_name']} {next(line)}"}
    for decision in settings["decisions"].values():
        decision["reason"] = f"{decision['reason']} {next(line)}"
    del settings["tables"]["gists"]
    settings["tables"]["codebook"] = {"file": "coding/codebook.csv", "origin": "stand-in"}
    for name in ("codings", "memos", "history"):
        settings["tables"][name] = {"file": f"coding/{name}.csv", "origin": "stand-in"}
    for table in settings["tables"].values():
        if "file" in table:
            table["origin"] = "stand-in"
    settings["decisions"]["coding_unit"] = {"value": "text", "reason": f"None. {IN_A_LINE[1]}"}
    return settings


def _captured(root: Path, name: str) -> Path:
    """A capture of the second study with more in its texts, under a name that is no better."""
    texts = {"entries": ("heading", "body", "labels"), "notes": ("says",), "members": ("profile",)}[name]
    with (CAPTURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    several = itertools.cycle([*IN_A_LINE, *IN_LINES])
    one = itertools.cycle(IN_A_LINE)
    for row in rows:
        for text in texts:
            row[text] += f"|{next(one)}" if text == "labels" else f" {next(one if text == 'heading' else several)}"
    path = root / f"{name} <img src=x onerror=window.hit=1> {{{{ 7*7 }}}} `.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _coded(study: Study) -> dict[str, pd.DataFrame]:
    posts, comments = study.table("posts"), study.table("comments")
    codebook = open_study(root=study.root).table("codebook")
    ids = list(codebook.loc[codebook["level"] == "code", "code_id"])
    line, several = itertools.cycle(IN_A_LINE), itertools.cycle([*IN_A_LINE, *IN_LINES])
    units = [(one, "post") for one in posts["post_id"][:40]] + [(one, "comment") for one in comments["comment_id"][:60]]
    coders = [f"ann {IN_A_LINE[1]}", f"bob {IN_A_LINE[4]}"]
    rows = [
        (unit, kind, ids[(number + (coder == coders[1] and not number % 3)) % len(ids)], coder)
        for number, (unit, kind) in enumerate(units)
        for coder in coders
    ]
    count = len(rows)
    return {
        "codebook": codebook.assign(
            name=[f"{name} {next(line)}" for name in codebook["name"]], definition=" ".join(IN_A_LINE),
            include=[next(several) for _ in codebook["name"]], exclude=[next(several) for _ in codebook["name"]],
        ),
        "codings": coded.frame(
            "codings", coding_id=[f"k{n}" for n in range(count)], unit_id=[row[0] for row in rows],
            unit_type=[row[1] for row in rows], code_id=[row[2] for row in rows], coder=[row[3] for row in rows],
            round=[1] * count, memo=[next(several) for _ in rows], source=["x"] * count,
        ),
        "memos": coded.frame(
            "memos", memo_id=["m1", "m2"], about=["code", "code"], about_id=ids[:2], text=list(IN_LINES[:2]),
            coder=coders, source=["x"] * 2,
        ),
        "history": coded.frame(
            "history", change_id=["h1"], round=[1], change=["redefine"], code_id=[ids[0]], by=[coders[0]],
            decided_at=["2025-02-01"], why=[" ".join(IN_A_LINE)],
        ),
    }  # fmt: skip
