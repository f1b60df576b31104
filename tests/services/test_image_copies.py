"""Copies of images without metadata: the same picture, turned as it is seen, and nothing else of the original."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from services import image_copies
from services.file_refusals import ImageNotReadable, ImageTooLarge
from services.image_copies import COPIED, without_metadata
from tests.support.file_samples import SAMPLES, image

CANARY = "canary 53.4808 N 2.2426 W"


def _with_exif(orientation: int | None = None) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = CANARY
    exif[0x8825] = {1: "N", 2: (53.0, 28.0, 50.0)}
    if orientation is not None:
        exif[0x0112] = orientation
    return exif


def _png_words() -> PngImagePlugin.PngInfo:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", CANARY)
    words.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{CANARY}</x:xmpmeta>")
    return words


_SECOND = Image.new("RGB", (6, 4), "blue")
_SPEAKING: dict[str, dict[str, Any]] = {
    "JPEG": {"exif": _with_exif(), "comment": CANARY, "xmp": CANARY.encode(), "icc_profile": CANARY.encode()},
    "PNG": {"exif": _with_exif(), "pnginfo": _png_words(), "icc_profile": CANARY.encode()},
    "WEBP": {"exif": _with_exif(), "xmp": CANARY.encode(), "icc_profile": CANARY.encode()},
    "GIF": {"comment": CANARY},
    "AVIF": {"exif": _with_exif(), "xmp": CANARY.encode()},
    "APNG": {"pnginfo": _png_words(), "save_all": True, "append_images": [_SECOND], "duration": 70},
}


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", COPIED)
def test_a_copy_is_the_same_picture_without_what_was_written_into_it(kind: str) -> None:
    original = image(COPIED[kind], **_SPEAKING[kind])
    assert b"canary" in original or kind == "PNG"

    copy = without_metadata(original, kind)

    found = opened(copy)
    assert b"canary" not in copy
    assert (found.format, found.size, len(found.getexif())) == (COPIED[kind], (6, 4), 0)
    assert not {"exif", "xmp", "icc_profile", "comment", "Comment", "XML:com.adobe.xmp"} & found.info.keys()
    red, green, blue = found.convert("RGB").getpixel((2, 2))  # type: ignore[misc]  # of this mode it is three
    assert red > 240
    assert green < 20
    assert blue < 20


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "APNG"])
def test_what_moves_still_moves_as_fast_and_as_often(kind: str) -> None:
    moving = {"save_all": True, "append_images": [_SECOND], "duration": [70, 130], "loop": 3}
    copy = opened(without_metadata(image(COPIED[kind], **moving), kind))

    durations = []
    for number in range(2):
        copy.seek(number)
        copy.load()
        durations.append(copy.info["duration"])
    assert (copy.n_frames, durations, copy.info["loop"]) == (2, [70, 130], 3)  # type: ignore[attr-defined]  # it moves


def test_a_photograph_is_turned_as_it_is_meant_to_be_seen() -> None:
    sideways = Image.new("RGB", (40, 20), "red")
    sideways.paste("blue", (0, 0, 20, 20))
    kept = io.BytesIO()
    sideways.save(kept, "JPEG", exif=_with_exif(orientation=6))

    copy = opened(without_metadata(kept.getvalue(), "JPEG")).convert("RGB")

    assert copy.size == (20, 40)
    assert copy.getpixel((10, 5))[2] > 200  # type: ignore[index]  # of this mode it is three
    assert copy.getpixel((10, 35))[0] > 200  # type: ignore[index]  # as above


@pytest.mark.parametrize("kind", COPIED)
def test_a_broken_picture_is_no_picture(kind: str) -> None:
    for content in (b"", SAMPLES["PDF"], SAMPLES[kind][:20], SAMPLES["PNG" if kind == "JPEG" else "JPEG"]):
        with pytest.raises(ImageNotReadable):
            without_metadata(content, kind)


@pytest.mark.parametrize(("most", "of_all"), [(23, 10**9), (10**9, 47)])
def test_what_would_unpack_to_more_than_is_read_is_refused_before_it_is_unpacked(
    most: int, of_all: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_copies, "MOST_PIXELS", most)
    monkeypatch.setattr(image_copies, "MOST_PIXELS_OF_ALL", of_all)

    with pytest.raises(ImageTooLarge):
        without_metadata(SAMPLES["APNG"], "APNG")


def test_a_bomb_is_refused_by_its_head() -> None:
    """A few bytes that say they are a picture of 60,000 by 60,000."""
    content = bytearray(SAMPLES["PNG"])
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(ImageTooLarge):
        without_metadata(bytes(content), "PNG")
