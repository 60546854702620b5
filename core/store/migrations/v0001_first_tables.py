"""The first tables: runs, epochs, layers, snapshots, jobs and their runs.

A migration spells its columns out: it must make the same tables for ever, whatever the
code that comes after it means by a word.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_METRICS = (
    *("train_loss", "test_loss", "train_accuracy", "test_accuracy"),
    *("train_r2", "test_r2", "train_mae", "test_mae"),
)
_STATISTICS = (
    *("pre_mean", "pre_std", "mean", "std", "second_moment"),
    *("q01", "q05", "q25", "q50", "q75", "q95", "q99"),
    *("zero_fraction", "saturated_fraction", "silent_fraction", "dead_fraction"),
    *("delta_rms", "delta_mean_norm", "gradient_norm", "weight_norm", "update_ratio"),
    *("histogram_low", "histogram_high"),
)


def upgrade() -> None:
    """Make every table."""
    _runs()
    _reports()
    _jobs()


def downgrade() -> None:
    """Drop every table."""
    for table in ("job_runs", "jobs", "snapshots", "layers", "epochs", "runs"):
        op.drop_table(table)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(16), nullable=False, unique=True),
        sa.Column("experiment", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("epochs", sa.Integer, nullable=False),
        sa.Column("parameters", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("diverged_at", sa.BigInteger),
        sa.Column("epochs_done", sa.Integer),
        sa.Column("updates", sa.BigInteger),
        sa.Column("train_seconds", sa.Double),
        *(sa.Column(name, sa.Double) for name in _METRICS),
        sa.Column("best_test_accuracy", sa.Double),
        sa.Column("best_test_r2", sa.Double),
        sa.Column("best_epoch", sa.Integer),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
    )


def _reports() -> None:
    op.create_table(
        "epochs",
        _run(primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("updates", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double),
        *(sa.Column(name, sa.Double) for name in _METRICS),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "layers",
        _run(primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("layer", sa.Integer, primary_key=True),
        sa.Column("units", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Double) for name in _STATISTICS),
        sa.Column("histogram", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshots",
        _run(primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("weights", sa.LargeBinary, nullable=False),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("job_id", sa.String(16), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("visitor", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stop", sa.Boolean, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("started", sa.Double),
        sa.Column("finished", sa.Double),
    )
    op.create_index("jobs_by_status", "jobs", ["status", "number"])
    op.create_table(
        "job_runs",
        sa.Column(
            "job", sa.Integer, sa.ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        _run(nullable=False),
    )
    op.create_index("job_runs_by_run", "job_runs", ["run"])


def _run(*, primary_key: bool = False, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(
        "run",
        sa.Integer,
        sa.ForeignKey("runs.number", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=nullable and not primary_key,
    )
