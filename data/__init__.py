"""Data sets by name: what there is (``DATASETS``), what can be asked for, and the samples.

Importing this loads no data and no library but NumPy. No data set knows of networks.
"""

from data.dataset import Dataset, load
from data.mnist import forget
from data.registry import DATASETS
from data.sizing import settings
from data.source import Settings, Source, Task

__all__ = ["DATASETS", "Dataset", "Settings", "Source", "Task", "forget", "load", "settings"]
