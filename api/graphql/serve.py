"""One GraphQL request of one caller: authenticate, look for what is known already, else execute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from starlette.requests import Request

from api.availability import passing_fault
from api.bootstrap import Runtime
from api.graphql.case_cover import CaseCover
from api.graphql.compression import GZIP, compressed, is_worth_compressing
from api.graphql.context import Context, WorkerSlots
from api.graphql.documents import PreparedDocument, PreparedOperation, Refusals
from api.graphql.execution import Answer, Answers, Executor, Measured, MutationByGet
from api.graphql.faults import field_error
from api.graphql.limits import Limits, refused_cost
from api.graphql.parameters import BadRequest, GraphQLRequest, read_parameters
from api.graphql.plans import PlannedAnswers
from api.graphql.recording import Given, Read, ReadRecorder
from api.graphql.report_size import cells_of
from api.graphql.response_cache import (
    KeptAnswer,
    ResponseCache,
    answer_key,
    entity_tag,
    is_repeatable,
    tells_of_people,
)
from api.graphql.schema import build_schema
from api.graphql.standing import read_standing
from api.graphql.trusted_documents import load_trusted_documents
from api.rate_limits import RateLimits
from domain.refusals import RefusalCode
from ledger.loop_connections import LoopConnections
from projections.plan.told import Told
from services.read_log import NotRecorded, ReadWay
from services.scope import Caller

if TYPE_CHECKING:
    from api.callers import Authenticate

__all__ = ["ADHOC_SCOPE", "SCHEMA_SCOPE", "GraphQLService", "Reply", "Wish"]

# What a program's key may be given where only trusted documents are answered otherwise. Persons follow the setting.
ADHOC_SCOPE = "documents:adhoc"
SCHEMA_SCOPE = "schema:read"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a request wants its answer. `had` are the tags of answers that the client of a GET has already."""

    media_type: str
    by_get: bool
    takes_gzip: bool
    had: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out. `unchanged`: nothing, because the client has it; `refused`: nothing was executed.

    `unavailable`: an answer there was, and it could not be recorded.
    """

    content: bytes = b""
    encoding: str | None = None
    tag: str | None = None
    unchanged: bool = False
    refused: bool = False
    unavailable: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked; `is_trusted`: by a document that was known beforehand."""

    caller: Caller
    operation: PreparedOperation
    variables: Mapping[str, Any]
    is_trusted: bool


