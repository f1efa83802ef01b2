import os
import re
import stat
import zipfile

import pytest

from analysis.errors import CodingError
from analysis.qda import archive
from analysis.qda.archive import opened


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def zipped(path, members, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


def everything_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_member_is_found_whatever_its_case_and_slashes(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("Sources\\Text.TXT", b"hello")])
    with opened(path, "a.zip", scratch) as found:
        assert "sources/text.txt" in found
        assert found.read("SOURCES/text.txt") == b"hello"
        assert found.names == ["Sources/Text.TXT"]


def test_a_name_written_with_combining_letters_is_found_as_well(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("sources/cafe\u0301.txt", b"1")])
    with opened(path, "a.zip", scratch) as found:
        assert "sources/caf\u00e9.txt" in found


def test_a_member_is_unpacked_into_the_scratch_folder_under_a_safe_name(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("sources/a:b?.png", b"1"), ("other/a:b?.png", b"2"), ("sources/...", b"3")])
    with opened(path, "a.zip", scratch) as found:
        first, second, third = (found.unpack(name, scratch) for name in found.names)
    assert (first.name, second.name, third.name) == ("a_b_.png", "a_b_.png", "file")
    assert [path.read_bytes() for path in (first, second, third)] == [b"1", b"2", b"3"]
    assert all(scratch in path.parents for path in (first, second, third))


def test_what_a_system_hid_in_a_zip_is_passed_over(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("project.qde", b"1"), ("__MACOSX/._project.qde", b"2"), ("sources/", b"")])
    with opened(path, "a.zip", scratch) as found:
        assert found.names == ["project.qde"]


@pytest.mark.parametrize("name", ["../evil.txt", "sources/../../evil.txt", "/etc/evil", "C:\\evil.txt", "..\\evil.txt"])
def test_a_path_out_of_the_archive_is_refused_and_nothing_is_written(tmp_path, scratch, name):
    path = zipped(tmp_path / "a.zip", [("project.qde", b"1"), (name, b"2")])
    with pytest.raises(CodingError, match="leads out of the archive"), opened(path, "a.zip", scratch):
        pass
    assert everything_in(tmp_path) == ["a.zip"]


def test_all_that_speaks_against_an_archive_is_said_at_once(tmp_path, scratch):
    link = zipfile.ZipInfo("sources/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path / "a.zip", [("../evil", b""), (link, b"/etc/passwd"), ("a.txt", b"1"), ("A.TXT", b"2")])
    with pytest.raises(CodingError) as caught, opened(path, "a.zip", scratch):
        pass
    assert str(caught.value) == (
        "a.zip, '../evil': a path that leads out of the archive; expected a name inside it.\n"
        "a.zip, 'sources/link': a link; expected a file.\n"
        "a.zip, 'a.txt': 2 members of this name; expected one.\n"
        "Nothing was unpacked. Export the project again; if the file came from somebody else, ask them."
    )


def test_of_very_many_problems_the_first_are_said(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [(f"../{number}", b"") for number in range(25)])
    with pytest.raises(CodingError, match="… and 5 more.") as caught, opened(path, "a.zip", scratch):
        pass
    assert len(str(caught.value).splitlines()) == 22


def test_a_zip_bomb_is_refused(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("bomb.txt", b"\0" * (20 << 20))])
    told = "a.zip, 'bomb.txt': 1,0"
    with (
        pytest.raises(CodingError, match=f"{told}.* times as large when unpacked \\(20 MB\\)"),
        opened(path, "a.zip", scratch),
    ):
        pass
    assert everything_in(scratch) == []


def test_many_small_bombs_are_refused_as_one_large(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [(f"{number}.txt", b"\0" * (1 << 20)) for number in range(20)])
    with pytest.raises(CodingError, match="all of it: .* times as large"), opened(path, "a.zip", scratch):
        pass


def test_more_members_than_any_project_has_are_refused(tmp_path, scratch, monkeypatch):
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    path = zipped(tmp_path / "a.zip", [(str(number), b"") for number in range(3)])
    with pytest.raises(CodingError, match="3 members; expected at most 2"), opened(path, "a.zip", scratch):
        pass


def test_what_does_not_fit_on_the_disk_is_refused(tmp_path, scratch, monkeypatch):
    monkeypatch.setattr(archive, "KEPT_FREE", 1 << 60)
    path = zipped(tmp_path / "a.zip", [("a", b"1")])
    with pytest.raises(CodingError, match="MB are free on the disk"), opened(path, "a.zip", scratch):
        pass


def test_a_text_too_large_to_be_held_is_refused(tmp_path, scratch, monkeypatch):
    monkeypatch.setattr(archive, "MOST_TEXT", 2)
    path = zipped(tmp_path / "a.zip", [("a", b"123")])
    with opened(path, "a.zip", scratch) as found, pytest.raises(CodingError, match="a.zip, a: 0 MB of text"):
        found.read("a")


def test_an_encrypted_member_is_refused(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("secret.txt", b"1")])
    content = bytearray(path.read_bytes())
    # The flags of the entry in the central directory.
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with (
        pytest.raises(CodingError, match="'secret.txt': encrypted; expected a file without a password"),
        opened(path, "a.zip", scratch),
    ):
        pass


def test_a_missing_file_is_told(tmp_path, scratch):
    with (
        pytest.raises(CodingError, match="gone.zip: there is no such file"),
        opened(tmp_path / "gone.zip", "gone.zip", scratch),
    ):
        pass


def test_a_zip_that_was_cut_off_is_told(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("a.txt", os.urandom(5000))])
    path.write_bytes(path.read_bytes()[:3000])
    with (
        pytest.raises(CodingError, match="a.zip: a zip file that is cut off or broken"),
        opened(path, "a.zip", scratch),
    ):
        pass


@pytest.mark.parametrize("how", ["read", "unpack"])
def test_a_member_whose_bytes_were_damaged_is_told(tmp_path, scratch, how):
    path = zipped(tmp_path / "a.zip", [("a.txt", b"0123456789" * 10)], compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"012345678x", 1))
    with (
        opened(path, "a.zip", scratch) as found,
        pytest.raises(CodingError, match=re.escape("a.zip, a.txt: cut off or broken: Bad CRC-32")),
    ):
        found.read("a.txt") if how == "read" else found.unpack("a.txt", scratch)


def test_a_member_without_a_name_is_passed_over(tmp_path, scratch):
    path = zipped(tmp_path / "a.zip", [("x", b"1"), ("a.txt", b"2")])
    content = bytearray(path.read_bytes())
    # The name of the entry in the central directory is no longer than nothing.
    place = content.index(b"PK\x01\x02")
    content[place + 28] = 0
    del content[place + 46]
    end = content.index(b"PK\x05\x06") + 12
    content[end : end + 4] = (int.from_bytes(content[end : end + 4], "little") - 1).to_bytes(4, "little")
    path.write_bytes(content)
    with opened(path, "a.zip", scratch) as found:
        assert found.names == ["a.txt"]
