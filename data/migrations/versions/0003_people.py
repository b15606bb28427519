"""People and rights: accounts, row-level security, audit, visits, changes, assistance, roster.

Revision ID: 0003
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("accounts", "audit", "care", "visits", "assistance", "finding", "personal", "rights")


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for part in PARTS:
        text = Path(__file__).with_name(f"0003_{part}.sql").read_text(encoding="utf-8")
        # The driver would take a per cent sign in the text for a placeholder.
        run(text.replace("%", "%%"))