class GraphQLService:
    """The schema and its executor over one runtime.

    Raise `SettingsError` naming a trusted document that does not fit the schema. `answers` are given by plans of the
    schema where nothing else is set, and `recorder` is told of every answer before it leaves.
    """

    def __init__(
        self,
        runtime: Runtime,
        slots: WorkerSlots,
        authenticate: Authenticate,
        connections: LoopConnections,
        limits: RateLimits,
        *,
        answers: Answers | None = None,
        recorder: ReadRecorder | None = None,
    ) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._slots = slots
        self._connections = connections
        self._authenticate = authenticate
        self._rate_limits = limits
        self._recorder = recorder
        schema = build_schema()._schema
        self._executor = Executor(schema, Limits(), cells_of, answers or PlannedAnswers(schema))
        self._cover = CaseCover(schema)
        self._cache = ResponseCache(settings.response_cache_bytes)
        self._takes_adhoc = settings.takes_adhoc_documents
        self._trusted: Mapping[str, PreparedDocument] = {}
        if settings.trusted_documents is not None:
            self._trusted = load_trusted_documents(
                settings.trusted_documents, self._executor.prepare, introspection=self._takes_adhoc
            )

    async def answer(self, request: Request, wish: Wish) -> Reply:
        """Answer one request.

        Raise `Unauthenticated`, `RateLimited`, `BadRequest` or `MutationByGet` before anything is executed.
        """
        caller = await self._authenticate(request)
        parameters = await read_parameters(request)
        try:
            return await self._answered(caller, parameters, wish)
        except NotRecorded as error:
            content = Answer(None, (_fault(error),), refused_before_execution=False).encoded()
            return Reply(content, unavailable=True)

    async def _answered(self, caller: Caller, parameters: GraphQLRequest, wish: Wish) -> Reply:
        try:
            document = self._document(parameters, caller)
            if caller.visibility.cover_only:
                self._cover.check(document)
            operation = document.operation(parameters.operation_name)
            if not operation.is_query and wish.by_get:
                raise MutationByGet
            seen = caller.visibility.schools
            measured = self._executor.measure(operation, parameters.variables, None if seen is None else len(seen))
        except Refusals as refusals:
            # It took work to find out, and as much again if it is sent again.
            self._rate_limits.charge(caller, refused_cost(refusals.errors))
            return Reply(Answer(None, refusals.errors, refused_before_execution=True).encoded(), refused=True)
        self._rate_limits.charge(caller, measured.cost.requested)
        context = Context(self._runtime, caller, self._slots, self._connections)
        try:
            key = await self._key(operation, parameters, context, wish)
        except Exception as error:
            if passing_fault(error) is None:
                raise
            return Reply(Answer(None, (_fault(error),), refused_before_execution=False).encoded())
        asked = Asked(caller, operation, parameters.variables, parameters.document is not None)
        if key is not None:
            known = await self._known(key, asked, wish)
            if known is not None:
                return known
        return await self._executed(key, measured, context, asked, wish)

    def _document(self, parameters: GraphQLRequest, caller: Caller) -> PreparedDocument:
        if parameters.document is not None:
            trusted = self._trusted.get(parameters.document)
            if trusted is None:
                raise BadRequest("There is no document of this documentId.", code="PERSISTED_DOCUMENT_NOT_FOUND")
            return trusted
        scopes = caller.scopes or frozenset()
        if self._takes_adhoc:
            return self._executor.prepare(parameters.query or "")
        if not scopes & {ADHOC_SCOPE, SCHEMA_SCOPE}:
            raise _only_trusted()
        document = self._executor.prepare(parameters.query or "")
        if (document.reads_schema and SCHEMA_SCOPE not in scopes) or (
            not document.reads_schema_alone and ADHOC_SCOPE not in scopes
        ):
            raise _only_trusted()
        return document

    async def _key(
        self, operation: PreparedOperation, parameters: GraphQLRequest, context: Context, wish: Wish
    ) -> bytes | None:
        """Return the key of the answer; None where it has none, or where nobody could make use of one."""
        if not (wish.by_get or self._cache.is_on) or not is_repeatable(operation, context.caller):
            return None
        standing = await read_standing(context)
        return answer_key(operation, parameters.variables, context.caller, standing)

    async def _known(self, key: bytes, asked: Asked, wish: Wish) -> Reply | None:
        """Return the answer if it was given before: to this client, or to anybody it is the same for."""
        encodings = (GZIP, None) if wish.takes_gzip else (None,)
        kept = {encoding: self._cache.get(key, encoding) for encoding in encodings}
        found = next((answer for answer in kept.values() if answer is not None), None)
        if self._recorder is None or found is not None:
            # A recorder is told of which cases an answer is, which is known of answers that were kept.
            for encoding in encodings:
                tag = entity_tag(key, wish.media_type, encoding)
                if tag in wish.had:
                    await self._record(asked, found.told if found else None, Given.UNCHANGED)
                    return Reply(encoding=encoding, tag=tag, unchanged=True)
        if found is None:
            return None
        encoding = GZIP if kept.get(GZIP) is not None else None
        content = found.content
        if encoding is None and wish.takes_gzip and is_worth_compressing(content):
            encoding, content = GZIP, await compressed(content)
            self._cache.put(key, GZIP, KeptAnswer(content, found.told))
        await self._record(asked, found.told, Given.KEPT)
        return Reply(content, encoding, entity_tag(key, wish.media_type, encoding))

    async def _executed(
        self, key: bytes | None, measured: Measured, context: Context, asked: Asked, wish: Wish
    ) -> Reply:
        operation = measured.operation
        answer = await self._executor.execute(measured, context)
        encoding, content = None, answer.encoded()
        if (
            wish.takes_gzip
            and is_worth_compressing(content)
            and not tells_of_people(operation.document, context.caller)
        ):
            encoding, content = GZIP, await compressed(content)
        tag = None
        if key is not None and answer.is_whole:
            tag = entity_tag(key, wish.media_type, encoding)
            if self._recorder is None or answer.told is not None:
                self._cache.put(key, encoding, KeptAnswer(content, answer.told))
        if answer.data is not None:
            await self._record(asked, answer.told, Given.EXECUTED)
        if tag is not None and tag in wish.had:
            return Reply(encoding=encoding, tag=tag, unchanged=True)
        return Reply(content, encoding, tag)

    async def _record(self, asked: Asked, told: Told | None, given: Given) -> None:
        if self._recorder is None:
            return
        document = asked.operation.document
        read = Read(
            caller=asked.caller,
            document=document.digest,
            operation=asked.operation.name,
            told=told,
            given=given,
            fields=document.fields,
            variables=asked.variables,
            way=ReadWay.QUERY if asked.operation.is_query else ReadWay.COMMAND,
            is_trusted=asked.is_trusted,
        )
        await self._recorder.record(read)


def _only_trusted() -> BadRequest:
    return BadRequest("Only trusted documents are answered here: send documentId.", code=RefusalCode.NOT_ALLOWED.value)


def _fault(error: Exception) -> GraphQLError:
    return field_error(GraphQLError("", original_error=error))
