"""Copies of images without what a camera or a program wrote into them: places, times, names, devices, comments.

What is copied is the picture alone, turned as it is meant to be seen. The original is never touched.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from services.file_refusals import ImageNotReadable, ImageTooLarge

__all__ = ["COPIED", "without_metadata"]

# As what each kind is read and written, and how. The library reads no HEIC.
COPIED: Mapping[str, str] = {
    "APNG": "PNG",
    "AVIF": "AVIF",
    "GIF": "GIF",
    "JPEG": "JPEG",
    "PNG": "PNG",
    "WEBP": "WEBP",
}
_WRITTEN: Mapping[str, dict[str, Any]] = {
    "AVIF": {"quality": 90},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95},
}
_ANIMATED = frozenset({"APNG", "AVIF", "GIF", "WEBP"})
# A picture that unpacks to more than this is given out as its original alone.
MOST_PIXELS = 50_000_000
MOST_PIXELS_OF_ALL = 200_000_000


def without_metadata(content: bytes, kind: str) -> bytes:
    """A copy of an image of a kind in `COPIED`, in the same format. Raises ImageNotReadable or ImageTooLarge."""
    written = COPIED[kind]
    try:
        with Image.open(io.BytesIO(content), formats=[written]) as image:
            count = getattr(image, "n_frames", 1) if kind in _ANIMATED else 1
            pixels = image.width * image.height
            if pixels > MOST_PIXELS or pixels * count > MOST_PIXELS_OF_ALL:
                raise ImageTooLarge("file_id")
            loop = image.info.get("loop", 0)
            frames = list(_frames(image, count, written))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageTooLarge("file_id") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError):
        # What the library raises for a picture that is broken.
        raise ImageNotReadable("file_id") from None
    kept = io.BytesIO()
    (first, duration), *others = frames
    options: dict[str, Any] = dict(_WRITTEN.get(written, {}))
    if others:
        durations = [duration, *(one for _, one in others)]
        options |= {"save_all": True, "append_images": [one for one, _ in others], "duration": durations, "loop": loop}
    first.save(kept, written, **options)
    return kept.getvalue()


def _frames(image: Image.Image, count: int, written: str) -> Iterator[tuple[Image.Image, int]]:
    """Each picture, made anew from its points alone, and for how many milliseconds it is shown."""
    # A frame shows what it adds to those before it unless it is drawn out in colours.
    mode = "RGB" if written == "JPEG" else "RGBA"
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number == count:
            return
        shown = ImageOps.exif_transpose(frame).convert(mode)
        yield Image.frombytes(mode, shown.size, shown.tobytes()), int(frame.info.get("duration", 0))
