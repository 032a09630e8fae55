"""Questions to the index, answered with evidence or not at all: `Chat`.

search -> sentences of the best chunks -> the ones that answer -> quotes with their places, or "not in the documents"

followups.py    a question that continues the one before, as one that stands alone
finding.py      passages and their sentences, weighed
answering.py    `Chat`: refuses, quotes, or lets a model write
citing.py       a sentence as a citation, looked up in its document
telling.py      an answer in pieces, each sentence with its numbers
writing.py      a model's sentences, each with the quotes that it rests on
support.py      whether quotes bear a sentence out, by code
engines.py      LlamaIndex's query and chat engines, and its language models as ours
"""

from foyerdoc.chat.answering import Chat
from foyerdoc.chat.finding import Found, closeness

__all__ = ["Chat", "Found", "closeness"]
