"""Pictures, PDFs and recordings, and the texts that belong to them."""

from analysis.qda.project import Area
from qda_making import (
    BEN,
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    lost,
    project_xml,
    qdpx,
    read_refi,
    repaired,
    selection_xml,
    sources_xml,
    users_xml,
)

CODES = codebook_xml(code_xml(1, "joy"), code_xml(2, "grief"))


def made(*sources, origin=""):
    return project_xml(users_xml() + CODES + sources_xml(*sources), origin=origin)


def corners(first_x, first_y, second_x, second_y):
    return f'firstX="{first_x}" firstY="{first_y}" secondX="{second_x}" secondY="{second_y}"'


def pdf_selection(number, *inside, page=1, place=None):
    place = place or corners(10, 700, 90, 650)
    return f'<PDFSelection guid="{guid(number)}" page="{page}" {place}>{"".join(inside)}</PDFSelection>'


def pdf(inside):
    return f'<PDFSource guid="{guid(5)}" name="a" path="internal://a.pdf">{inside}</PDFSource>'


def test_part_of_a_picture_is_coded_from_the_top_left_whichever_corner_comes_first(tmp_path):
    selections = "".join(
        f'<PictureSelection guid="{guid(number)}" {place}>{coding_xml(number + 10, 1)}</PictureSelection>'
        for number, place in ((10, corners(1, 2, 30, 40)), (11, corners(30, 40, 1, 2)))
    )
    source = (
        f'<PictureSource guid="{guid(5)}" name="shot" path="internal://shot.png"><Description>a board</Description>'
        f"{selections}{coding_xml(30, 2)}</PictureSource>"
    )
    project = read_refi(qdpx(tmp_path, made(source), {"shot.png": b"\x89PNG"}))
    (picture,) = project.sources
    assert (picture.kind, picture.text, picture.description) == ("picture", None, "a board")
    assert (picture.path.name, picture.path.read_bytes()) == ("shot.png", b"\x89PNG")
    assert [coding.area for coding in project.codings] == [Area(1, 2, 30, 40), Area(1, 2, 30, 40), None]


def test_what_is_said_of_a_picture_is_its_text(tmp_path):
    text = "<PlainTextContent>a cat</PlainTextContent>" + selection_xml(7, 2, 5, coding_xml(8, 1))
    said = f'<TextDescription guid="{guid(6)}">{text}</TextDescription>'
    source = f'<PictureSource guid="{guid(5)}" name="shot" path="internal://shot.png">{said}</PictureSource>'
    project = read_refi(qdpx(tmp_path, made(source), {"shot.png": b"1"}))
    assert [(one.guid, one.kind, one.text) for one in project.sources] == [(guid(5), "picture", "a cat")]
    assert [(one.source, one.start, one.end) for one in project.codings] == [(guid(5), 2, 5)]


def test_part_of_a_page_is_coded_from_the_bottom_left(tmp_path):
    source = pdf(pdf_selection(6, coding_xml(7, 1), page=3))
    project = read_refi(qdpx(tmp_path, made(source), {"a.pdf": b"%PDF"}))
    assert project.codings[0].area == Area(10, 700, 90, 650, 3)
    assert project.sources[0].kind == "pdf"


def test_qualcoder_counts_pages_from_0_and_heights_from_the_top(tmp_path):
    source = pdf(pdf_selection(6, coding_xml(7, 1), page=0))
    project = read_refi(qdpx(tmp_path, made(source, origin="QualCoder 3.5"), {"a.pdf": b"%PDF"}))
    assert project.codings[0].area == Area(10, 650, 90, 700, 1)
    assert any(told.startswith("pages counted from 0 and points from the top") for told in repaired(project))


