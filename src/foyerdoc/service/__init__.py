"""`foyerdoc serve`: the library over HTTP, for several people and programs, each with a key.

app.py            the application, from its parts
configuration.py  what the owner of the service decides
ledger.py         one SQLite file: what was accepted, what is to be done, who has a key; entries.py: its tables and rows
access.py         who asks, and what they may
throttle.py       how much, how often and how many at once
library.py        collections: their files, indexes and answers
loading.py       models before the first question, in a thread
jobs.py           accepted files through the pipeline, in threads that can be killed at any moment
judging.py        what people say is right, and the review page
monitoring.py     metrics and log lines, none of which holds text of a document
problems.py       what went wrong, as a body that programs can read
ranges.py        a part of a file
routes/           the HTTP side, one file per subject
page/             the application in the browser: plain files, nothing from elsewhere
"""

from __future__ import annotations

from foyerdoc.service.app import make_app
from foyerdoc.service.configuration import Configuration

__all__ = ["Configuration", "make_app"]
