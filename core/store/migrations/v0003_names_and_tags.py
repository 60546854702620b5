"""Names and tags of runs.

A migration spells its columns out: it must make the same tables for ever, whatever the
code that comes after it means by a word.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of names and tags."""
    op.create_table("run_names", _run(), sa.Column("name", sa.Text, nullable=False))
    op.create_table("run_tags", _run(), sa.Column("tag", sa.Text, primary_key=True))
    op.create_index("run_tags_by_tag", "run_tags", ["tag"])


def downgrade() -> None:
    """Drop both."""
    for table in ("run_tags", "run_names"):
        op.drop_table(table)


def _run() -> sa.Column[int]:
    return sa.Column(
        "run", sa.Integer, sa.ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True
    )
