"""Trusted documents: those of a folder, known by their SHA-256, checked against the schema when the server starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode

from api.graphql.documents import PreparedDocument, Refusals
from api.settings import PREFIX, SettingsError

__all__ = ["load_trusted_documents"]

_SETTING = f"{PREFIX}TRUSTED_DOCUMENTS"


def load_trusted_documents(
    folder: Path, prepare: Callable[[str], PreparedDocument], *, introspection: bool
) -> Mapping[str, PreparedDocument]:
    """Return the documents of `*.graphql` in a folder by the SHA-256 of their bytes, in hexadecimal.

    Raise `SettingsError` naming the file that is no document of this schema, or that reads the schema itself where
    `introspection` is not allowed.
    """
    if not folder.is_dir():
        raise SettingsError(f"{_SETTING}: there is no such folder")
    found: dict[str, PreparedDocument] = {}
    for path in sorted(folder.glob("*.graphql")):
        try:
            # As bytes: reading as text would change the ends of lines, and with them the hash.
            document = prepare(path.read_bytes().decode())
        except UnicodeDecodeError:
            raise _refused(path, "is not UTF-8") from None
        except OSError:
            raise _refused(path, "cannot be read") from None
        except Refusals as refusals:
            raise _refused(path, f"is not valid: {_told(refusals.errors[0])}") from None
        if not any(isinstance(node, OperationDefinitionNode) for node in document.document.definitions):
            raise _refused(path, "has no operation")
        if not introspection and document.reads_schema:
            raise _refused(path, "reads the schema, which is not answered without ad-hoc documents")
        found[document.digest] = document
    return found


def _refused(path: Path, why: str) -> SettingsError:
    return SettingsError(f"{_SETTING}: the document {path.name} {why}")


def _told(error: GraphQLError) -> str:
    place = f" (line {error.locations[0].line})" if error.locations else ""
    return f"{error.message}{place}"
