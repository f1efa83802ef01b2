"""The book's search: words of languages with spaces by their stem, runs of scripts without spaces by their characters.

Nobody can say for certain where a word ends in a run of Chinese or Japanese. So every character and every two
neighbours are kept, and what is looked for is found wherever all its neighbours stand.
"""

import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

from compendium_words import labels
from lxml import html as markup
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from analysis.browse import in_script

# Thai, Lao, Burmese and Khmer; kana; Han, with its extensions.
SPACELESS = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
)
BEYOND = (r"\U00020000-\U0003fffd", r"\u{20000}-\u{3fffd}")
# Accents that are written apart and the vowels of many scripts: within a word, though Python's `\w` has none of them.
MARKS = "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign)[0] == "M")
APART = f"(?![{SPACELESS}{BEYOND[0]}])"
RUNS = re.compile(rf"([{SPACELESS}{BEYOND[0]}]+)|{APART}\w(?:{APART}[\w{MARKS}])*")
SPLITTER = """
const runsOf = (text) =>
  [...text.matchAll(/([SPACELESS]+)|(?![SPACELESS])[\\p{L}\\p{N}_](?:(?![SPACELESS])[\\p{L}\\p{N}\\p{M}_])*/gu)];
const inPairs = (run) => {
  const signs = [...run];
  return signs.length < 2 ? signs : signs.slice(1).map((sign, place) => signs[place] + sign);
};
const splitQuery = (query) => runsOf(query).flatMap(([run, spaceless]) => (spaceless ? inPairs(run) : [run]));
""".replace("SPACELESS", SPACELESS + BEYOND[1])
# What stands on a page and is not read there as prose.
NOT_READ = (
    ".//h1 | .//script | .//style | .//svg | .//button | .//template | .//pre | .//table | .//figcaption"
    " | .//*[contains(@class, 'headerlink')] | .//*[contains(concat(' ', @class, ' '), ' origin ')]"
    " | .//p[@class='origins']"
)
# What stands apart from its neighbours without a space.
BLOCKS = ("br", "dd", "div", "dt", "figure", "h2", "h3", "h4", "li", "p", "section", "summary")
TEXTS = "searchtexts"


class SearchRuns(SearchEnglish):
    """Stems of words, and in scripts without spaces single characters and pairs of neighbours."""

    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names it so
        """All that a text can be found by.

        >>> SearchRuns({}).split("The 英语角 opened")
        ['The', '英', '语', '角', '英语', '语角', 'opened']
        """
        found = []
        for run in RUNS.finditer(input):
            found += [*run[0], *map("".join, zip(run[0], run[0][1:], strict=False))] if run[1] else [run[0]]
        return found

    def word_filter(self, word: str) -> bool:
        """Everything but the words that stand in every text."""
        return word not in self.stopwords


class SearchRunsZh(SearchRuns):
    """The same for a book in Chinese."""

    lang = "zh"
    language_name = "Chinese"


def setup_search(app: Sphinx) -> None:
    """Register everything with Sphinx."""
    app.add_search_language(SearchRuns)
    app.add_search_language(SearchRunsZh)
    # After all that writes the body.
    app.connect("html-page-context", keep_text, priority=990)


def keep_text(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep a page's text in a script of its own, out of which the search shows the words around what it found."""
    told = labels(app, "search")
    context |= {"search_labels": in_script(told), "search_needs_script": told["needs_script"]}
    if doctree is not None:
        path = Path(app.outdir) / TEXTS / f"{page}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        script = f"Search.setText({in_script(page)}, {in_script(text_of(str(context.get('body', ''))))});\n"
        path.write_text(script, encoding="utf-8")


def text_of(body: str) -> str:
    """The prose of a page, without its title, which stands above it.

    >>> text_of("<h1>One</h1><h2>Two<a class='headerlink'>#</a></h2><p>Th<b>ree</b></p><pre>4</pre><script>5</script>")
    'Two Three'
    """
    page = markup.fragment_fromstring(body, create_parent=True)
    for part in page.xpath(NOT_READ):
        part.drop_tree()
    for part in page.iter(*BLOCKS):
        part.text, part.tail = f" {part.text or ''}", f" {part.tail or ''}"
    return " ".join("".join(page.itertext()).split())
