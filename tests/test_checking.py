import pytest

from analysis.checking import check_study
from analysis.errors import StudyError
from analysis.study import open_study

POSTS = "post_id,creator_id,title,text,hashtags,published_at,published_from,collected_at,likes,likes_captured,collects,\
collects_captured,comments_count,comments_count_captured,shares,shares_captured,search_rank,query,language,media,url,source"


def give(small, *, posts: str, creators: str = "") -> None:
    (small / "data/liu2025/posts.csv").write_text(f"{POSTS}\n{posts}", encoding="utf-8")
    if creators:
        settings = small / "data/liu2025/study.yml"
        entry = "  creators: {file: creators.csv, origin: captured}\ndecisions:"
        settings.write_text(settings.read_text(encoding="utf-8").replace("decisions:", entry), encoding="utf-8")
        (small / "data/liu2025/creators.csv").write_text(f"creator_id,side,self_description,source\n{creators}")


def row(post: str, creator: str) -> str:
    return f"{post},{creator}" + "," * 19 + ",x\n"


def test_a_study_in_order_says_what_it_has(small):
    give(small, posts=row("p1", "a"), creators="a,host,,x\n")
    told = check_study(open_study())
    assert told[0] == "liu2025: settings and tables are in order."
    assert "  posts: 1 rows, captured" in told
    assert "  comments: none" in told


def test_an_identifier_that_leads_nowhere_is_told(small):
    give(small, posts=row("p1", "a") + row("p2", "b"), creators="a,host,,x\n")
    with pytest.raises(StudyError, match="posts: 'creator_id' names 1 that are not in creators: b"):
        check_study(open_study())


def test_problems_of_all_tables_are_told_at_once(small):
    give(small, posts=row("p1", "a") + row("p1", "a"), creators="a,hots,,x\n")
    with pytest.raises(StudyError) as error:
        check_study(open_study())
    assert "posts.csv, line 3: post_id 'p1' stands already in line 2." in str(error.value)
    assert "creators.csv, line 2: 'side' is 'hots'; expected one of newcomer, host. Nearest: 'host'." in str(
        error.value
    )


def test_a_script_that_is_not_known_is_told_before_anything_runs(small):
    give(small, posts=row("p1", "a"))
    settings = small / "data/liu2025/study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("script: Latin", "script: Latn"), encoding="utf-8")
    with pytest.raises(StudyError, match="'Latn' is not a script known here. Nearest: 'Latin'"):
        check_study(open_study())
