"""Ground truth, and how far from it a system and a person are.

gold.py            what people say: labels, fields, questions; labelstudio.py: to Label Studio and back
predictions.py     what a system said, line by line, and which gold it belongs to
comparing.py       whether two values mean the same
metrics/           what is counted: labels, fields, answers, retrieval, confidence, support
statistics.py      intervals over documents, paired comparisons, corrections, slices
agreement.py       how far people agree
measuring.py       all of it at once: `evaluate`
mistakes.py        what went most wrong, with its passages
reviewing/         the page on which people say what is right
report.py          the page and the record; drawing.py, pages.py: charts and HTML that load nothing
"""
