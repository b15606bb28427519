"""Whether what is shown comes from the generated sample district."""

import sqlalchemy as sa

from services.database import Transaction

_GENERATED = sa.text("SELECT EXISTS (SELECT FROM import_runs WHERE generated AND status = 'done')")


def has_generated(tx: Transaction) -> bool:
    """Whether generated sample data was imported into this database."""
    return bool(tx.sql.execute(_GENERATED).scalar_one())
