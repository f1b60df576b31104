"""A page that a person can read, made of what a program reads: self-contained, with every word escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from domain.naming import with_underscores

__all__ = ["page_of"]

# The page loads nothing and runs nothing, wherever it is opened.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem;color:#111}"
    "dl{margin:.25rem 0 .75rem 1rem}dt{font-weight:bold}dd{margin:0 0 .25rem 1rem;white-space:pre-wrap}"
    "section{border-top:1px solid #999;margin-top:1rem}"
)


def page_of(title: str, introduction: Sequence[str], content: Mapping[str, Any]) -> str:
    """The page: what stands on top of it, then every member of the content in its order, and what the file is last.

    Members that are single words or numbers say of the file what it is: they are together at its end.
    """
    paragraphs = "".join(f"<p>{escape(one)}</p>" for one in introduction)
    body = "".join(_sections(content))
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>{paragraphs}{body}</body></html>\n"
    )


def _sections(content: Mapping[str, Any]) -> Iterator[str]:
    told = {name: value for name, value in content.items() if not _is_empty(value)}
    of_the_file = {name: value for name, value in told.items() if not isinstance(value, Mapping | list | tuple)}
    for name, value in told.items():
        if name not in of_the_file:
            yield f"<section><h2>{escape(_words(name))}</h2>{_shown(value)}</section>\n"
    if of_the_file:
        yield f"<section><h2>About this file</h2>{_shown(of_the_file)}</section>\n"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(
            f"<dt>{escape(_words(str(name)))}</dt><dd>{_shown(one)}</dd>"
            for name, one in value.items()
            if not _is_empty(one)
        )
        return f"<dl>{rows}</dl>"
    if isinstance(value, list | tuple):
        if not any(isinstance(one, Mapping | list | tuple) for one in value):
            return escape(", ".join(map(_plain, value)))
        return "".join(_shown(one) for one in value)
    return escape(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | list | tuple | str) and not value)


def _words(name: str) -> str:
    """A name as words: `receivedOn` is Received on."""
    # An id is shown as it is written.
    if "-" in name:
        return name
    return with_underscores(name).replace("_", " ").capitalize()
