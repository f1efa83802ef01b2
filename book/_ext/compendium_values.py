"""Words of the book that are computed: recorded values, what a study.yml says of itself, what the original published.

`{{ name }}` becomes the value that a notebook recorded under that name, linked to the notebook and marked with its
origin. `{{ original_name }}` becomes what the original published under that name, and `{{ study_title }}` and the like
what stands in the study's study.yml. An unknown name is a warning, and so fails a build with -W. A value that could not
be computed prints its reason.
"""

import re
from pathlib import Path
from typing import Any

from compendium_words import words
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from analysis.recorded import MEASURED, recorded_values
from analysis.study import Study, open_study
from analysis.wording import say, say_html

logger = logging.getLogger(__name__)
# What begins with an underscore is not kept between builds.
OPENED = "_compendium_opened"
ABSENT = "not computable:"
NOT_STATED = "not stated"
OF_CAPTURE = ("date", "by", "licence", "changed")


def study_of(config: Config) -> Study:
    """The study whose book this is, read once in a build."""
    opened: Study | None = getattr(config, OPENED, None)
    if opened is None:
        root = Path(config.compendium_root) if config.compendium_root else None
        opened = open_study(config.compendium_study, root)
        setattr(config, OPENED, opened)
    return opened


def all_values(config: Config) -> dict[str, dict[str, Any]]:
    """The values of this study, and what was recorded of runs and measured, which only the original's book shows."""
    study = study_of(config)
    return {**study.values(), **recorded_values(study)}


def original_values(config: Config) -> dict[str, dict[str, Any]]:
    """What the article published, as its own notebooks recorded it; nothing of its stand-in data."""
    original = open_study(root=study_of(config).root)
    return {name: value for name, value in original.values().items() if value["origin"] == "published"}


def about_study(study: Study) -> dict[str, str]:
    """What a study says of itself, by the names under which the pages ask for it."""
    sides = {side: study.sides[side] for side in ("newcomer", "host")}
    return {
        "name": study.name,
        "title": study.title,
        "about": study.about,
        "platform": study.platform,
        "newcomers": sides["newcomer"].label,
        "hosts": sides["host"].label,
        "newcomer_language": sides["newcomer"].language_name,
        "host_language": sides["host"].language_name,
        **{f"capture_{key}": study.capture.get(key, NOT_STATED) for key in OF_CAPTURE},
    }


def provide_values(app: Sphinx, config: Config) -> None:
    """Offer every value, and every word about the study, as a MyST substitution."""
    told = {name: f"{{value}}`{name}`" for name in all_values(config)}
    published = {f"original_{name}": f"{{original}}`{name}`" for name in original_values(config)}
    about = {f"study_{name}": f"{{study}}`{name}`" for name in about_study(study_of(config))}
    config.myst_substitutions = {**config.myst_substitutions, **told, **published, **about}


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
        shown = nodes.inline("", told_value(value))
        spoken = language_classes(value["missing"] or value["text"])
        whole = nodes.inline(classes=["value", "value-absent" if value["missing"] else "value-computed", *spoken])
        if not value["missing"]:
            whole["origin"] = origin
        whole += way_to(study, value["notebook"], shown, self.env.docname) if "notebook" in value else shown
        # A page of measurements says so once, under its title: a mark behind each would hide the numbers.
        unmarked = value["missing"] or origin in ("published", MEASURED)
        if not unmarked and (study.is_original or origin == "stand-in"):
            mark = words(self.env.app, "origin.recorded" if value.get("recorded") else f"origin.{origin}")
            whole += nodes.Text(" ")
            whole += nodes.inline("", mark, classes=["origin", f"origin-{origin}"])
        return [whole], []


class OriginalRole(SphinxRole):
    """What the article published, without a way to its notebook, which is in another book."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the value's nodes."""
        value = original_values(self.config).get(self.text)
        if value is None:
            logger.warning("the original published no value '%s'", self.text, location=self.get_location())
            return [nodes.Text(self.text)], []
        classes = ["value", "value-original"]
        return [
            nodes.inline(
                "", say(value["text"]), classes=[*classes, *language_classes(value["text"])], origin="published"
            )
        ], []


class StudyRole(SphinxRole):
    """What a study.yml says of itself, as plain text whatever stands in it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the text."""
        return [nodes.Text(about_study(study_of(self.config))[self.text])], []


def told_value(value: dict[str, Any]) -> str:
    """A value in the page's language, or why there is none."""
    absent = say(ABSENT)
    if not value["missing"] or absent == ABSENT:
        return say(value["text"])
    return absent + say(value["missing"])


def language_classes(text: str) -> list[str]:
    """The class by which docutils marks words in another language, where a text has no translation."""
    found = re.match('<span lang="([^"]+)">', say_html(text))
    return [f"language-{found[1]}"] if found else []


def way_to(study: Study, notebook: str, shown: nodes.Node, page: str) -> nodes.Node:
    """Make a link from a page to an executed notebook."""
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
