"""Packets: several documents in one file, labelled page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from foyerdoc.documents import Block, Document, Span, merge_spans
from foyerdoc.results import Alternative, Prediction, Segment


def page_documents(document: Document) -> Iterator[Document]:
    """Each page as a document of its own, its spans counted from the page's beginning."""
    for page in document.pages:
        start, end = page.span.start, page.span.end
        # Of a paragraph or table that runs over the page's edge, the page's part is plain text.
        blocks = tuple(_moved(block, -start) for block in document.blocks if page.span.contains(block.span))
        yield Document(
            id=document.id,
            name=document.name,
            media_type=document.media_type,
            text=document.text[start:end],
            language=document.language,
            pages=(replace(page, span=Span(0, end - start)),),
            blocks=blocks,
        )


def segments(document: Document, predictions: Sequence[Prediction]) -> list[Segment]:
    """Runs of pages with the same label, from the predictions of the pages.

    A page without text (the back of a sheet) belongs to the run before it, or to the first one.
    """
    placed = [
        (page, _moved_evidence(prediction, page.span.start))
        for page, prediction in zip(document.pages, predictions, strict=True)
        if document.text[page.span.start : page.span.end].strip()
    ]
    if not placed:
        return [Segment(tuple(page.number for page in document.pages), predictions[0])]
    runs = [list(run) for _, run in groupby(placed, key=lambda item: item[1].path)]
    starts = [document.pages[0].number, *(run[0][0].number for run in runs[1:])]
    ends = [*starts[1:], document.pages[-1].number + 1]
    return [
        Segment(tuple(p.number for p in document.pages if start <= p.number < end), _merged([said for _, said in run]))
        for run, start, end in zip(runs, starts, ends, strict=True)
    ]


def _merged(predictions: Sequence[Prediction]) -> Prediction:
    """What the pages of a run say together: their label, the mean of their confidences and scores, all their evidence."""
    first = predictions[0]
    if len(predictions) == 1:
        return first
    sums: dict[tuple[str, ...], float] = {}
    for alternative in (a for p in predictions for a in p.alternatives):
        sums[alternative.path] = sums.get(alternative.path, 0.0) + alternative.score / len(predictions)
    told = [p.confidence for p in predictions if p.confidence is not None]
    return replace(
        first,
        confidence=sum(told) / len(told) if told else None,
        alternatives=tuple(Alternative(path, score) for path, score in sorted(sums.items(), key=lambda item: -item[1])),
        evidence=merge_spans(span for p in predictions for span in p.evidence),
        fingerprint=replace(first.fingerprint, settings=(*first.fingerprint.settings, ("pages", str(len(predictions))))),
    )


def _moved_evidence(prediction: Prediction, by: int) -> Prediction:
    return replace(prediction, evidence=tuple(Span(s.start + by, s.end + by) for s in prediction.evidence))


def _moved(block: Block, by: int) -> Block:
    rows = tuple(tuple(Span(cell.start + by, cell.end + by) for cell in row) for row in block.rows)
    return replace(block, span=Span(block.span.start + by, block.span.end + by), rows=rows)
