"""How each page says what to cite: in words, in BibTeX, and in the forms that machines read.

The compendium is cited as `CITATION.cff` describes it, the article as that file and `references.bib` do, and a study
of one's own as its study.yml does.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import yaml
from compendium_metadata import Told, json_ld, metatags_of
from compendium_values import study_of
from compendium_words import labels
from sphinx.application import Sphinx
from sphinx.config import Config

from analysis.study import Study

PLAIN = str.maketrans("", "", "{}")


@dataclass(frozen=True)
class Work:
    """What can be cited: as the parts that every form of a citation is made of."""

    kind: str
    key: str
    title: str
    # Family and given names; an organisation or a team has no given name.
    authors: tuple[tuple[str, str], ...]
    year: str
    # What else BibTeX is told, such as journal, volume or doi.
    more: tuple[tuple[str, str], ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """The further parts by their names."""
        return dict(self.more)

    @property
    def address(self) -> str:
        """Where the work is, when that is known."""
        doi = self.fields.get("doi", "")
        return f"https://doi.org/{doi}" if doi else self.fields.get("url", "")


def setup_cite(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.connect("config-inited", offer_citations)
    # Before the theme, which drops parts of the page that are empty; the tags after it, because they are added to its.
    app.connect("html-page-context", cite, priority=400)
    app.connect("html-page-context", tell_machines, priority=910)
    app.add_js_file("cite.js", loading_method="defer")


def offer_citations(app: Sphinx, config: Config) -> None:
    """Put what to cite below each article, and the licences below each page."""
    config.html_theme_options.setdefault("article_footer_items", ["cite.html"])
    config.html_theme_options.setdefault("footer_content_items", ["author.html", "extra-footer.html", "licences.html"])


def cite(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page what it says of how to cite it, and the licences."""
    told = labels(app, "cite")
    works = _works(app) if doctree is not None else {}
    context["cite_words"] = told
    context["licences"] = licences_of(study_of(app.config).root)
    context["citations"] = [
        {"name": told[role], "apa": apa(work), "bibtex": bibtex(work)} for role, work in works.items()
    ]


def tell_machines(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page the tags by which machines know it."""
    works = _works(app) if doctree is not None else {}
    if works:
        title = unescape(re.sub(r"<[^>]*>", "", str(context.get("title", ""))))
        shown = Told(page, title, str(app.config.language), str(context.get("pageurl") or ""))
        links = re.findall(r'href="([^"]*_downloads/[^"]+)"', str(context.get("body", "")))
        tags = metatags_of(works, shown) + json_ld(study_of(app.config), works, shown, links)
        context["metatags"] = context.get("metatags", "") + tags


def _works(app: Sphinx) -> dict[str, Work]:
    return works_of(study_of(app.config), str(app.config.html_theme_options.get("repository_url") or ""))


def works_of(study: Study, address: str) -> dict[str, Work]:
    """What is cited for a study: the study itself where it is not the article's, the article, the compendium."""
    described = _described(study.root / "CITATION.cff")
    if not described:
        return {}
    works = {} if study.is_original else {"study": _study_work(study, address)}
    for reference in described.get("references", [])[:1]:
        works["article"] = _article(reference, study.root / "book" / "references.bib")
    return works | {"compendium": _compendium(described, address)}


def licences_of(root: Path) -> list[dict[str, str]]:
    """The licences that `CITATION.cff` names, and what each is of."""
    named = _described(root / "CITATION.cff").get("license", [])
    parts = zip(("software", "rest"), [named] if isinstance(named, str) else named, strict=False)
    return [{"of": part, "name": name, "address": f"https://spdx.org/licenses/{name}.html"} for part, name in parts]


def bibtex(work: Work) -> str:
    """A work in BibTeX.

    >>> print(bibtex(Work("misc", "li2025", "A study", (("Li", "An"),), "2025")))
    @misc{li2025,
      author = {Li, An},
      title = {A study},
      year = {2025},
    }
    """
    names = [f"{family}, {given}" if given else f"{{{family}}}" for family, given in work.authors]
    fields = {"author": " and ".join(names), "title": work.title, "year": work.year, **work.fields}
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{work.kind}{{{work.key},", *lines, "}"])


def apa(work: Work) -> str:
    """A work in the style of the American Psychological Association, as plain text.

    >>> apa(Work("misc", "li2025", "{A} study", (("Li", "An Mei"), ("Wu", "Bo")), "2025", (("doi", "10.1/x"),)))
    'Li, A. M., & Wu, B. (2025). A study. https://doi.org/10.1/x'
    """
    names = [f"{family}, {_initials(given)}" if given else family for family, given in work.authors]
    last = f", & {names[-1]}" if len(names) > 1 else ""
    authors = (", ".join(names[:-1]) + last) if last else "".join(names)
    version = f" (Version {work.fields['version']}) [Computer software]" if "version" in work.fields else ""
    parts = [f"{authors.rstrip('.')}. ({work.year or 'n.d.'})", f"{work.title.translate(PLAIN)}{version}", _venue(work)]
    return " ".join([*(f"{part}." for part in parts if part), work.address]).strip()


def _venue(work: Work) -> str:
    """Where a work was published, as far as it is known."""
    fields = work.fields
    number = f"({fields['number']})" if "number" in fields else ""
    pages = fields.get("pages", "").replace("--", "–")
    volume = f"{fields.get('volume', '')}{number}"
    return ", ".join(part for part in (fields.get("journal", "").translate(PLAIN), volume, pages) if part)


def _initials(given: str) -> str:
    return " ".join(f"{name[0]}." for name in given.split())


@cache
def _described(path: Path) -> dict[str, Any]:
    """What `CITATION.cff` says; nothing where there is none."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}


def _compendium(described: dict[str, Any], address: str) -> Work:
    year = str(described.get("date-released", ""))[:4]
    more = {"version": str(described.get("version", "")), "doi": described.get("doi", ""), "url": address}
    authors = _people(described.get("authors", []))
    return Work("software", f"compendium{year}", str(described["title"]), authors, year, _known(more))


def _article(reference: dict[str, Any], bibliography: Path) -> Work:
    """The article, with what the bibliography knows of it beyond `CITATION.cff`."""
    key, kind, fields = _entry(bibliography, str(reference["title"]))
    authors, year = _people(reference.get("authors", [])), str(reference.get("year", ""))
    told = {name: str(reference[name]) for name in ("journal", "volume", "doi", "url") if name in reference}
    more = {name: value for name, value in fields.items() if name not in {"author", "title", "year", "note"}} | told
    return Work(
        kind, key or f"article{year}", fields.get("title", str(reference["title"])), authors, year, _known(more)
    )


@cache
def _entry(bibliography: Path, title: str) -> tuple[str, str, dict[str, str]]:
    """The entry of a title in the bibliography: its key, its kind and its fields."""
    from pybtex.database import parse_file

    entries = (
        parse_file(str(bibliography), bib_format="bibtex", encoding="utf-8").entries if bibliography.is_file() else {}
    )
    for key, entry in entries.items():
        if entry.fields.get("title", "").translate(PLAIN) == title:
            return key, entry.type, dict(entry.fields)
    return "", "misc", {}


def _study_work(study: Study, address: str) -> Work:
    authors = tuple((name, "") for name in study.authors) or (("The study's authors", ""),)
    title = " ".join(study.title.translate(PLAIN).split())
    return Work("misc", study.name, title, authors, "", _known({"url": address}))


def _people(listed: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one.get("family-names") or one.get("name", ""), one.get("given-names", "")) for one in listed)


def _known(more: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in more.items() if value)
