"""Who is plugged into what: the one place that turns settings into open databases, keys and services."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self
from uuid import UUID

from pydantic import SecretStr

from api.evidence import open_evidence
from api.settings import Settings
from api.watching import Watch
from ledger.checks import refuse_unsafe
from ledger.database import MOST_CONNECTIONS, Database
from ledger.embedded import KEYS_DATABASE, MAIN_DATABASE, EmbeddedPostgres
from ledger.key_store import KeyStore
from ledger.keys import LocalKeyFile
from ledger.loop_connections import LoopConnections
from migrations import Chain, current_revision, head_revision, migrate
from services.commands import Services
from services.store import TrustLedger

__all__ = ["NotMigrated", "Runtime", "migrate_databases"]

KEY_FILE = "key-encryption-keys.json"


class NotMigrated(RuntimeError):
    """The tables are not those of this program."""


class Runtime:
    """What one process holds open: the databases, the keys, and the services of each trust."""

    def __init__(
        self,
        settings: Settings,
        main_url: SecretStr,
        main: Database,
        reading: Database,
        keys: Database,
        resources: ExitStack,
    ) -> None:
        self.settings = settings
        self.main_url = main_url
        self.database = main
        # The same database over connections of their own, whose statements are ended when they take too long.
        self.reading_database = reading
        self.keys_database = keys
        self.key_file = LocalKeyFile(settings.data_dir / KEY_FILE)
        self.key_store = KeyStore(keys, self.key_file)
        self.evidence = open_evidence(settings)
        self._resources = resources
        self._services: dict[UUID, Services] = {}
        self._reading: dict[UUID, Services] = {}

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the databases and check that they keep what they acknowledge.

        Raises `EmbeddedPostgresError`, `UnsafeDatabase` or `NotMigrated`, each with a sentence for the operator.
        """
        with ExitStack() as resources:
            main_url, keys_url = _urls(settings, resources)
            pools = {"pool_size": settings.pool_size, "max_trusts": settings.max_trusts}
            main, keys = Database(main_url, **pools), Database(keys_url, **pools)
            reading = Database(main_url, **pools, statement_timeout=settings.read_timeout_seconds)
            for database in (main, reading, keys):
                resources.callback(database.close)
            refuse_unsafe(main, revision=head_revision("main"))
            refuse_unsafe(keys, revision=head_revision("keys"))
            return cls(settings, SecretStr(main_url), main, reading, keys, resources.pop_all())

    def loop_connections(self) -> LoopConnections:
        """Return connections for questions on the event loop that asks for them, which has to close them."""
        return LoopConnections(
            self.main_url.get_secret_value(),
            per_trust=self.settings.pool_size,
            total=MOST_CONNECTIONS,
            statement_timeout=self.settings.read_timeout_seconds,
        )

    def recording_connections(self) -> LoopConnections:
        """Return connections for the log of reads: a trust's writers would wait for each other anyway."""
        url = self.main_url.get_secret_value()
        return LoopConnections(url, per_trust=1, total=MOST_CONNECTIONS)

    def services(self, trust_id: UUID) -> Services:
        """Return the services of one trust; they hold no connection while nothing is asked."""
        return self._of_trust(self._services, self.database, trust_id)

    def reading(self, trust_id: UUID) -> Services:
        """Return the services of one trust for questions, whose statements raise StatementTimedOut after a while."""
        return self._of_trust(self._reading, self.reading_database, trust_id)

    def _of_trust(self, known: dict[UUID, Services], database: Database, trust_id: UUID) -> Services:
        services = known.get(trust_id)
        if services is None:
            services = Services(TrustLedger(database.trust(trust_id), self.key_store))
            if len(known) >= self.settings.max_trusts:
                known.clear()
            known[trust_id] = services
        return services

    def trust_ids(self) -> list[UUID]:
        """Return every trust, in order of id."""
        with self.database.unscoped() as connection:
            return [trust_id for (trust_id,) in connection.execute("SELECT trust_id FROM trust ORDER BY trust_id")]

    def school_urns(self, trust_id: UUID) -> list[str]:
        """Return the URNs of all schools that ever joined a trust, from its ledger."""
        with self.database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT convert_from(body, 'UTF8')::json #>> '{data,urn}' FROM event"
                " WHERE trust_id = %s AND type = 'school.joined.v1' ORDER BY 1",
                (trust_id,),
            ).fetchall()
        return [urn for (urn,) in rows]

    def close(self) -> None:
        """Close the connections, and stop the embedded server if no other process uses it."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def migrate_databases(settings: Settings) -> tuple[str, str]:
    """Bring both databases to this program's tables; return their revisions. Safe to run again and at once."""
    with ExitStack() as resources:
        if settings.embedded:
            server = resources.enter_context(EmbeddedPostgres.attach(settings.data_dir, port=settings.embedded_port))
            main_url, keys_url = server.admin_url(MAIN_DATABASE), server.admin_url(KEYS_DATABASE)
        else:
            if settings.admin_database_url is None or settings.admin_keys_database_url is None:
                raise NotMigrated(
                    "set CASELEDGER_ADMIN_DATABASE_URL and CASELEDGER_ADMIN_KEYS_DATABASE_URL to the owner's addresses"
                )
            main_url = settings.admin_database_url.get_secret_value()
            keys_url = settings.admin_keys_database_url.get_secret_value()
        migrate(main_url, "main")
        migrate(keys_url, "keys")
        return head_revision("main"), head_revision("keys")


def _urls(settings: Settings, resources: ExitStack) -> tuple[str, str]:
    if settings.database_url is not None and settings.keys_database_url is not None:
        return settings.database_url.get_secret_value(), settings.keys_database_url.get_secret_value()
    server = resources.enter_context(EmbeddedPostgres.attach(settings.data_dir, port=settings.embedded_port))
    # The tables of an embedded database belong to this program alone, so it brings them up to date itself.
    chains: tuple[tuple[str, Chain], ...] = ((MAIN_DATABASE, "main"), (KEYS_DATABASE, "keys"))
    for name, chain in chains:
        if current_revision(server.admin_url(name)) != head_revision(chain):
            migrate(server.admin_url(name), chain)
    resources.enter_context(Watch(server))
    return server.app_url(MAIN_DATABASE), server.app_url(KEYS_DATABASE)
