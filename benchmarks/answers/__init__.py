"""Whether quotes answer, whether what is not there is refused, and how both compare.

quotes.py      exact match, F1 and citations on questions whose answer is known
refusals.py    thresholds: unrelated questions, and those on the subject that nothing answers
peer.py        answered and refused, beside LlamaIndex's CitationQueryEngine
cuad.py        what is cited of contracts, against the spans that lawyers marked
asking.py, scores.py    what the others are told, and what they count with
"""
