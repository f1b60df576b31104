"""What a file is, told by its bytes: every kind that is kept is taken, and every lie about one is refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from domain.vocabulary_of_files import FILE_KINDS
from services.file_refusals import (
    FileEmpty,
    FileHasMacros,
    FileIsActive,
    FileIsEncrypted,
    FileKindDisagrees,
    FileKindUnknown,
    FileMalformed,
    FileNameMalformed,
)
from services.file_types import ContentCheck
from tests.support.file_samples import HEADS, SAMPLES, image, office, ole

NAMES = [(code, extension) for code, kind in FILE_KINDS.items() for extension in kind.extensions]


def kind_of(content: bytes, name: str, declared: str = "", step: int = 1_000) -> str:
    check = ContentCheck(name, declared)
    for at in range(0, len(content), step):
        check.update(content[at : at + step])
    return check.finish().code


def test_there_is_a_sample_of_every_kind() -> None:
    assert set(SAMPLES) == set(FILE_KINDS)


@pytest.mark.parametrize("code", FILE_KINDS)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_a_file_of_every_kind_is_known_by_its_content_in_whatever_pieces_it_comes(code: str, step: int) -> None:
    kind = FILE_KINDS[code]

    assert kind_of(SAMPLES[code], f"evidence.{kind.extensions[0]}", kind.media_type, step) == code


@pytest.mark.parametrize(("code", "extension"), NAMES)
def test_it_may_have_any_name_and_declaration_of_its_kind_in_any_case(code: str, extension: str) -> None:
    for declared in (*FILE_KINDS[code].media_types, "", "application/octet-stream"):
        assert kind_of(SAMPLES[code], f"What he Wrote.{extension.upper()}", f"{declared}; charset=utf-8") == code


@pytest.mark.parametrize("code", FILE_KINDS)
def test_a_file_under_the_name_of_any_other_kind_is_refused(code: str) -> None:
    taken = set()
    for other, kind in FILE_KINDS.items():
        for extension in kind.extensions:
            try:
                taken.add((kind_of(SAMPLES[code], f"evidence.{extension}"), other, extension))
            except (FileKindDisagrees, FileIsActive, FileMalformed):
                continue

    # Some kinds share a name; a message without a file in it is a plain text too.
    own = {(code, other, one) for other, kind in FILE_KINDS.items() for one in kind.extensions}
    own = {one for one in own if one[2] in FILE_KINDS[code].extensions}
    assert taken == own


@pytest.mark.parametrize("code", FILE_KINDS)
def test_a_declaration_that_is_not_of_the_kind_is_refused(code: str) -> None:
    kind = FILE_KINDS[code]
    wrong = {media_type for other in FILE_KINDS.values() for media_type in other.media_types} - set(kind.media_types)
    for declared in (*wrong, "text/html", "image/svg+xml", "nonsense"):
        with pytest.raises(FileKindDisagrees):
            kind_of(SAMPLES[code], f"evidence.{kind.extensions[0]}", declared)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("code", FILE_KINDS)
def test_programs_pages_and_scripts_are_refused_under_whatever_name(head: bytes, code: str) -> None:
    kind = FILE_KINDS[code]
    with pytest.raises(FileIsActive):
        kind_of(head, f"evidence.{kind.extensions[0]}", kind.media_type)


@pytest.mark.parametrize("name", ["evidence.html", "evidence.svg", "evidence.exe", "evidence.js", "e.zip", "e.docm"])
def test_a_name_of_no_kind_that_is_kept_is_refused_before_a_byte_is_read(name: str) -> None:
    with pytest.raises(FileKindUnknown):
        ContentCheck(name, "")


@pytest.mark.parametrize(
    "name", ["", "evidence", ".png", " .png", "evidence.", "a/b.png", "a\\b.png", "a\n.png", "é.ｐｎｇ"]
)
def test_a_name_that_is_no_name_of_a_file_is_refused(name: str) -> None:
    with pytest.raises(FileNameMalformed):
        ContentCheck(name, "")


def test_a_name_is_at_most_255_characters() -> None:
    ContentCheck("a" * 251 + ".png", "")
    with pytest.raises(FileNameMalformed):
        ContentCheck("a" * 252 + ".png", "")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileEmpty):
        kind_of(b"", "evidence.png")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (office("word/document.xml", "word/vbaProject.bin"), "minutes.docx"),
        (office("xl/workbook.xml", "XL/VBAPROJECT.BIN"), "marks.xlsx"),
        (ole("WordDocument", "Macros", "_VBA_PROJECT"), "minutes.doc"),
    ],
)
def test_a_document_with_macros_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(FileHasMacros):
        kind_of(content, name)


def _with_flag(content: bytes) -> bytes:
    """The archive as if its entries were encrypted."""
    at = content.find(b"PK\x01\x02")
    return content[: at + 8] + bytes([content[at + 8] | 1]) + content[at + 9 :]


@pytest.mark.parametrize("content", [ole("EncryptedPackage"), _with_flag(office("word/document.xml"))])
def test_a_document_under_a_password_is_refused(content: bytes) -> None:
    with pytest.raises((FileIsEncrypted, FileKindDisagrees)):
        kind_of(content, "minutes.docx")
    name = "minutes.doc" if content.startswith(b"\xd0") else "minutes.docx"
    with pytest.raises(FileIsEncrypted):
        kind_of(content, name)


def _archive(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return kept.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _archive("photo.png"),
        _archive("[Content_Types].xml", "ppt/presentation.xml"),
        _archive("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"),
        _archive("word/document.xml"),
    ],
    ids=["an archive", "a presentation", "two documents", "no list of types"],
)
def test_an_archive_that_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(FileKindUnknown):
        kind_of(content, "minutes.docx")


@pytest.mark.parametrize(
    "content",
    [
        SAMPLES["DOCX"][:-1],
        SAMPLES["DOCX"] + b"\0",
        SAMPLES["DOCX"][:200] + b"in between" + SAMPLES["DOCX"][200:],
        b"PK\x03\x04" + bytes(100),
        SAMPLES["PNG"][:12] + b"TEXT" + SAMPLES["PNG"][16:],
        SAMPLES["PNG"][:30],
    ],
)
def test_a_broken_file_is_refused(content: bytes) -> None:
    with pytest.raises(FileMalformed):
        kind_of(content, "minutes.docx" if content.startswith(b"PK") else "picture.png")


@pytest.mark.parametrize("code", ["JPEG", "GIF", "PNG", "PDF", "MP4"])
def test_a_file_that_is_an_archive_too_is_refused(code: str) -> None:
    with pytest.raises(FileIsActive):
        kind_of(SAMPLES[code] + _archive("Main.class"), f"picture.{FILE_KINDS[code].extensions[0]}")


def test_a_picture_that_is_a_page_or_a_document_too_is_refused() -> None:
    for hidden in (b"<script>alert(1)</script>", b"%PDF-1.7"):
        comment = b"\xff\xd8\xff\xfe" + (len(hidden) + 2).to_bytes(2, "big") + hidden
        with pytest.raises(FileIsActive):
            kind_of(comment + image("JPEG")[2:], "picture.jpg")


def test_a_picture_with_what_a_camera_writes_is_no_page() -> None:
    xmp = b"http://ns.adobe.com/xap/1.0/\0<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>"
    part = b"\xff\xd8\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp

    assert kind_of(part + image("JPEG")[2:], "picture.jpg") == "JPEG"


@pytest.mark.parametrize("text", ["Zoë said “no”.\r\n\tTwice.", "한국어\n", "x"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_taken_in_unicode(text: str, encoding: str) -> None:
    assert kind_of(text.encode(encoding), "notes.txt", step=1) == "TXT"


@pytest.mark.parametrize("content", [b"caf\xe9", b"a\0b", b"\x1b\0", b"\x01", "a\0b".encode("utf-16"), b"\xff\xfea"])
def test_what_is_no_text_is_refused_as_one(content: bytes) -> None:
    with pytest.raises((FileKindUnknown, FileMalformed)):
        kind_of(content, "notes.txt")


def test_what_is_no_text_far_behind_its_beginning_is_refused_as_one() -> None:
    with pytest.raises(FileMalformed):
        kind_of(b"a" * 10_000 + b"\0", "notes.txt")
    with pytest.raises(FileMalformed):
        kind_of(SAMPLES["EML"] + b"a" * 10_000 + b"\0", "mail.eml")


def test_no_refusal_repeats_what_was_handed_in() -> None:
    for name, content in (("canary.html", b""), ("canary.png", b"<html>canary"), ("canary.txt", b"canary\0")):
        with pytest.raises(Exception) as raised:
            kind_of(content, name)
        assert "canary" not in f"{raised.value} {getattr(raised.value, 'message', '')}"


def test_a_long_file_is_looked_at_in_little_memory() -> None:
    check = ContentCheck("film.mp4", "video/mp4")
    piece = bytes(100_000)
    tracemalloc.start()
    try:
        check.update(SAMPLES["MP4"])
        for _ in range(600):
            check.update(piece)
        code = check.finish().code
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert code == "MP4"
    assert most < 8 * 1024 * 1024
