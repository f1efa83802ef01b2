import sys
import unicodedata

import pytest

from analysis import code_points
from analysis.code_points import in_chunks, lay_out, table_of, texts_in


def test_texts_come_back_as_they_were_laid_out() -> None:
    texts = ["", "a\nb", "你😊", "\ud83d", "", "\U0010ffff\0", ""]
    laid = lay_out(texts)
    assert texts_in(laid) == texts
    assert texts_in(laid, laid.begins[:0]) == []
    assert [chr(code) for code in laid.codes[laid.begins]] == ["\n", "a", "你", "\ud83d", "\n", "\U0010ffff", "\n"]


def test_a_chunk_holds_a_bounded_number_of_texts_and_of_code_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_points, "_TEXTS_AT_ONCE", 4)
    monkeypatch.setattr(code_points, "_CODE_POINTS_AT_ONCE", 10)
    texts = ["aaaa", "bbbb", "cccc", "d", "e", "f" * 25, "", "", "g"]
    chunks = list(in_chunks(texts))
    assert [text for chunk in chunks for text in chunk] == texts
    assert max(map(len, chunks)) <= 4
    assert all(sum(map(len, chunk[1:])) <= 10 for chunk in chunks)
    assert all(chunks)


def test_normalising_changes_nothing_beyond_the_planes_that_the_tables_know() -> None:
    beyond = "".join(map(chr, range(code_points._CHANGED, sys.maxunicode + 1)))
    assert unicodedata.is_normalized("NFKC", beyond)
    assert not any(map(unicodedata.combining, beyond))


def test_a_table_knows_ranges_and_single_letters() -> None:
    table = table_of("a-c", "x你")
    assert [chr(code) for code in table.nonzero()[0]] == ["a", "b", "c", "x", "你"]
