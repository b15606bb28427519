"""A note on ramps and entrances that serve something nobody has heard of: most likely a typing error."""

from typing import Final

import sqlalchemy as sa

from gis.arrays import Int32s
from services.imports.job import Job

_UNKNOWN: Final = """
    SELECT count(*) AS n, min(s.serves_code) AS code FROM {table} s
    WHERE s.id = ANY(:ids) AND s.serves_code IS NOT NULL
      AND NOT EXISTS (SELECT FROM facilities f WHERE f.code = s.serves_code)
      AND NOT EXISTS (SELECT FROM entrances e WHERE e.code = s.serves_code)
      AND NOT EXISTS (SELECT FROM served_homes() h WHERE h.code = s.serves_code)
"""
_QUERIES: Final = {
    table: sa.text(_UNKNOWN.format(table=table)) for table in ("facilities", "entrances")
}


def warn(job: Job, table: str, ids: Int32s) -> None:
    """Warn of rows whose ``serves_code`` is that of no facility, entrance or home.

    Parameters
    ----------
    table
        ``facilities`` or ``entrances``.
    ids
        Rows that are new or changed, shape (n,).
    """
    row = job.tx.sql.execute(_QUERIES[table], {"ids": ids.tolist()}).one()
    if row.n:
        job.log.warning("warning.import.serves_nothing", n=row.n, code=row.code)
