"""Brings a database to the newest schema, on our own cluster or on a server of one's own."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services import caller, errors, rights, search_texts
from services.database import Transaction
from services.rights import Door

FOLDER = Path(__file__).parent.parent / "data" / "migrations"
LOWEST_POSTGRESQL = 13
LOWEST_POSTGIS = (3, 2)
# One number for "migrations of this application" in PostgreSQL's advisory locks.
_LOCK = 0x57414E47


_EXTENSIONS = sa.text("""
    SELECT name, coalesce(installed_version, default_version) AS version
    FROM pg_available_extensions WHERE name IN ('postgis', 'btree_gist', 'pg_trgm')
""")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def check_server(connection: sa.Connection) -> None:
    """Refuse a server that is too old or has no PostGIS, in one sentence.

    Raises
    ------
    errors.DatabaseError
        PostgreSQL below 13, PostGIS missing or below 3.2, btree_gist missing.
    """
    found = int(str(connection.execute(sa.text("SHOW server_version_num")).scalar_one())) // 10000
    if found < LOWEST_POSTGRESQL:
        raise errors.DatabaseError(
            "error.database.old_server", found=found, needed=LOWEST_POSTGRESQL
        )
    offered = {row.name: str(row.version) for row in connection.execute(_EXTENSIONS)}
    for extension in ("postgis", "btree_gist", "pg_trgm"):
        if extension not in offered:
            raise errors.DatabaseError("error.database.no_extension", extension=extension)
    version = tuple(int(part) for part in offered["postgis"].split(".")[:2])
    if version < LOWEST_POSTGIS:
        raise errors.DatabaseError(
            "error.database.old_postgis",
            found=offered["postgis"],
            needed=".".join(map(str, LOWEST_POSTGIS)),
        )


def upgrade(engine: sa.Engine) -> None:
    """Apply every migration that is missing; a second process waits for the first."""
    with engine.begin() as connection:
        check_server(connection)
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.exec_driver_sql(rights.ROLES.read_text(encoding="utf-8").replace("%", "%%"))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(rights.LEAKPROOF.read_text(encoding="utf-8").replace("%", "%%"))
        search_texts.catch_up(Transaction(connection, caller.operator(), Door.OWNER))


def is_current(connection: sa.Connection) -> bool:
    """Whether the database has the schema that this code was written for."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads
