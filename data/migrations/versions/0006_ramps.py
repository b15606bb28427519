"""Ways without a step: entrances and barriers.

Revision ID: 0006
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # The driver would take a per cent sign in the text for a placeholder.
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))
