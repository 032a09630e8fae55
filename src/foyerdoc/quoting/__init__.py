"""Which sentences of the passages answer a question, and whether any does: `Quoter`.

passages.py   question and passage as tokens that are read together
network.py    a base and a head over the mean of each sentence's tokens
quoter.py     `Quoter`: a trained network from its folder
"""

from foyerdoc.quoting.passages import Passage
from foyerdoc.quoting.quoter import Quoter, bundled, bundled_for

__all__ = ["Passage", "Quoter", "bundled", "bundled_for"]
