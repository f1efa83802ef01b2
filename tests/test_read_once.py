import coded
from analysis.read_once import ReadOnce
from analysis.study import Study, open_study
from making import PROJECT

RESULT = "05-coding-frequencies"


def test_each_table_and_each_result_is_read_once_and_is_the_study_s_own(monkeypatch):
    study, read = open_study(root=PROJECT), []
    once = ReadOnce.of(study)
    for door in ("table", "result"):
        own = getattr(Study, door)
        monkeypatch.setattr(Study, door, lambda of, name, own=own: read.append(name) or own(of, name))
    assert once.table("posts") is once.table("posts")
    assert once.result(RESULT) is once.result(RESULT)
    assert read == ["posts", RESULT]
    assert once.table("posts").equals(study.table("posts"))
    assert once.result(RESULT).equals(study.result(RESULT))


def test_what_a_study_lacks_is_absent_here_too(tmp_path):
    root = coded.beside_the_original(tmp_path)
    study = coded.write_study(root, {"posts": coded.frame("posts", post_id=["p"], source=["x"])}, "", "captured")
    assert ReadOnce.of(study).table("codings") == study.table("codings")
    assert ReadOnce.of(study).holds("posts")
