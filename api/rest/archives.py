"""An archive with files of evidence, as it is asked for and as it leaves: streamed, its length stated beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.rest.bodies import BodyMalformed
from api.rest.files import watched
from api.rest.operations import query_parameter
from services.export_files import Archive

__all__ = ["ARCHIVE_TYPE", "FILES_PARAMETER", "streamed", "with_files"]

ARCHIVE_TYPE: Final = "application/zip"
FILES_PARAMETER: Final[Mapping[str, Any]] = query_parameter(
    "files",
    "Whether the files of evidence go with it.",
    required=False,
    schema={"type": "string", "enum": ["true", "false"]},
)


def with_files(request: Request) -> bool:
    """Whether the files of evidence are asked for. Raises BodyMalformed."""
    asked = request.query_params.get("files", "false")
    if asked not in ("true", "false"):
        raise BodyMalformed([("files", "is true or false, or is left out")])
    return asked == "true"


def streamed(archive: Archive, name: str) -> Response:
    """An archive on its way out under a name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Content-Length": str(archive.byte_length),
    }
    return StreamingResponse(watched(archive.pieces), media_type=ARCHIVE_TYPE, headers=headers)
