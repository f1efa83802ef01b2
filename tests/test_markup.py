import random
from itertools import product

import pytest

from analysis.code_points import lay_out, texts_in
from analysis.markup import blank_markup, tidied, with_single_spaces


def blanked(texts: list[str]) -> list[str]:
    laid = lay_out(texts)
    blank_markup(laid.codes)
    return [with_single_spaces(text) for text in texts_in(laid)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#a[b]#c[d]#e[f]# g", "c g"),
        ("#a[b]#c[d]#e[f]#g[h]# i", "c g i"),
        ("#a[b]＃c d[e] f", "f"),
        ("#two words[b]", ""),
        ("#two\nlines[b]", "lines"),
        ("#[b]c", "c"),
        ("#a[b#c]d", "d"),
        ("#a b[12345678] c", "c"),
        ("#a b[123456789] c", "b c"),
        ("[123456789012][1234567890123]", "[1234567890123]"),
        ("[][a b][[c]]", "[][a b][ ]"),
        ("‹some one› ‹Name› ‹›", "‹Name› ‹›"),
        ("‹abcdefghijkl›‹abcdefghijklm›", "‹abcdefghijklm›"),
        ("[‹a›] #‹a›[b]", "[ ]"),
        ("http://a#b[c]http://d www.e.f，g", ",g"),
        ("http:// https:// www. http", "http:// https:// www. http"),
        ("xhttp://a#b", "x"),
        ("@a#b @,c @@d", "@,c @"),
        ("##a #b＃c # d", "d"),
    ],
)
def test_markup_ends_where_it_ends(text: str, expected: str) -> None:
    assert tidied(text) == expected
    assert blanked(["x", text, "y"]) == ["x", expected, "y"]


@pytest.mark.parametrize(("letters", "longest"), [("#[]a ", 6), ("#＃[]a\n", 5), ("‹›a @#", 5), ("@＃a,!", 5)])
def test_all_short_texts_of_some_signs_lose_the_same_at_once_as_alone(letters: str, longest: int) -> None:
    texts = ["".join(text) for length in range(longest + 1) for text in product(letters, repeat=length)]
    assert blanked(texts) == [tidied(text) for text in texts]


def test_links_among_other_markup_lose_the_same_at_once_as_alone() -> None:
    drawn = random.Random(2025)
    pieces = ["http://", "https://", "www.", "w", "a", "#", "[b]", "[", " ", "@", "你", "‹a›", "/", ":"]
    texts = ["".join(drawn.choices(pieces, k=drawn.randint(1, 8))) for _ in range(10_000)]
    assert blanked(texts) == [tidied(text) for text in texts]
