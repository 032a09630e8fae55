"""A page on which a person says what is right: `review_page`.

items.py      what there is to judge, and what the system said of it
queue.py      what comes first: doubt times what a mistake costs
records.py    an item as the page gets it
review.js     the page's one script, with review.css; nothing is loaded, nothing is sent
"""

from __future__ import annotations

from foyerdoc.evaluation.reviewing.items import Asked, Form, Item, Typed
from foyerdoc.evaluation.reviewing.queue import RULE, Weights, doubt, in_order
from foyerdoc.evaluation.reviewing.records import review_page, schema_of

__all__ = ["RULE", "Asked", "Form", "Item", "Typed", "Weights", "doubt", "in_order", "review_page", "schema_of"]
