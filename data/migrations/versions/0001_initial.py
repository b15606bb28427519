"""The first schema: units, people, facilities, network, imports, jobs.

Revision ID: 0001
"""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    # The driver would take a per cent sign in the text for a placeholder.
    run(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("%", "%%"))
    run(SchemaManager.get_schema().replace("%", "%%"))
