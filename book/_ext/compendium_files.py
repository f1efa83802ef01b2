"""The tables of the study as files to take away, each with its origin and its size."""

import os

from compendium_values import study_of
from compendium_words import words
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis.study import Study

KILO = 1000


def setup_files(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.add_directive("data-files", DataFiles)


class DataFiles(SphinxDirective):
    """A list of the study's files; none for a study whose files may hold what people wrote."""

    def run(self) -> list[nodes.Node]:
        """Make the list."""
        study = study_of(self.config)
        tables = study.settings["tables"] if study.is_original else {}
        listed = nodes.bullet_list(classes=["data-files"])
        listed += [self._file(study, name, entry["file"], entry["origin"]) for name, entry in tables.items()]
        return [listed] if tables else []

    def _file(self, study: Study, name: str, file: str, origin: str) -> nodes.list_item:
        path = study.folder / file
        self.env.note_dependency(str(path))
        size = max(1, round(path.stat().st_size / KILO))
        # From the sources of the book, which lie elsewhere in another language.
        target = "/" + os.path.relpath(path, self.env.srcdir).replace(os.sep, "/")
        link = addnodes.download_reference("", "", reftarget=target, refdoc=self.env.docname)
        link += nodes.inline("", name)
        told = nodes.inline("", words(self.env.app, f"origin.{origin}"), classes=["origin", f"origin-{origin}"])
        return nodes.list_item(
            "", nodes.paragraph("", "", link, nodes.Text(f" ({path.suffix[1:].upper()}, {size} kB) "), told)
        )
