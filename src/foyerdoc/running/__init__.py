"""A pipeline over many files on many processors: each content once, whatever dies on the way.

driver.py   what is to be done, what is done, what goes where; one loop for all engines
job.py      what every worker makes its pipeline from
stages.py   what a worker does with a file
local.py    workers as processes of this machine (worker.py is what runs in them)
cluster.py  workers as tasks and actors of Ray
ledger.py   SQLite: what became of every file and content
tables.py   Parquet: what came out
"""

from foyerdoc.running.driver import Settled, run
from foyerdoc.running.job import Job

__all__ = ["Job", "Settled", "run"]
