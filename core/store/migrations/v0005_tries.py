"""How often a job was tried by trainers that were killed before it had a new epoch."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One more column."""
    op.add_column("jobs", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("jobs", "tries")
