"""The store: runs, epochs, layers, snapshots of weights and jobs, in SQLite or PostgreSQL.

``Store.open(url)`` is the way in. The store keeps what training reports and gives it back
as frames and records; it knows neither training nor pages.
"""

from core.store.jobs import Job
from core.store.lease import Lease, Trainer
from core.store.line import Entry
from core.store.opening import in_memory
from core.store.search import Query
from core.store.store import Store

__all__ = ["Entry", "Job", "Lease", "Query", "Store", "Trainer", "in_memory"]
