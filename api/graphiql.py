"""The query editor at `/graphiql`: files of this package, under a policy that lets a browser load nothing else."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["graphiql_routes"]

_FOLDER = files("api") / "static" / "graphiql"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
# The editor sets styles on its elements by script, which 'unsafe-inline' is not needed for; its fonts lie within its
# style sheet. `connect-src` is what lets it ask /graphql.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def graphiql_routes() -> list[Route]:
    """Return the routes of the editor; a file that is not there has no route."""
    served = {"": "index.html"} | {f"/{name}": name for name in _served_names() if name != "index.html"}
    return [Route(f"/graphiql{path}", _page(name), methods=["GET"]) for path, name in served.items()]


def _served_names() -> list[str]:
    return sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.rpartition(".")[2] in _TYPES)


def _page(name: str):  # type: ignore[no-untyped-def]  # Starlette takes any coroutine function
    content = (_FOLDER / name).read_bytes()
    media_type = _TYPES[name.rpartition(".")[2]]

    async def page(_request: Request) -> Response:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return Response(content, media_type=media_type, headers=headers)

    return page