def test_what_atlas_ti_writes_of_a_page_and_of_its_text_counts_once(tmp_path):
    text = selection_xml(6, 0, 5, coding_xml(8, 1), coding_xml(9, 2, user=BEN)) + selection_xml(
        16, 6, 9, coding_xml(18, 1)
    )
    representation = (
        f'<Representation guid="{guid(4)}" name="text" plainTextPath="internal://a.txt">{text}</Representation>'
    )
    source = (
        f'<PDFSource guid="{guid(5)}" name="a" path="internal://a.pdf">{pdf_selection(6, coding_xml(7, 1))}'
        f"{pdf_selection(26, coding_xml(27, 1))}{representation}</PDFSource>"
    )
    project = read_refi(
        qdpx(tmp_path, made(source, origin="ATLAS.ti Win 8.4"), {"a.pdf": b"%PDF", "a.txt": "Hello all"})
    )
    assert [(one.coder, one.code, one.start, one.end, one.area) for one in project.codings] == [
        ("Ann", guid(1), 0, 5, None),
        ("Ann", guid(1), None, None, Area(10, 700, 90, 650, 1)),
        ("Ben", guid(2), 0, 5, None),
        ("Ann", guid(1), 6, 9, None),
    ]
    assert project.sources[0].text == "Hello all"
    assert lost(project) == {
        "Representation/@name (its name)": 1,
        "the part of a page or recording of a selection that is also in its text": 1,
    }


def test_the_text_of_a_selection_on_a_page_is_what_it_quotes(tmp_path):
    quoted = f'<Representation guid="{guid(4)}"><PlainTextContent>these words</PlainTextContent></Representation>'
    source = f'<PDFSource guid="{guid(5)}" name="a">{pdf_selection(6, quoted, coding_xml(7, 1))}</PDFSource>'
    project = read_refi(qdpx(tmp_path, made(source)))
    assert project.codings[0].quoted == "these words"
    assert repaired(project) == {"names no file; the source stands without content": "PDFSource 'a'"}


def transcript(number, *inside, text="Hello world"):
    return (
        f'<Transcript guid="{guid(number)}"><PlainTextContent>{text}</PlainTextContent>{"".join(inside)}</Transcript>'
    )


def moment(number, position=None, stamp=None):
    said = "" if position is None else f' position="{position}"'
    said += "" if stamp is None else f' timeStamp="{stamp}"'
    return f'<SyncPoint guid="{guid(number)}"{said}/>'


def said(number, first, last, *inside):
    place = f'fromSyncPoint="{guid(first)}" toSyncPoint="{guid(last)}"'
    return f'<TranscriptSelection guid="{guid(number)}" {place}>{"".join(inside)}</TranscriptSelection>'


def test_a_recording_is_coded_in_milliseconds_and_its_transcript_in_characters(tmp_path):
    selection = f'<VideoSelection guid="{guid(6)}" begin="100" end="2500">{coding_xml(7, 1)}</VideoSelection>'
    spoken = transcript(
        8,
        moment(10, 0, 0),
        moment(11, 5, 900),
        moment(12, stamp=1200),
        said(13, 10, 11, coding_xml(14, 1)),
        said(15, 10, 12, coding_xml(16, 2)),
        said(17, 10, 99, coding_xml(18, 2)),
    )
    source = f'<VideoSource guid="{guid(5)}" name="clip" path="internal://clip.mp4">{spoken}{selection}</VideoSource>'
    project = read_refi(qdpx(tmp_path, made(source), {"clip.mp4": b"1"}))
    assert [(one.kind, one.text) for one in project.sources] == [("video", "Hello world")]
    assert [(one.start, one.end, one.begin, one.finish) for one in project.codings] == [
        (0, 5, None, None),
        (None, None, 0, 1200),
        (None, None, 100, 2500),
    ]
    assert lost(project)["SyncPoint (where transcript and recording meet)"] == 3
    told = "a selection's place (fromSyncPoint, toSyncPoint) is missing or no number: its codings are left out"
    assert repaired(project) == {told: f"TranscriptSelection {guid(17)}"}


def test_a_second_transcript_is_a_source_of_its_own(tmp_path):
    other = transcript(20, moment(21, 0, 0), moment(22, 3, 10), said(23, 21, 22, coding_xml(24, 1)), text="Hola")
    source = f'<AudioSource guid="{guid(5)}" name="talk" path="internal://a.mp3">{transcript(8)}{other}</AudioSource>'
    project = read_refi(qdpx(tmp_path, made(source), {"a.mp3": b"1"}))
    assert [(one.guid, one.kind, one.name, one.text) for one in project.sources] == [
        (guid(5), "audio", "talk", "Hello world"),
        (guid(20), "text", "talk, transcript", "Hola"),
    ]
    assert [(one.source, one.start, one.end) for one in project.codings] == [(guid(20), 0, 3)]
    assert "a further text of the same source is taken for a source of its own" in repaired(project)
