import json
import shutil

import pytest
from lxml import etree

from analysis import catalogues, editions, harvest, languages, on_page, pipeline, publish, shown_texts, wording
from analysis.errors import BookError
from analysis.figures import retelling, style
from analysis.study import open_study
from analysis.wording import Wording, open_numbers, say, say_html, speaking
from making import FIRST, PROJECT, SHOW, lay_out_book, make_notebook

HEADER = catalogues.HEADER.format(language="zh_CN")
GERMAN = Wording(
    "de",
    "en",
    {
        "{1} of {2} posts": "von {2} Beiträgen {1}",
        "{1} million": "{1*1000} Tausend",
        "yes": "ja",
        "No claim {verdict}.": "Keine Behauptung: {verdict}.",
        "agrees": "stimmt",
        "left open": "",
    },
)


@pytest.fixture
def two_languages(ran_once, tmp_path, monkeypatch):
    """The small compendium with a page of its book in a second language."""
    shutil.copytree(ran_once, tmp_path, dirs_exist_ok=True)
    lay_out_book(tmp_path)
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "book/argument", {"An argument": "一个论证", "Nothing is counted here.": "此处不作计数。"})
    write(tmp_path, "results", {"Two bars": "两条柱", "published": "原文发表", "hashtag": "标签"})
    write(tmp_path, "contents", {"Search this book": "搜索本书"})
    return tmp_path


def write(root, name, told):
    path = languages.catalogue_folder(root, "zh_CN") / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "\n".join(f'msgid "{text}"\nmsgstr "{said}"\n' for text, said in told.items()))


def test_a_text_is_said_as_it_is_written_unless_a_language_is_spoken():
    assert say("yes") == "yes"
    with speaking(GERMAN):
        assert say("yes") == "ja"
    assert say("yes") == "yes"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3 of 1,204 posts", "von 1,204 Beiträgen 3"),
        ("25.4 million", "25400 Tausend"),
        ("No claim agrees.", "Keine Behauptung: stimmt."),
        ("No claim of weight.", "Keine Behauptung: of weight."),
        ("left open", "left open"),
        ("unknown", "unknown"),
        ("yes; agrees", "ja; stimmt"),
        ("yes; unknown", "yes; unknown"),
    ],
    ids=[
        "numbers",
        "another size",
        "a word that is known",
        "a word of the data",
        "without translation",
        "no entry",
        "a list",
        "a list with a word of the data",
    ],
)
def test_numbers_and_words_are_put_into_the_translation(text, told):
    with speaking(GERMAN):
        assert say(text) == told


def test_what_stays_in_the_source_language_is_marked_and_escaped():
    with speaking(GERMAN):
        assert say_html("ab <b>") == '<span lang="en">ab &lt;b&gt;</span>'
        assert say_html("大家") == "大家"
        assert say_html("12") == "12"
    assert say_html("ab <b>") == "ab &lt;b&gt;"


def test_digits_inside_a_word_are_no_number():
    assert open_numbers("Chao2 of e01 in 2025") == ("Chao2 of e01 in {1}", {"1": "2025"})


def test_a_drawing_keeps_its_outlines_and_gets_its_words_in_the_language():
    figure, axes = style.new_figure()
    axes.set_title("Posts left")
    axes.set_xlabel("Days & nights")
    drawing = style.svg(figure, name="f", mark="published")
    assert sorted(retelling.words_of(drawing)) == ["Days & nights", "Posts left", "published"]
    assert retelling.labels_retold(drawing) == drawing
    with speaking(Wording("zh_CN", "en", {"Posts left": "剩余 <笔记>", "Days & nights": "日与夜"})):
        told = retelling.labels_retold(drawing)
    assert "剩余 &lt;笔记&gt;</tspan>" in told
    assert "日与夜" in told
    assert "<!-- published -->" in told
    assert "<!-- Posts left -->" not in told
    assert etree.fromstring(told).tag.endswith("svg")


def test_a_label_of_two_lines_stays_in_two_lines():
    figure, axes = style.new_figure()
    axes.set_title("in the\norder read")
    with speaking(Wording("zh_CN", "en", {"in the order read": "实际阅读顺序"})):
        told = retelling.labels_retold(style.svg(figure, name="f", mark=""))
    assert "实际阅</tspan>" in told
    assert "读顺序</tspan>" in told


