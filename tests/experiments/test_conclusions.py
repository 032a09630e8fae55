"""What is said of effects: only what the numbers carry, the same on the page, in JSON and on the terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from benchmarks.planted_effects import DIRECT, NOTHING, PASSING
from benchmarks.planted_tables import FACTORS, Planted, table
from typer.testing import CliRunner

from foyerdoc.cli import app
from foyerdoc.evaluation.drawing import Axis, Interval, Link, forest, network
from foyerdoc.experiments.effects.analysis import Options, analyse_observations
from foyerdoc.experiments.effects.conclusions import conclude
from foyerdoc.experiments.effects.report import write_report
from foyerdoc.experiments.table import Results

CLAIMS = ("raises", "lowers", "depends on", "by way of")


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.linked = "", [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.linked += [value for name, value in attrs if name in ("src", "href", "srcset") or name.startswith("on")]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("planted", [DIRECT, PASSING, NOTHING, Planted()])
@pytest.mark.parametrize("seed", range(2))
def test_as_many_claims_as_effects_that_are_shown(planted, seed):
    found = analyse_observations(table(planted, seed, documents=40), Options(structure=False))
    may = conclude(found).may
    (outcome,) = found.outcomes
    shown = [one for one in outcome.effects if one.shown]
    mains = [one for one in shown if len(one.factors) == 1]
    passages = [part for one in found.mediations for part in one.passages if part.shown]
    assert sum("averaged over the other knobs" in told for told in may) == len(mains)
    assert sum("depends on" in told for told in may) == len(shown) - len(mains)
    assert sum("by way of" in told for told in may) == len(passages)
    hidden = {one.factors[0] for one in outcome.effects if len(one.factors) == 1 and not one.shown}
    assert sum(told.startswith("For ") and "is shown: differences" in told for told in may) == len(hidden)
    assert all("would have been seen" in told for told in may if "no effect on" in told)


def test_a_claim_says_how_much_and_which_way():
    planted = Planted(on_outcome={(1, 1): -0.3})
    may = conclude(analyse_observations(table(planted, 0), Options(structure=False))).may
    (claim,) = [told for told in may if "averaged" in told]
    assert claim.startswith("embedder = minilm instead of e5 lowers quality by 0.3")


def test_nothing_is_claimed_of_nothing_and_limits_are_named():
    told = conclude(analyse_observations(table(Planted(), 1), Options(resamples=2)))
    assert not [one for one in told.may if any(word in one for word in CLAIMS)]
    assert any("do not settle which setting is best" in one for one in told.may)
    assert any("does not mean “none”" in one for one in told.may_not)


def written(tmp_path, planted=PASSING) -> Results:
    seen = table(planted, 0, documents=40)
    rows = [
        {
            "run": "-".join(map(str, seen.settings[n])),
            "replicate": 0,
            "order": n,
            "item": f"q{seen.items[n]}",
            "document": f"<b>{seen.documents[n]}",
            "language": "fr",
            **{factor.name: factor.levels[seen.settings[n, place]] for place, factor in enumerate(FACTORS)},
            "recall": float(seen.measures["recall"][n]),
            "a<b": float(seen.outcomes["quality"][n]),
        }
        for n in range(len(seen))
    ]
    results = Results({factor.name: factor.levels for factor in FACTORS}, ("recall",), ("a<b",), rows)
    results.write(tmp_path)
    return results


def test_page_json_and_terminal_say_the_same(tmp_path):
    written(tmp_path)
    report = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["effects", str(tmp_path), "--out", str(report), "--resamples", "3", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    page = Texts()
    page.feed(report.read_text(encoding="utf-8"))
    assert not {"script", "img", "link", "b"} & set(page.tags)
    assert page.linked == []
    assert page.tags.count("svg") == 3
    for sentence in [*told["conclusions"]["may"], *told["conclusions"]["may_not"]]:
        assert sentence in page.text
    (outcome,) = told["analysis"]["outcomes"]
    assert outcome["name"] == "a<b"
    assert len(outcome["effects"]) == told["analysis"]["families"][0][1] == 19
    for one in outcome["effects"]:
        assert f"{one['estimate']:+.3f}" in page.text
    assert told["analysis"]["structures"][0]["resamples"] == 3

    plain = CliRunner().invoke(app, ["effects", str(tmp_path), "--no-structure"])
    assert plain.exit_code == 0
    assert "What may not" in plain.stdout
    assert next(s for s in told["conclusions"]["may"] if "by way of" in s) in plain.stdout


def test_wrong_use_is_one_line(tmp_path):
    written(tmp_path)
    done = CliRunner().invoke(app, ["effects", str(tmp_path), "--lower", "speed"])
    assert (done.exit_code, "Traceback" in done.output) == (2, False)
    assert "no outcome is called 'speed'" in done.stderr


def test_names_are_shown_as_they_are(tmp_path):
    told = Results(
        {"mode [/b]": ("x", "[red]y")},
        (),
        ("f1 :x: score",),
        [
            {"run": "r", "replicate": 0, "order": n, "item": f"q{n}", "document": f"d{n // 6}", "language": "fr",
             "mode [/b]": ("x", "[red]y")[n % 2], "f1 :x: score": float(n % 3 == 0)}
            for n in range(60)
        ],
    )  # fmt: skip
    told.write(tmp_path)
    shown = CliRunner().invoke(app, ["effects", str(tmp_path), "--no-structure"])
    assert shown.exit_code == 0, shown.output
    assert "mode [/b]: [red]y - x" in shown.stdout
    assert "f1 :x: score" in shown.stdout


def test_infinite_intervals_and_hostile_names_can_be_drawn():
    bars = [
        Interval("<script>", 0.1, 0.0, 0.2, -np.inf, np.inf, True),
        Interval("none", np.nan, np.nan, np.nan, np.nan, np.nan),
    ]
    links = [Link("<i>", "y", 0.5, strong=True), Link("y", "z", 1.0, tip=False)]
    svg = forest("<b>", Axis("x"), bars) + network("<b>", [["<i>"], ["y", "z"]], links)
    assert svg.count("<polygon") == 1
    assert svg.count("<path") == 2
    assert "<i>" not in svg
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "nan" not in svg
    assert "inf" not in svg


def test_the_goal_of_a_plan_is_corrected_by_itself_and_comes_first():
    seen = table(DIRECT, 0)
    seen, recall = replace(seen, measures={}), seen.measures["recall"]
    more = replace(seen, outcomes={"other": recall, **seen.outcomes, "refused": 1 - seen.outcomes["quality"]})
    alone = analyse_observations(seen, Options(structure=False)).outcomes[0]
    found = analyse_observations(more, Options(("refused",), structure=False), goal="quality")
    assert found.outcomes[0] == alone
    assert found.families == ((("quality",), 19), (("other", "refused"), 38))
    assert found.outcomes[2].best.setting == alone.best.setting
    told = conclude(found)
    assert any("quality is the goal that the plan names" in one for one in told.may_not)
    assert any(one.startswith("On refused nothing else is shown") for one in told.may)
    assert analyse_observations(more, Options(structure=False)).families == ((("other", "quality", "refused"), 57),)


def test_the_report_of_one_factor_and_no_measure(tmp_path):
    seen = table(Planted(), 0, documents=10)
    one = replace(seen, factors=FACTORS[1:2], settings=seen.settings[:, 1:2], measures={})
    found = analyse_observations(one, Options())
    assert (found.mediations, found.structures) == ((), ())
    write_report(found, tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size > 3000
