"""The tables of the store, as SQLAlchemy Core knows them; ``migrations/`` makes them.

Times are seconds since 1970 (UTC), statuses the texts of ``core.report.Status``. A metric
that is NaN ("does not apply", or a loss that is not a number) is NULL: SQLite has no NaN,
and one rule serves both databases. Infinities are kept as they are by both.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from core.report import EPOCH_COLUMNS, LAYER_STATISTICS

# What an epoch reports beside its keys, updates and seconds: losses and metrics.
METRICS: tuple[str, ...] = EPOCH_COLUMNS[4:]
# The columns of a run's row that training fills: NULL until it does.
OUTCOMES: tuple[str, ...] = (
    *("diverged_at", "epochs_done", "updates", "train_seconds", *METRICS),
    *("best_test_accuracy", "best_test_r2", "best_epoch"),
)

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("run_id", String(16), nullable=False, unique=True),
    Column("experiment", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("epochs", Integer, nullable=False),
    Column("parameters", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("diverged_at", BigInteger),
    Column("epochs_done", Integer),
    Column("updates", BigInteger),
    Column("train_seconds", Double),
    *(Column(name, Double) for name in METRICS),
    Column("best_test_accuracy", Double),
    Column("best_test_r2", Double),
    Column("best_epoch", Integer),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
)

EPOCHS = Table(
    "epochs",
    METADATA,
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("updates", BigInteger, nullable=False),
    Column("seconds", Double),
    *(Column(name, Double) for name in METRICS),
    # The key is the order of the rows themselves: no second tree to keep.
    sqlite_with_rowid=False,
)

LAYERS = Table(
    "layers",
    METADATA,
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("layer", Integer, primary_key=True),
    Column("units", Integer, nullable=False),
    *(Column(name, Double) for name in LAYER_STATISTICS),
    Column("histogram_low", Double),
    Column("histogram_high", Double),
    # Counts as little-endian 32-bit integers, one after another.
    Column("histogram", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("weights", LargeBinary, nullable=False),
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("job_id", String(16), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("visitor", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("message", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("finished", Double),
    # Seconds of a worker's time that the job was given.
    Column("busy", Double, nullable=False, server_default="0"),
    # Epochs over all runs that were there already: it had not to train them.
    Column("known", BigInteger, nullable=False, server_default="0"),
    # Trainers that gave it a turn since its last new epoch, and did not end by themselves.
    Column("tries", Integer, nullable=False, server_default="0"),
    # The trainer asks for the oldest queued job several times a second.
    Index("jobs_by_status", "status", "number"),
)

JOB_RUNS = Table(
    "job_runs",
    METADATA,
    Column("job", ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
    # The round (1, 2, …) in which this job planned to train the run itself, in the company of
    # the others of that round; NULL where it did not.
    Column("planned", Integer),
    Index("job_runs_by_run", "run"),
)

# The lease of the one trainer that may write, in the row of number 1, and what it says of itself.
TRAINERS = Table(
    "trainers",
    METADATA,
    Column("number", Integer, primary_key=True),
    # Grows with each trainer that takes over: who holds an older one is refused.
    Column("token", BigInteger, nullable=False),
    # Empty where the lease was given back.
    Column("holder", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("heartbeat", Double, nullable=False),
    Column("address", Text, nullable=False),
    Column("workers", Integer, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("speed", Double, nullable=False),
)

# Where blocks of runs stand after an epoch, so that training goes on from there.
STATES = Table(
    "states",
    METADATA,
    # A hash of all that two trainings must share for one to go on as the other.
    Column("company", String(64), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    # How many runs it is of: one whose rows are gone, or not its own any more, is missing below.
    Column("members", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    # When it was kept, or gone on from, last.
    Column("updated", Double, nullable=False),
    # Last, for SQLite reads a row up to the column that is asked for.
    Column("content", LargeBinary, nullable=False),
)

# The runs of a state in their order, whose rows hold the epochs until it.
STATE_RUNS = Table(
    "state_runs",
    METADATA,
    Column("company", String(64), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
    # A JSON list: by hidden layer the dead_fraction after the epoch as a longer run reports it;
    # empty where the run's own rows have it.
    Column("dead", Text, nullable=False),
    ForeignKeyConstraint(
        ["company", "epoch"], ["states.company", "states.epoch"], ondelete="CASCADE"
    ),
    Index("state_runs_by_run", "run"),
)

NAMES = Table(
    "run_names",
    METADATA,
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False),
)

TAGS = Table(
    "run_tags",
    METADATA,
    Column("run", ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Index("run_tags_by_tag", "tag"),
)
