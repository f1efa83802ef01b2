"""The book in a further language: a copy of its sources in which all that Sphinx cannot translate is translated.

These are the titles in the margin, the results in the executed notebooks, and the pages of the codes. The prose is put
in by Sphinx, out of catalogues that are compiled here.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from babel.messages.mofile import write_mo

from analysis import on_page
from analysis.languages import CONTENTS, catalogue_files, entries_in, folder_of, read_catalogue, wording_of
from analysis.study import Study
from analysis.wording import Wording, speaking

IN_SPHINX = ("nb_code_prompt_show", "nb_code_prompt_hide")


@dataclass(frozen=True)
class Edition:
    """The book in one language: its sources, its contents, and where it lies below the built book."""

    source: Path
    toc: Path
    below: str = ""


def lay_out(study: Study, language: str, first: Edition, pages: Mapping[str, str]) -> Edition:
    """Lay out the sources of a further language beside those of the first; `pages` are the codes', by their place."""
    stage = study.root / "_build" / f".{study.name}.{language}.source"
    shutil.rmtree(stage, ignore_errors=True)
    without = shutil.ignore_patterns("__pycache__", "locales", *(["replication"] if study.is_original else []))
    shutil.copytree(first.source / "book", stage / "book", ignore=without)
    shutil.copytree(study.results, stage / "results" / study.name)
    if study.is_original and (published := study.folder / "published").is_dir():
        # Its pages offer these tables; another study's data are offered to nobody.
        shutil.copytree(published, stage / "data" / study.name / "published")
    for place, page in pages.items():
        (stage / place).write_text(page, encoding="utf-8")
    told = entries_in(study.root, language, CONTENTS)
    _lay_out_contents(study, language, first, stage, lambda text: told.get(text) or text)
    _retell_notebooks(stage / "results" / study.name / "notebooks", wording_of(study.root, language))
    _compile(study, language, stage / "locale" / language / "LC_MESSAGES")
    return Edition(stage, stage / "_toc.yml", folder_of(language))


def reworded_config(config: dict[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    """The book's settings with every text in them that a reader sees said by `say`."""
    sphinx = dict(config["sphinx"]["config"])
    shown = {name: say(sphinx[name]) for name in IN_SPHINX if name in sphinx}
    theme = dict(sphinx.get("html_theme_options", {}))
    theme |= {name: say(theme[name]) for name in ("search_bar_text",) if name in theme}
    page = dict(config.get("html", {}))
    page |= {name: say(page[name]) for name in ("extra_footer",) if name in page}
    named = {name: say(config[name]) for name in ("title", "author")}
    together = sphinx | shown | {"html_theme_options": theme}
    return config | named | {"html": page, "sphinx": config["sphinx"] | {"config": together}}


def reworded_toc(toc: dict[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    """A table of contents with its captions and titles said by `say`."""
    told: dict[str, Any] = {}
    for key, value in toc.items():
        if isinstance(value, list):
            told[key] = [reworded_toc(item, say) for item in value]
        else:
            told[key] = say(value) if key in ("caption", "title") else value
    return told


def dumped(content: Any) -> str:
    """Settings as YAML."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _lay_out_contents(study: Study, language: str, first: Edition, stage: Path, say: Callable[[str], str]) -> None:
    config = reworded_config(yaml.safe_load((first.source / "_config.yml").read_text(encoding="utf-8")), say)
    config["sphinx"]["config"] |= {"language": language, "locale_dirs": ["locale"], "compendium_root": str(study.root)}
    (stage / "_config.yml").write_text(dumped(config), encoding="utf-8")
    toc = reworded_toc(yaml.safe_load(first.toc.read_text(encoding="utf-8")), say)
    (stage / "_toc.yml").write_text(dumped(toc), encoding="utf-8")


def _retell_notebooks(folder: Path, wording: Wording) -> None:
    """Show the results in executed notebooks anew, in a language."""
    with speaking(wording):
        for path in sorted(folder.glob("*.ipynb")):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                for output in cell.get("outputs", []):
                    on_page.retell(output.get("data", {}))
            path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def _compile(study: Study, language: str, folder: Path) -> None:
    """Compile the catalogue of each page under the name that the page has in this study's book."""
    places = {"notebooks": f"results/{study.name}/notebooks", "book" if study.is_original else "replication": "book"}
    for name, path in catalogue_files(study.root, language).items():
        kind, _, page = name.partition("/")
        if page and kind in places:
            compiled = folder / places[kind] / f"{page}.mo"
            compiled.parent.mkdir(parents=True, exist_ok=True)
            with compiled.open("wb") as file:
                write_mo(file, read_catalogue(path))
