"""What a page folds away: the code of neighbouring cells under one toggle, and the long outputs of commands.

Both are done where a page is made. The notebooks and the pages' sources stay as they are.
"""

import html
import re
from collections.abc import Iterator

from compendium_words import words
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# Longer outputs fill a phone's screen.
LINES_SHOWN = 12
COMMAND = re.compile(r"^(?=\$ )", re.MULTILINE)


def setup_folds(app: Sphinx) -> None:
    """Register both with Sphinx; the cells after what is absent has been taken out of them."""
    app.connect("doctree-resolved", join_cells, priority=600)
    app.add_post_transform(FoldOutputs)


def join_cells(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the code of cells that show nothing under the toggle of the cell that follows them, with their anchors."""
    for cell in [node for node in doctree.findall(nodes.container) if _is_folded(node)]:
        following = cell.next_node(descend=False, siblings=True)
        if not _part(cell, "cell_code_output") and isinstance(following, nodes.container) and _is_folded(following):
            (source,), (target,) = _part(cell, "cell_code_source"), _part(following, "cell_code_source")
            target.insert(0, source.children)
            following["ids"] += cell["ids"]
            cell.parent.remove(cell)


def _is_folded(node: nodes.container) -> bool:
    """Whether it is a cell whose code, and nothing else of it, is behind a toggle."""
    is_cell = node.get("nb_element") == "cell_code" and node.get("hide_mode") == "input"
    return is_cell and bool(_part(node, "cell_code_source"))


def _part(cell: nodes.container, name: str) -> list[nodes.container]:
    """The code or the output of a cell, if it has one."""
    return [node for node in cell.findall(nodes.container) if node.get("nb_element") == name]


class FoldOutputs(SphinxPostTransform):
    """Fold the long outputs of commands, each under its command."""

    default_priority = 250
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Divide the blocks that hold such an output."""
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language") == "console":
                parts = list(_parts(block.astext()))
                if any(is_output for _, is_output in parts):
                    block.replace_self([node for part in parts for node in self._shown(*part)])

    def _shown(self, text: str, is_output: bool) -> list[nodes.Node]:  # noqa: FBT001
        """A part of a block, in a fold if it is a long output."""
        part = nodes.literal_block(text, text, language="console")
        if not is_output:
            return [part]
        told = words(self.app, "console.output", count=len(text.splitlines()))
        summary = f'<details class="hide console-output"><summary>{html.escape(told)}</summary>'
        return [nodes.raw("", summary, format="html"), part, nodes.raw("", "</details>", format="html")]


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Commands with their short outputs, and long outputs alone; whether it is such an output."""
    shown = ""
    for run in filter(None, COMMAND.split(text)):
        command, _, output = run.partition("\n")
        if run.startswith("$ ") and len(output.rstrip().splitlines()) > LINES_SHOWN:
            yield shown + command, False
            yield output.rstrip(), True
            shown = ""
        else:
            shown += run
    if shown:
        yield shown, False
