"""Arrows: planted ones are found, none points at a knob, and few are invented."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.planted_effects import ARROWS, NOTHING, PASSING, arrows, structures
from benchmarks.planted_tables import FACTORS, table

from foyerdoc.errors import MissingDependency
from foyerdoc.experiments.effects.analysis import Options, analyse_observations
from foyerdoc.experiments.effects.moments import moments_of
from foyerdoc.experiments.effects.structure import _allowed, find_structure, independence_test

KNOBS = {factor.name for factor in FACTORS}


@pytest.fixture(scope="module")
def found():
    return list(structures(PASSING, 2, 8, 80))


def test_planted_arrows_are_found_and_stable(found):
    shares = arrows(found, ARROWS)
    assert shares["PC"]["found"] == 1
    assert shares["DirectLiNGAM"]["found"] == 1
    assert shares["PC"]["others a table"] == shares["DirectLiNGAM"]["others a table"] == 0


def test_nothing_points_at_a_knob_or_back_in_time(found):
    for one in found:
        assert not [edge for edge in one.edges if edge.target in KNOBS or edge.source == "quality"]
        assert one.removed["knob"] > 0  # NOTEARS does draw them here; they are counted
        assert 0 < one.removed_share <= 1
        assert all(0 <= share <= 1 for edge in one.edges for share in edge.stability.values())


def test_hardly_any_arrow_is_invented():
    shares = arrows(list(structures(NOTHING, 5, 3, 60)), set())
    assert all(one["others a table"] <= 0.4 for one in shares.values()), shares


def test_the_independence_test_keeps_its_level_although_rows_are_not_independent():
    p = []
    for seed in range(150):
        moments = moments_of(table(NOTHING, seed, documents=40), "quality")
        test = independence_test(moments.products, np.ones(len(moments.starts), dtype=np.int64))
        p += [test(None, 0, 7, [])[2], test(None, 2, 7, [6])[2], test(None, 6, 7, [0, 3])[2]]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.08


def test_the_same_seed_draws_the_same(found):
    assert next(iter(structures(PASSING, 1, 8, 80))) == found[0]


def test_pc_looks_for_separating_sets_at_both_ends():
    # size -> recall <- mode -> quality, and recall -> quality: only {recall, mode} separates size from quality, and mode is no
    # neighbour of size. gCastle's default variant keeps an arrow there.
    from castle.algorithms import PC
    from castle.common.priori_knowledge import PrioriKnowledge

    rng = np.random.default_rng(0)
    base = table(NOTHING, 0, documents=200)
    size, mode = base.settings[:, 1], base.settings[:, 3]
    recall = size + mode + rng.standard_normal(len(base))
    quality = recall - 2 * mode + rng.standard_normal(len(base))
    factors = (FACTORS[1], FACTORS[3])
    seen = replace(
        base, factors=factors, settings=base.settings[:, [1, 3]], measures={"recall": recall}, outcomes={"quality": quality}
    )
    moments = moments_of(seen, "quality")
    everyone = np.ones(len(moments.starts), dtype=np.int64)
    known = PrioriKnowledge(4)
    known.add_forbidden_edges([(a, b) for a, b in np.argwhere(~_allowed(moments)).tolist() if a != b])
    plain = PC(variant="stable", alpha=0.01, ci_test=independence_test(moments.products, everyone), priori_knowledge=known)
    plain.learn(moments.values[:2])
    assert np.asarray(plain.causal_matrix)[0, 3] == 1
    edges = find_structure(moments, resamples=1).edges
    assert {(e.source, e.target) for e in edges if "PC" in e.found} == {
        ("embedder", "recall"),
        ("prompt", "recall"),
        ("prompt", "quality"),
        ("recall", "quality"),
    }


def test_logging_and_the_numbers_of_torch_stay_as_they_were():
    code = (
        "import logging, numpy as np\n"
        "from foyerdoc.experiments.effects.structure import _load\n"
        "_load()\n"
        "root = logging.getLogger()\n"
        "print(len(root.handlers), root.level == logging.WARNING, logging.root.manager.disable)\n"
        "import torch; print(torch.get_default_dtype())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert (done.stdout.split(), done.stderr) == (["0", "True", "0", "torch.float32"], "")
    assert logging.root.manager.disable == 0


@pytest.mark.parametrize("package", ["statsmodels.regression.mixed_linear_model", "castle"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependency) as told:
        analyse_observations(table(PASSING, 0, documents=10), Options(resamples=1))
    assert told.value.hint == "pip install 'foyerdoc[experiments]'"


def test_measures_point_forward_only():
    base = table(PASSING, 0, documents=30)
    later = base.measures["recall"] + 0.1 * np.random.default_rng(0).standard_normal(len(base))
    seen = replace(base, measures={**base.measures, "support": later})
    edges = find_structure(moments_of(seen, "quality"), resamples=2).edges
    assert ("recall", "support") in {(edge.source, edge.target) for edge in edges}
    assert not [edge for edge in edges if edge.source == "support" and edge.target != "quality"]
