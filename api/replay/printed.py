"""A replay as a PDF to print: the history on A4, and a last part that says how to check it and by what."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from importlib.resources import as_file, files
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, Preformatted, SimpleDocTemplate, Spacer, Table

from api.replay.asked import Asked
from api.replay.words import (
    actor_in_words,
    at_in_words,
    change_in_words,
    code_of,
    instant_in_words,
    knower_in_words,
    sealed_in_words,
    summary_of_state,
)
from ledger.entry import REASON
from services.checkpoints import SignedCheckpoint
from services.replay import Replay, Step, WithheldStep

__all__ = ["printable", "replay_as_pdf"]

_FONT = "DejaVuSans"
_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
# What the frame of a page keeps free on both sides together, and a little more.
_OF_FRAME = 13
_GREY = HexColor("#555555")
# Characters that print nothing, or that the font cannot be asked for.
_NOT_PRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAST_OF_FONT = 0xFFFF

_BODY = ParagraphStyle("body", fontName=_FONT, fontSize=8.5, leading=11.5)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7, leading=9)
_TITLE = ParagraphStyle("title", parent=_BODY, fontSize=15, leading=20, spaceAfter=4)
_STEP = ParagraphStyle("step", parent=_BODY, fontSize=9.5, leading=12, spaceBefore=9, keepWithNext=1)
_PART = ParagraphStyle("part", parent=_BODY, leftIndent=8 * mm)


def replay_as_pdf(replay: Replay, asked: Asked, checkpoint: SignedCheckpoint) -> bytes:
    """The replay as a PDF, the same bytes for the same replay. Its metadata name the reference of the case alone."""
    _font()
    # How many pages there are is known once it was laid out.
    _, pages = _laid_out(replay, asked, checkpoint, pages=None)
    content, _ = _laid_out(replay, asked, checkpoint, pages=pages)
    return content


def printable(text: str) -> str:
    """A text of characters that the font has, lines and tabs aside; whatever it has not is written as its code."""
    known = _font().face.charToGlyph
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(
        one
        if one in "\n\t"
        or (ord(one) <= _LAST_OF_FONT and ord(one) in known and unicodedata.category(one) not in _NOT_PRINTED)
        else code_of(one)
        for one in composed
    )


@lru_cache(maxsize=1)
def _font() -> Any:
    """The font of everything that is printed, which is shipped beside this file."""
    with as_file(files("api") / "replay" / "fonts" / f"{_FONT}.ttf") as path:
        font = TTFont(_FONT, str(path))
    registerFont(font)
    return font


def _laid_out(replay: Replay, asked: Asked, checkpoint: SignedCheckpoint, *, pages: int | None) -> tuple[bytes, int]:
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN + 6 * mm,
        bottomMargin=_MARGIN + 4 * mm,
        title=replay.reference,
        author="",
        subject="",
        creator="",
        lang="en-GB",
        invariant=1,
    )

    def around(canvas: Any, _document: Any) -> None:
        top, bottom = A4[1] - _MARGIN, _MARGIN - 2 * mm
        canvas.saveState()
        canvas.setFont(_FONT, 7.5)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, top, replay.reference)
        canvas.drawRightString(A4[0] - _MARGIN, top, _cut(replay.trust_name, 7.5, _WIDTH * 0.7))
        canvas.drawString(_MARGIN, bottom, "Confidential: personal data of a school's case")
        if pages is not None:
            canvas.drawRightString(A4[0] - _MARGIN, bottom, f"{canvas.getPageNumber()} of {pages}")
        canvas.restoreState()

    story = [*_history(replay, asked), PageBreak(), *_verification(replay, checkpoint)]
    document.build(story, onFirstPage=around, onLaterPages=around)
    return file.getvalue(), document.page


def _cut(text: str, size: float, width: float) -> str:
    """A text on one line that is no wider than the width."""
    shown = printable(text.replace("\n", " ").replace("\t", " "))
    if stringWidth(shown, _FONT, size) <= width:
        return shown
    while shown and stringWidth(f"{shown}…", _FONT, size) > width:
        shown = shown[:-1]
    return f"{shown}…"


# --- the history


def _history(replay: Replay, asked: Asked) -> Iterator[Any]:
    yield _paragraph(f"History of {replay.reference}", _TITLE)
    yield _paragraph(f"{replay.kind} at {replay.school_name} ({replay.school_urn}), {replay.trust_name}")
    yield _paragraph(f"{at_in_words(replay)[0].upper()}{at_in_words(replay)[1:]}.")
    chosen = [] if asked.types is None else [f"of the types {', '.join(asked.types)}"]
    chosen += [] if asked.by is None else [f"recorded by {'people' if asked.by == 'HUMAN' else 'programs'}"]
    kept = f", those {' and '.join(chosen)}" if chosen else ""
    yield _paragraph(f"{len(replay.steps)} of {len(replay.places)} events{kept}. Instants are in UTC.")
    for notice in replay.notices:
        yield _paragraph(f"Heed: {notice.law}, since {notice.since}.")
    if not replay.tells_readers:
        yield _paragraph("Who read the case is not told to this reader; who knew is told from the events alone.")
    for step in replay.steps:
        yield from _step(step, replay)
    if replay.learnt_since:
        yield _paragraph("Came to know since", _STEP)
        yield from _each("", map(knower_in_words, replay.learnt_since))


def _step(step: Step | WithheldStep, replay: Replay) -> Iterator[Any]:
    if isinstance(step, WithheldStep):
        yield _paragraph(f"{step.version} · position {step.position}", _STEP)
        yield _paragraph("[withheld: it names a case that this reader may not know of]", _PART)
        return
    yield _paragraph(
        f"{step.version} · {instant_in_words(step.recorded_at)} · position {step.position} · {step.type}", _STEP
    )
    yield _paragraph(step.says, _PART)
    yield from _each("By", [actor_in_words(step)])
    if step.reason is not None:
        yield from _each("Reason", [sealed_in_words(step.reason)])
    for one in step.parts:
        if one.name != REASON:
            yield from _each(one.name, [sealed_in_words(one.text)])
    yield from _each("Changed", (change_in_words(one, replay.people) for one in step.changes))
    yield from _each("Then", ["; ".join(summary_of_state(step))])
    yield from _each("Came to know", map(knower_in_words, step.learnt))
    yield from _each("Knew by then", map(knower_in_words, step.knew))


def _each(head: str, texts: Iterable[str]) -> Iterator[Any]:
    for text in texts:
        label = f'<font color="#555555">{escape(printable(head), quote=False)}:</font> ' if head else ""
        yield Paragraph(label + _marked_up(text), _PART)


def _paragraph(text: str, style: ParagraphStyle = _BODY) -> Any:
    return Paragraph(_marked_up(text), style)


def _marked_up(text: str) -> str:
    return escape(printable(text), quote=False).replace("\t", "    ").replace("\n", "<br/>")


# --- how to check it


def _verification(replay: Replay, checkpoint: SignedCheckpoint) -> Iterator[Any]:
    yield _paragraph("How to check this history", _TITLE)
    yield _paragraph(
        "These pages prove nothing by themselves. What proves the history is the bundle of the case, a file that is"
        " checked without this system. Get it and check it by these commands:"
    )
    yield from _verbatim(
        (
            f"caseledger export-case {replay.reference} --output {replay.reference}.bundle.json",
            f"caseledger verify {replay.reference}.bundle.json --key key.txt --checkpoint note.txt",
        )
    )
    yield _paragraph(
        f"Over HTTP the bundle is GET /v1/cases/{replay.case_id}/bundle. key.txt holds the public key and note.txt the"
        " checkpoint; take both from where the trust keeps them outside the system, and compare them with those printed"
        " here. The bundle holds every event with its position; the leaf of each must be the one printed below. A"
        " checkpoint of a larger ledger proves the same events."
    )
    yield Spacer(0, 4)
    yield _table(
        [
            ("Trust", str(replay.trust_id)),
            ("Case", str(replay.case_id)),
            ("Events", str(len(replay.places))),
            ("Ledger size", str(checkpoint.size)),
            ("Root", checkpoint.root.hex()),
        ],
        (24 * mm, _WIDTH - 24 * mm),
    )
    yield _paragraph("Public key", _STEP)
    yield from _verbatim((checkpoint.verifier_key.text,))
    yield _paragraph("Signed checkpoint", _STEP)
    yield from _verbatim(checkpoint.note.splitlines())
    yield _paragraph("The leaf of each event", _STEP)
    leaves = [(str(version), str(position), leaf.hex()) for version, position, leaf in replay.places]
    yield _table([("version", "position", "leaf"), *leaves], (16 * mm, 24 * mm, _WIDTH - 40 * mm), head=1)
    yield Spacer(0, 6)
    yield _paragraph(
        "A character that these pages cannot print stands as its code, such as [U+202E]. Scripts that are written from"
        " right to left stand in the order in which they are stored.",
        _SMALL,
    )


def _table(rows: Sequence[tuple[str, ...]], widths: Sequence[float], *, head: int = 0) -> Any:
    """Rows of figures and codes; so many of them are a head that each page repeats."""
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), _FONT, 7),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    if head:
        style.append(("TEXTCOLOR", (0, 0), (-1, head - 1), _GREY))
    return Table(rows, colWidths=widths, repeatRows=head, hAlign="LEFT", style=style)


def _verbatim(lines: Sequence[str]) -> Iterator[Any]:
    """Lines as they are, none of them broken: in letters as small as the longest needs."""
    widest = max(stringWidth(line, _FONT, 1) for line in lines)
    size = min(8.0, (_WIDTH - _OF_FRAME) / widest)
    yield Preformatted("\n".join(lines), ParagraphStyle("verbatim", fontName=_FONT, fontSize=size, leading=size * 1.4))
    yield Spacer(0, 4)
