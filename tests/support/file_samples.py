"""Small real files of every kind that a case takes, made here, and what only pretends to be one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from struct import pack

from PIL import Image

__all__ = ["EICAR", "HEADS", "SAMPLES", "image", "office", "ole"]

# What every scanner takes for malware and what harms nothing; in two pieces, so that no scanner finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def image(kind: str, **options: object) -> bytes:
    """A red picture of 6 by 4."""
    kept = io.BytesIO()
    Image.new("RGB", (6, 4), "red").save(kept, kind, **options)
    return kept.getvalue()


def office(member: str, *others: str) -> bytes:
    """An archive as Office writes it, with one member that says what it is."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "_rels/.rels", member, *others):
            archive.writestr(name, "<Types/>")
    return kept.getvalue()


def ole(*names: str) -> bytes:
    """A compound file: a header, a directory with these names in UTF-16, and a sector of words."""
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in ("Root Entry", *names))
    return header.ljust(512, b"\0") + directory.ljust(512, b"\0") + b"words".ljust(512, b"\0")


def mpeg4(brand: bytes, *compatible: bytes) -> bytes:
    """A file built as MPEG-4 is, of a brand."""
    brands = brand + bytes(4) + b"".join(compatible)
    return pack(">I", len(brands) + 8) + b"ftyp" + brands + pack(">I", 72) + b"mdat" + bytes(64)


def _animated() -> bytes:
    second = Image.new("RGB", (6, 4), "blue")
    return image("PNG", save_all=True, append_images=[second], duration=100)


_MAIL = (
    b"Received: from mail.example.org by mx.example.org; Mon, 14 Sep 2026 08:00:00 +0100\r\n"
    b"From: A Parent <parent@example.org>\r\nTo: office@example.org\r\nSubject: The post\r\n\r\n"
    b"<html><body>See what they wrote.</body></html>\r\n"
)

# By the code of the kind.
SAMPLES: Mapping[str, bytes] = {
    "APNG": _animated(),
    "AVIF": image("AVIF"),
    "GIF": image("GIF"),
    "HEIC": mpeg4(b"heic", b"mif1", b"heic"),
    "HEIF": mpeg4(b"mif1", b"mif1"),
    "JPEG": image("JPEG"),
    "PNG": image("PNG"),
    "WEBP": image("WEBP"),
    "MOV": mpeg4(b"qt  ", b"qt  "),
    "MP4": mpeg4(b"isom", b"isom", b"iso2", b"avc1", b"mp41"),
    "M4A": mpeg4(b"M4A ", b"M4A ", b"mp42", b"isom"),
    "MP3": b"ID3\x03\x00\x00\x00\x00\x00\x00" + (b"\xff\xfb\x90\x64" + bytes(413)) * 2,
    "DOC": ole("WordDocument", "1Table"),
    "DOCX": office("word/document.xml"),
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
    "RTF": rb"{\rtf1\ansi What was said.}",
    "TXT": "She wrote: ‘you know where’.\r\n".encode(),
    "XLSX": office("xl/workbook.xml"),
    "EML": _MAIL,
    "MSG": ole("__nameid_version1.0", "__properties_version1.0"),
}

# How files begin that are never kept.
HEADS: Mapping[str, bytes] = {
    "Windows program": b"MZ\x90\x00" + bytes(60),
    "Linux program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "macOS program": b"\xcf\xfa\xed\xfe" + bytes(60),
    "Java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x41" + bytes(60),
    "shell script": b"#!/bin/sh\necho hello\n",
    "page": b"<!DOCTYPE html>\n<html><body>hello</body></html>",
    "page after spaces": b" \n\t<html><head></head></html>",
    "script in a page": b"hello <script>alert(1)</script>",
    "vector image": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "vector image alone": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "server page": b"<?php phpinfo();",
    "page in UTF-16": "<html><body>hello</body></html>".encode("utf-16"),
}
