"""What passes through measures: planted paths are found, hardness of items is no path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.planted_effects import PASSING, mediation_coverage, mediations
from benchmarks.planted_tables import table

from foyerdoc.experiments.effects.mediation import mediate
from foyerdoc.experiments.effects.moments import moments_of


def test_intervals_hold_what_was_planted():
    shares = mediation_coverage(PASSING, list(mediations(PASSING, 100, 400)))
    assert all(0.9 <= share <= 0.99 for share in shares.values()), shares


def test_a_path_is_claimed_where_there_is_one_and_nowhere_else():
    found = next(iter(mediations(PASSING, 1, 4000)))
    shown = {(one.factor, one.level) for one in found if one.passages[0].shown}
    assert shown == {("chunk_size", 128), ("retrieval", "fused")}


@pytest.mark.parametrize("cut", [{"on_recall": {}}, {"recall_effect": 0.0}])
def test_half_a_path_is_none(cut):
    found = list(mediations(replace(PASSING, **cut), 50, 2000))
    assert np.mean([any(one.passages[0].shown for one in table_found) for table_found in found]) <= 0.05 + 0.07


def test_parts_add_up_and_agree_with_plain_regression():
    seen = table(PASSING, 0)
    moments = moments_of(seen, "quality")
    assert moments is not None
    assert moments.within == "item"
    found = mediate([moments], seen.factors, resamples=50)
    knobs, recall, quality = moments.values[:, :-2], moments.values[:, -2], moments.values[:, -1]
    total = np.linalg.lstsq(knobs, quality, rcond=None)[0]
    both = np.linalg.lstsq(np.column_stack([knobs, recall]), quality, rcond=None)[0]
    on_recall = np.linalg.lstsq(knobs, recall, rcond=None)[0]
    for place, one in enumerate(found):
        assert one.total.value == pytest.approx(total[place])
        assert one.direct.value == pytest.approx(both[place])
        assert one.passages[0].indirect.value == pytest.approx(on_recall[place] * both[-1])
        assert one.total.value == pytest.approx(one.direct.value + sum(part.indirect.value for part in one.passages))


def test_hard_items_do_not_make_a_measure_look_like_a_cause():
    seen = table(replace(PASSING, recall_effect=0.0), 0)
    naive = np.corrcoef(seen.measures["recall"], seen.outcomes["quality"])[0, 1]
    assert naive > 0.3
    moments = moments_of(seen, "quality")
    assert moments is not None
    passage = mediate([moments], seen.factors, resamples=500)[0].passages[0]
    assert passage.on_outcome.low < 0 < passage.on_outcome.high


def test_a_measure_that_repeats_another_is_left_out_and_named():
    seen = table(PASSING, 0)
    recall = seen.measures["recall"]
    more = replace(seen, measures={"recall": recall, "hits": 5 * recall, "none": np.full(len(seen), np.nan)})
    moments = moments_of(more, "quality")
    assert moments is not None
    assert moments.measures == 1
    assert [note.split()[2] for note in moments.notes] == ["none", "hits"]
    assert moments_of(replace(seen, measures={}), "quality") is None


def test_single_rows_are_compared_with_their_document_or_with_all():
    seen = table(PASSING, 0, items=3, cells=1)
    assert moments_of(seen, "quality").within == "document"  # type: ignore[union-attr]
    assert moments_of(table(PASSING, 0, documents=200, items=1, cells=1), "quality").within == "nothing"  # type: ignore[union-attr]
