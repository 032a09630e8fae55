"""Made business documents whose fields' places are known: what a general extraction adapter learns from.

    layouts/*.txt  what documents look like and say, one block a layout; the syntax is in `templates`
    roles.txt      what can be asked: formats, schemas' names, descriptions, the words that documents use for it
    lists.txt      things, reasons, places ... by language
    papers.txt     papers whose layout is composed; wordings.txt: what they say, by language
    roles          the table of roles, and those that follow from a party: its address, its account ...
    cases          the values of one document: drawn once, dates in order; `bill` has its items and sums that add up
    blocks         letterheads, windows, facts, lists, footers
    sums           tables of items, totals, instalments, payment slips
    spelling       sums in words
    templates      reads the layouts
    composing      layouts put together at random: bills, statements, notices, letters
    drafting       the same for contracts
    gathering      contracts of two to eight parties, in three languages
    wordings       draws what compositions say; some of it for those alone that are held out
    scribe         writes one document from a layout
    writer         text that remembers where each value stands
    asking         which fields of which names are asked of a document
    questions      what people would type to find a value; the questions of tools/quotes.py
    corpus         the rows

A new kind of paper is a layout in `layouts/`, or a row of papers.txt with its lists title_KIND and say_KIND in wordings.txt;
what nothing else asks is a row of roles.txt. Where a new row changes what is drawn, all rows of a seed change.
`tests/test_forms.py` writes every layout and names what is not there.

`python -m tools.forms OUT.jsonl --count 4000 --seed 0` writes one JSON object a line. A field's `values` are empty where the
document does not say it; else `places` are all stretches that say it in its own role, the best one first. The same arguments
give the same bytes. Every person, firm and number is invented; account numbers pass the checksum of ISO 13616.
"""
