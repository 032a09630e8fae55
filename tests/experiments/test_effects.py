"""Effects: known ones are found with honest intervals, and none are invented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from benchmarks.planted_effects import DIRECT, NOTHING, coverage, effects, invented, least_squares, mixed, true_effect
from benchmarks.planted_tables import CHUNK, EMBEDDER, FACTORS, PROMPT, RETRIEVAL, Planted, table
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.multitest import multipletests

from foyerdoc.errors import UsageError
from foyerdoc.evaluation.statistics import holm
from foyerdoc.experiments.effects.analysis import Options, analyse, analyse_observations
from foyerdoc.experiments.effects.comparisons import compare, steps
from foyerdoc.experiments.effects.design import design_of
from foyerdoc.experiments.effects.fitting import fit_least_squares, fit_mixed
from foyerdoc.experiments.effects.observations import Factor, observe
from foyerdoc.experiments.table import Results


def test_intervals_hold_what_was_planted_and_little_is_claimed_that_was_not():
    shares = coverage(DIRECT, list(effects(DIRECT, 150, least_squares)))
    assert 0.92 <= shares["coverage, main"] <= 0.98
    assert 0.92 <= shares["coverage, interaction"] <= 0.98
    assert shares["claimed, planted interaction"] > 0.3
    assert shares["claimed, none"] < 0.01


def test_right_or_wrong_is_an_outcome_like_any_other():
    small = replace(DIRECT, uneven=0.05)
    for fitter, tables in ((least_squares, 100), (mixed, 8)):
        shares = coverage(small, list(effects(small, tables, fitter, right_or_wrong=True)))
        assert 0.9 <= shares["coverage, main"] <= 0.99
        assert 0.9 <= shares["coverage, interaction"] <= 0.99


def test_nothing_is_invented_where_nothing_is_planted():
    # 5% of the tables, and of 200 as many more as chance gives one time in a hundred.
    assert invented(list(effects(NOTHING, 200, least_squares))) <= 0.05 + 0.036


def test_the_mixed_model_covers_too_and_sees_more():
    tables = 15
    found, plain = (list(effects(DIRECT, tables, fitter)) for fitter in (mixed, least_squares))
    shares = coverage(DIRECT, found)
    assert 0.9 <= shares["coverage, main"] <= 0.99
    assert 0.9 <= shares["coverage, interaction"] <= 0.99
    assert shares["claimed, planted interaction"] > 0.7
    assert invented(list(effects(NOTHING, tables, mixed))) <= 0.2
    errors = [np.mean([one.error for one in table_effects]) for some in (found, plain) for table_effects in some]
    assert np.mean(errors[:tables]) < 0.85 * np.mean(errors[tables:])


def test_without_noise_effects_are_exact_however_uneven_the_design():
    rng = np.random.default_rng(0)
    seen = table(DIRECT, 0, documents=20)
    planted = replace(DIRECT, uneven=0.0)
    settings = np.stack(
        [
            rng.choice(len(f.levels), size=len(seen), p=np.arange(1, len(f.levels) + 1) / sum(range(1, len(f.levels) + 1)))
            for f in FACTORS
        ],
        axis=1,
    )
    outcome = sum(effect * (settings[:, f] == level) for (f, level), effect in planted.on_outcome.items())
    outcome = outcome + sum(
        e * (settings[:, a] == b) * (settings[:, c] == d) for (a, b, c, d), e in planted.interactions.items()
    )
    design = design_of(FACTORS, settings)
    fit = fit_least_squares(design.matrix(settings), outcome, seen.documents)
    for effect in compare("quality", fit, design.contrasts()):
        assert effect.estimate == pytest.approx(true_effect(planted, effect), abs=1e-9)


def test_rounding_is_no_effect_and_few_documents_that_agree_are_no_certainty():
    # No setting matters, and sums of 0.1 leave something of 1e-17.
    told = results(match=lambda n: 0.1 * (n // 6 % 10), document=lambda n: f"d{n // 6 % 10}")
    assert not any(one.estimate or one.shown for one in analyse(told, Options(structure=False)).outcomes[0].effects)
    # "fused" is right, "dense" is not: of 10 documents that is a claim, of 3 a coin says it one time in four.
    for documents, claimed in ((10, True), (3, False)):
        told = results(
            match=lambda n: float(n % 2),
            mode=lambda n: ("dense", "fused")[n % 2],
            document=lambda n, d=documents: f"d{n // 6 % d}",
        )
        effect = next(one for one in analyse(told, Options(structure=False)).outcomes[0].effects if one.factors == ("mode",))
        assert effect.estimate == pytest.approx(1.0)
        assert effect.p == pytest.approx(2 * 0.5**documents)
        assert effect.shown is claimed


def test_errors_by_document_are_those_of_statsmodels():
    seen = table(DIRECT, 3, documents=30)
    columns = design_of(seen.factors, seen.settings).matrix(seen.settings)
    ours = fit_least_squares(columns, seen.outcomes["quality"], seen.documents)
    theirs = sm.OLS(seen.outcomes["quality"], columns).fit(cov_type="cluster", cov_kwds={"groups": seen.documents})
    np.testing.assert_allclose(ours.coefficients, theirs.params, atol=1e-10)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), atol=1e-12)


def test_weighted_coefficients_are_those_of_the_mixed_model():
    seen = table(DIRECT, 3, documents=30, items=1)
    columns = design_of(seen.factors, seen.settings).matrix(seen.settings)
    shuffled = np.random.default_rng(0).permutation(len(seen))
    ours = fit_mixed(columns[shuffled], seen.outcomes["quality"][shuffled], seen.documents[shuffled], seen.items[shuffled])
    theirs = MixedLM(seen.outcomes["quality"], columns, groups=seen.documents).fit()
    assert set(ours.variances) == {"document", "row"}
    np.testing.assert_allclose(ours.coefficients, theirs.fe_params, atol=1e-5)


@pytest.mark.parametrize(("outcome", "items", "said"), [("exact", 3, "given up"), ("plain", 3, "about one row each")])
def test_where_there_is_no_mixed_model_least_squares_say_so(outcome, items, said):
    seen = table(DIRECT, 0, documents=40, items=items)
    if outcome == "plain":
        seen = seen.take(np.arange(len(seen)) % 18 == 0)
        columns = np.ones((len(seen), 1))
    else:
        columns = design_of(seen.factors, seen.settings).matrix(seen.settings)
    values = columns @ np.arange(1.0, columns.shape[1] + 1) if outcome == "exact" else seen.outcomes["quality"]
    fit = fit_mixed(columns, values, seen.documents, seen.items)
    assert fit.method.startswith("ordinary least squares")
    assert any(said in note for note in fit.notes)


def test_holms_steps_reject_what_statsmodels_rejects_and_intervals_agree():
    rng = np.random.default_rng(0)
    for size in (1, 2, 9, 40):
        p = rng.uniform(size=size) ** 4
        alphas = steps(holm(p))
        rejected, theirs, _, _ = multipletests(p, method="holm")
        np.testing.assert_allclose(holm(p), theirs)
        np.testing.assert_array_equal(p < np.array(alphas), rejected)
    for one in (one for found in effects(DIRECT, 10, least_squares) for one in found):
        assert one.shown == (one.corrected_p < 0.05)
        assert one.corrected_low <= one.low <= one.estimate <= one.high <= one.corrected_high


def test_interactions_that_a_fraction_cannot_tell_apart_are_named_and_left_out():
    factors = tuple(Factor(name, ("low", "high")) for name in "abc")
    settings = np.array([[a, b, a ^ b] for a in (0, 1) for b in (0, 1)] * 20)
    design = design_of(factors, settings)
    assert design.terms == ((0,), (1,), (2,))
    assert design.aliased == (("a", "b"), ("a", "c"), ("b", "c"))
    with pytest.raises(UsageError, match="'c' cannot be told"):
        design_of(factors, settings[:, [0, 1, 1]])


def test_interactions_that_would_blur_main_effects_are_left_out_too():
    factors = tuple(Factor(name, ("low", "high")) for name in "abc")
    settings = np.array([[a, b, a ^ b] for a in (0, 1) for b in (0, 1)] * 20)
    settings[:2, 2] ^= 1
    design = design_of(factors, settings)
    assert design.aliased == (("a", "b"), ("a", "c"), ("b", "c"))
    settings[:20, 2] ^= 1
    assert design_of(factors, settings).aliased == ()


def test_too_few_rows_leave_interactions_out():
    seen = table(DIRECT, 0, documents=10, items=2, cells=3)
    assert design_of(seen.factors, seen.settings).thin


def test_the_best_setting_is_found_and_each_knob_turned_away_from_it():
    planted = Planted(on_outcome={(CHUNK, 1): 0.3, (EMBEDDER, 1): -0.3, (RETRIEVAL, 2): 0.3, (PROMPT, 1): 0.3})
    seen = table(planted, 0, documents=60)
    best = analyse_observations(seen, Options(structure=False)).outcomes[0].best
    assert best.setting == {"chunk_size": 128, "embedder": "e5", "retrieval": "fused", "prompt": "en"}
    assert best.share > 0.9
    assert best.predicted == pytest.approx(1.3, abs=0.1)
    assert best.observed == pytest.approx(1.3, abs=0.15)
    assert len(best.ablations) == 6
    assert all(one.effect.shown and one.effect.estimate < -0.2 for one in best.ablations)
    assert all(one.observed == pytest.approx(-0.3, abs=0.2) for one in best.ablations)
    worst = analyse_observations(seen, Options(("quality",), structure=False)).outcomes[0].best
    assert worst.setting["embedder"] == "minilm"
    assert worst.predicted < 0.3


def test_a_trend_over_the_sweep_is_noticed():
    seen = table(NOTHING, 1)
    shuffled = np.random.default_rng(0).permutation(len(seen)).astype(float)
    drifting = replace(seen, order=shuffled, outcomes={"quality": seen.outcomes["quality"] + 0.3 * shuffled / len(seen)})
    drift = analyse_observations(drifting, Options(structure=False)).outcomes[0].drift
    assert drift is not None
    assert drift.low < 0.3 < drift.high
    assert drift.low > 0.2


# --- results as a sweep writes them ----------------------------------------------------------------------------------------


def results(rows: int = 60, **changed) -> Results:
    rng = np.random.default_rng(0)
    told = []
    for number in range(rows):
        size, mode = int(rng.choice([64, 128])), str(rng.choice(["dense", "fused"]))
        row = {
            "run": f"r{number}",
            "replicate": 0,
            "order": number,
            "item": f"q{number // 3 % 2}",
            "document": f"d{number // 6}",
        }
        row |= {"language": "fr", "size": size, "mode": mode, "recall": float(rng.uniform()), "match": float(rng.integers(2))}
        told.append(row | {name: value(number) for name, value in changed.items()})
    return Results({"size": (64, 128), "mode": ("dense", "fused")}, ("recall",), ("match",), told)


def test_items_are_told_apart_within_documents():
    seen, notes = observe(results())
    assert (seen.documents.max() + 1, seen.items.max() + 1, notes) == (10, 20, ())


def test_rows_without_a_value_are_left_out_and_counted():
    found = analyse(results(match=lambda n: None if n % 10 == 0 else float(n % 3 == 0)), Options(structure=False))
    assert (found.outcomes[0].rows, found.outcomes[0].missing) == (54, 6)


def test_values_whose_squares_do_not_fit_are_refused_by_name():
    large = results(match=lambda n: 1e100 * (n % 2), recall=lambda n: -5e99 * (n % 3))
    with np.errstate(over="raise", invalid="raise"):
        assert np.isfinite(analyse(large, Options(structure=False)).outcomes[0].effects[0].corrected_high)
    for name in ("match", "recall"):
        with (
            np.errstate(over="raise", invalid="raise"),
            pytest.raises(UsageError, match=f"'{name}' has values beyond 1e\\+100") as caught,
        ):
            analyse(results(**{name: lambda n: 1e308 * (n % 2)}), Options(structure=False))
        assert "unit" in caught.value.hint


def test_levels_that_no_row_shows_are_named():
    found = analyse(results(mode=lambda n: "dense"), Options(structure=False))
    assert [factor.name for factor in found.factors] == ["size"]
    assert any("fused" in note for note in found.notes)
    assert any("mode has one level" in note for note in found.notes)


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({"match": lambda n: 1.0}, Options()),
        ({"match": lambda n: None}, Options()),
        ({"document": lambda n: "d"}, Options()),
        ({"size": lambda n: 64, "mode": lambda n: "dense"}, Options()),
        ({}, Options(lower=("other",))),
    ],
)
def test_what_cannot_be_compared_is_refused(changed, options):
    with pytest.raises(UsageError):
        analyse(results(**changed), options)


def test_an_outcome_that_cannot_be_compared_is_left_out():
    told = results()
    rows = [{**row, "flat": 1.0, "half": row["match"] if row["mode"] == "dense" else None} for row in told.rows]
    found = analyse(Results(told.factors, told.measures, ("flat", "half", "match"), rows), Options(structure=False))
    assert [one.name for one in found.outcomes] == ["match"]
    assert any("flat is left out: it has the same value" in note for note in found.notes)
    assert any("half is left out: it has no value under a level of mode" in note for note in found.notes)