def test_a_table_says_its_titles_and_keeps_its_data():
    with speaking(Wording("zh_CN", "en", {"hashtag": "标签", "Tags.": "标签表。", "yes": "是"})):
        page = on_page.table_html("hashtag,agrees\nfun,yes\n", ["hashtag"], caption="Tags.", origin="published")
    assert '<th scope="col">标签</th>' in page
    assert '<span lang="en">fun</span>' in page
    assert "标签表。" in page


def test_a_language_without_catalogues_is_no_language_of_the_book(small):
    assert languages.further_languages(small) == []
    languages.catalogue_folder(small, "zh_CN").mkdir(parents=True)
    assert languages.further_languages(small) == ["zh_CN"]


def test_a_guess_that_nobody_confirmed_says_nothing(tmp_path):
    path = tmp_path / "a.po"
    path.write_text(HEADER + '#, fuzzy\nmsgid "one"\nmsgstr "一"\n\nmsgid "two"\nmsgstr "二"\n')
    assert languages.entries_of(path) == {"one": "", "two": "二"}


def test_a_broken_catalogue_is_refused(tmp_path):
    path = tmp_path / "a.po"
    path.write_text('msgid "one\nmsgstr "一"\nnonsense\n')
    with pytest.raises(BookError, match=r"a\.po: this is no catalogue of gettext \(.+\)\. Mend the line that it names"):
        languages.read_catalogue(path)


def test_refreshing_loses_no_translation(tmp_path):
    path = tmp_path / "a.po"
    before = {
        "The posts of the sample": "样本中的笔记",
        "gone for good": "已删",
        "No claim {verdict}.": "没有{verdict}。",
    }
    path.write_text(HEADER + "\n".join(f'msgid "{text}"\nmsgstr "{told}"\n' for text, told in before.items()))
    path.write_text(catalogues.merged(path, ["The posts of this sample", "new"], "zh_CN"))
    assert languages.entries_of(path) == {
        "The posts of this sample": "",
        "new": "",
        "No claim {verdict}.": "没有{verdict}。",
    }
    shown = path.read_text()
    assert '#, fuzzy\nmsgid "The posts of this sample"\nmsgstr "样本中的笔记"' in shown
    assert '#~ msgid "gone for good"\n#~ msgstr "已删"' in shown
    assert catalogues.merged(path, ["The posts of this sample", "new"], "zh_CN") == shown


def test_settings_and_contents_are_said_where_a_reader_sees_them():
    toc = {"root": "title", "parts": [{"caption": "Use it", "chapters": [{"file": "a", "title": "The frame"}]}]}
    assert editions.reworded_toc(toc, str.upper) == {
        "root": "title",
        "parts": [{"caption": "USE IT", "chapters": [{"file": "a", "title": "THE FRAME"}]}],
    }


def test_a_book_in_two_languages_has_each_page_twice_and_a_way_between_them(two_languages):
    publish.build_book(open_study(), say=lambda _: None)
    html = two_languages / "_build/html"
    first, second = (html / "book/argument.html").read_text(), (html / "zh/book/argument.html").read_text()
    assert '<html lang="en"' in first
    assert '<html lang="zh-CN"' in second
    assert "Nothing is counted here." in first
    assert "此处不作计数。" in second
    assert '<a href="../zh/book/argument.html" hreflang="zh-CN" lang="zh-CN" rel="alternate">中文</a>' in first
    assert '<a href="../../book/argument.html" hreflang="en" lang="en" rel="alternate">English</a>' in second
    assert '<link rel="alternate" hreflang="zh-CN" href="../zh/book/argument.html">' in first
    assert {path.relative_to(html / "zh").as_posix() for path in (html / "zh").rglob("*.html")} == {
        path.relative_to(html).as_posix() for path in html.rglob("*.html") if html / "zh" not in path.parents
    }
    notebook = (html / "zh/results/liu2025/notebooks/02-second.html").read_text()
    assert 'aria-label="两条柱"' in notebook
    assert ">原文发表</span>" in notebook
    assert not list((two_languages / "_build").glob(".liu2025.zh*"))


def test_a_changed_translation_makes_the_book_outdated(two_languages):
    study = open_study()
    before = publish._digest(study)
    write(two_languages, "contents", {"Search this book": "查找"})
    assert publish._digest(study) != before


def test_the_texts_of_every_page_are_found(two_languages):
    (two_languages / "book/replication").mkdir()
    (two_languages / "book/replication/index.md").write_text("# For any study\n\n```{result-table} not-there\n```\n")
    found = catalogues.texts_of_book(open_study())
    assert found["book/argument"] == ["An argument", "Nothing is counted here."]
    assert found["replication/index"] == ["For any study"]
    assert "Two bars" in found["results"]
    assert "Search this book" in found["contents"]


