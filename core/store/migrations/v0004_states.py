"""States by company and epoch, the runs that they are of, and what a job need not train.

The table ``states`` was never written before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make ``states`` anew, with the runs of each; one more column."""
    op.drop_table("states")
    op.create_table(
        "states",
        sa.Column("company", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "state_runs",
        sa.Column("company", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column(
            "run", sa.Integer, sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("dead", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["company", "epoch"], ["states.company", "states.epoch"], ondelete="CASCADE"
        ),
    )
    op.create_index("state_runs_by_run", "state_runs", ["run"])
    op.add_column("jobs", sa.Column("known", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Bring the first ``states`` back."""
    op.drop_column("jobs", "known")
    op.drop_table("state_runs")
    op.drop_table("states")
    op.create_table(
        "states",
        sa.Column("company", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("run_ids", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
    )
