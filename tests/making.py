"""What the tests make and read: notebooks and folders."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat

PROJECT = Path(__file__).resolve().parent.parent

FIRST = """
from analysis.results import record, show_figure, show_table
from analysis.study import open_study

this = open_study(study)
hashtags = this.table("hashtags")
"""
SHOW = """
show_table("01-first-hashtags", hashtags[["hashtag", "posts"]], caption="The tags.", origin="published")
record("first_posts", hashtags["posts"].sum(), unit="posts", origin=this.origin_of("hashtags"))
"""
SECOND = """
from analysis.figures import style
from analysis.results import record, show_figure
from analysis.study import open_study

this = open_study(study)
tags = this.result("01-first-hashtags")
many = tags["posts"] > this.decide("min_comments", min_comments)
figure, axes = style.new_figure()
axes.bar(tags["hashtag"], tags["posts"], color=style.BLUE)
show_figure("02-second-tags", style.finish(figure), caption="Bars.", alt="Two bars", origin="published")
record("second_many", int(many.sum()), unit="hashtags", origin="published")
"""


def make_notebook(path: Path, parameters: str, *cells: str) -> None:
    code = [nbformat.v4.new_code_cell(cell.strip(), id=f"code-{n}") for n, cell in enumerate(cells)]
    tagged = nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    title = nbformat.v4.new_markdown_cell(f"# {path.stem}", id="title")
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[title, tagged, *code], metadata=kernel)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


LANGUAGES = re.compile(r"(?m)^( *compendium_languages: )\{(\w+: \w+), .*\}$")


def copy_project(root: Path, names: Iterable[str], *, every_language: bool = False) -> Path:
    """Copy parts of the project; its book is built in the first language alone unless all are asked for."""
    for name in names:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        copy(PROJECT / name, root / name)
    config = root / "_config.yml"
    if config.is_file() and not every_language:
        told, found = LANGUAGES.subn(r"\1{\2}", config.read_text(encoding="utf-8"))
        assert found == 1, "_config.yml does not name the languages in one line"
        config.write_text(told, encoding="utf-8")
    return root


INDEX = """# A small book

There were {{ first_posts }} posts, and {{ second_many }} many tags, said {zh}`大家`.

```{result-figure} 02-second-tags
```

```{result-table} 01-first-hashtags
```

```{data-table} hashtags
:where: hashtag~first
:columns: hashtag views
```
"""
TOC = """format: jb-book
root: book/index
chapters:
  - file: book/argument
  - file: results/liu2025/notebooks/01-first
  - file: results/liu2025/notebooks/02-second
"""


def lay_out_book(root) -> None:
    for folder in ("_ext", "_static", "_templates"):
        shutil.copytree(PROJECT / "book" / folder, root / "book" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "book/references.bib").write_text("")
    (root / "book/index.md").write_text(INDEX, encoding="utf-8")
    (root / "book/argument.md").write_text("# An argument\n\nNothing is counted here.\n")
    (root / "_toc.yml").write_text(TOC)