def test_texts_that_cannot_be_found_are_told_with_the_reason(two_languages):
    (two_languages / "book/replication").mkdir()
    (two_languages / "book/replication/index.md").write_text("# For any study\n")
    (two_languages / "_toc.yml").write_text("format: jb-book\nroot: book/nowhere\n")
    with pytest.raises(BookError, match=r"The texts of the pages were not found. Jupyter Book says:\n"):
        catalogues.texts_of_book(open_study())


def test_json_of_a_notebook_keeps_its_data_when_its_results_are_retold():
    found = {"kind": "value", "name": "first_posts", "unit": "posts", "origin": "published"}
    found |= {"text": "40", "missing": ""}
    shown = {"text/html": "old", harvest.MIME: found}
    with speaking(Wording("zh_CN", "en", {"posts": "笔记"})):
        on_page.retell(shown)
    assert "笔记 <strong>40</strong> 笔记" in shown["text/html"]
    assert shown[harvest.MIME] == found
    on_page.retell(other := {"text/plain": "1"})
    assert other == {"text/plain": "1"}
    assert json.dumps(shown)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("25.4 million", "2540 万"),
        ("135.3 million", "1.353 亿"),
        ("347.2 million", "3.472 亿"),
        ("100 million", "1 亿"),
        ("1.68 billion", "16.8 亿"),
        ("73 %", "73%"),
        ("347.2 million (8 per post)", "3.472 亿（每篇 8）"),
    ],
)
def test_chinese_tells_large_numbers_in_the_unit_of_their_size_and_a_share_without_a_space(text, told):
    with speaking(languages.wording_of(PROJECT, "zh_CN")):
        assert say(text) == told


@pytest.mark.parametrize(
    ("name", "text", "unit", "shown"),
    [
        ("frame_posts_first", "25.4 million", "posts", "首个标签的笔记 <strong>2540 万</strong>篇 "),
        ("coding_codings", "1,199", "codings", "编码记录 <strong>1,199</strong> 条 "),
        ("frame_share_first", "73 %", "share", "首个标签占比 <strong>73%</strong> "),
    ],
)
def test_a_chinese_value_has_a_word_for_counting_and_never_its_own_name_twice(name, text, unit, shown):
    found = {"kind": "value", "name": name, "unit": unit, "origin": "published", "text": text, "missing": ""}
    with speaking(languages.wording_of(PROJECT, "zh_CN")):
        on_page.retell(page := {"text/html": "old", harvest.MIME: found})
    assert shown in page["text/html"]


def test_the_texts_of_a_run_that_is_only_recorded_are_asked_for():
    asked = shown_texts.texts_of_results(open_study(root=PROJECT))
    assert "the study has no comments" in asked
    assert "after {1} March {2}, the day is not stated" in asked
    assert not [text for text in asked if on_page.CHECKSUM.search(text)]


def test_speaking_for_good_is_what_a_book_does():
    token = wording._spoken.set(wording.AS_WRITTEN)
    wording.speak(GERMAN)
    assert say("yes") == "ja"
    wording._spoken.reset(token)


def test_another_study_has_its_book_in_every_language_too(two_languages):
    (two_languages / "data/other").mkdir()
    settings = (two_languages / "data/liu2025/study.yml").read_text(encoding="utf-8").split("decisions:")[0]
    settings = settings.replace("  hashtags: {file: hashtags.csv, origin: published}\n", "")
    (two_languages / "data/other/study.yml").write_text(settings, encoding="utf-8")
    (two_languages / "book/replication").mkdir()
    (two_languages / "book/replication/index.md").write_text("# {{ study_title }}\n\nPosts: {{ first_posts }}.\n")
    write(two_languages, "replication/index", {"Posts: {{ first_posts }}.": "笔记数：{{ first_posts }}。"})
    write(two_languages, "results", {"not computable:": "无法计算："})
    show = SHOW.replace('hashtags[["hashtag", "posts"]]', "hashtags")
    make_notebook(two_languages / "notebooks/01-first.ipynb", 'study: str = "liu2025"', FIRST, show)
    (two_languages / "notebooks/02-second.ipynb").unlink()
    pipeline.run(open_study("other"))
    first = publish.build_book(open_study("other"), say=lambda _: None)
    assert "Posts: " in (first.parent / "book/index.html").read_text()
    told = (first.parent / "zh/book/index.html").read_text()
    assert "笔记数：" in told
    assert '<span class="value value-absent" lang="en">' in told
    assert ">无法计算：the study has no hashtags</span>" in told
