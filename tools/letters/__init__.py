"""Labelled training letters for the bundled taxonomy (src/foyerdoc/demo/taxonomy.json).

    leaves/      what happened: hand-written situations, one module per leaf of the taxonomy
    grammar      alternatives, optional paragraphs and slots of a situation's text
    facts        what fills the slots of one document: people, places, dates, sums, numbers, firms
    words        the lists that facts draws from
    tables       bills, lists of stolen goods and other tables of items
    distractors  sentences about another matter than the document's own
    wording      salutations, closings and labels of each language
    frames       letter, mail, web form, short message, printed page
    noise        what scanning, hasty typing and line breaks do to a text
    corpus       the rows

`python -m tools.letters OUT.jsonl --per-leaf 30 --seed 0` writes one JSON object a line: id, text, category,
subcategory, language, situation. The same arguments give the same bytes.

A row's label says what the document is for. Whatever else it mentions is there on purpose.
Every person, firm and account number is invented; account numbers pass the checksum of ISO 13616.
"""
