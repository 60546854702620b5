"""The training service: the trainer's lease, what jobs were given, and states to go on from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables ``trainers`` and ``states``; two more columns."""
    op.create_table(
        "trainers",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("heartbeat", sa.Double, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("workers", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("speed", sa.Double, nullable=False),
    )
    op.create_table(
        "states",
        sa.Column("company", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("run_ids", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
    )
    op.add_column("jobs", sa.Column("busy", sa.Double, nullable=False, server_default="0"))
    op.add_column("job_runs", sa.Column("planned", sa.Integer))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("job_runs", "planned")
    op.drop_column("jobs", "busy")
    op.drop_table("states")
    op.drop_table("trainers")
