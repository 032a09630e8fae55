"""The command line. Thin: each command calls the library and prints what it returns.

Results go to standard output, progress and errors to standard error. Exit status: 0; 1 when some inputs failed (the
rest is delivered); 2 for wrong use.
"""

from __future__ import annotations

from foyerdoc.cli.app import app
from foyerdoc.cli.classification import classify
from foyerdoc.cli.demo import demo
from foyerdoc.cli.documents import extract, read
from foyerdoc.cli.effects import effects
from foyerdoc.cli.evaluation import evaluate, gold
from foyerdoc.cli.export import export
from foyerdoc.cli.indexing import index
from foyerdoc.cli.machine import bundle, doctor, models
from foyerdoc.cli.questions import ask, chat, search
from foyerdoc.cli.reviewing import review
from foyerdoc.cli.running import run_files
from foyerdoc.cli.serving import serve
from foyerdoc.cli.sweeping import sweep
from foyerdoc.cli.training import train

__all__ = [
    "app",
    "ask",
    "bundle",
    "chat",
    "classify",
    "demo",
    "doctor",
    "effects",
    "evaluate",
    "export",
    "extract",
    "gold",
    "index",
    "models",
    "read",
    "review",
    "run_files",
    "search",
    "serve",
    "sweep",
    "train",
]
