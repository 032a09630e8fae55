"""The figures of benchmarks/finetuning, from runs made up by hand."""

from __future__ import annotations

import argparse

import pytest
from benchmarks.finetuning.measuring import Marks, Trained, training_table
from benchmarks.finetuning.speed import chosen


def test_windows_leave_the_warm_up_out() -> None:
    # Slow at first, then 100 tokens a second.
    marks = Marks(steps=[2, 4, 6, 8, 10], seconds=[20.0, 21.0, 22.0, 23.0, 24.0], tokens=[100, 200, 300, 400, 500])
    assert marks.windows(4) == [100.0, 100.0, 100.0]
    assert marks.windows(0)[0] == 100.0


def test_windows_of_a_run_that_ended_in_its_warm_up_are_none() -> None:
    assert Marks(steps=[2], seconds=[1.0], tokens=[10]).windows(5) == []


def test_table_compares_losses_at_the_last_step_that_all_reached() -> None:
    long = Trained("ours", [300.0, 330.0, 270.0], 250.0, [float(n) for n in range(20, 0, -1)], 2.0, 3.0, 9.0)
    short = Trained("theirs", [100.0, 90.0, 110.0], 80.0, [float(n) for n in range(20, 10, -1)], 4.0, 5.0, 9.0, "8 at once")
    ours, theirs = training_table([long, short], "theirs")
    assert ours["ratio"] == 3.0
    assert theirs["ratio"] == 1.0
    assert ours["loss, steps 3 to 10"] == theirs["loss, steps 3 to 10"] == 14.5
    assert theirs["settings"] == "8 at once"


def test_parts_are_chosen_with_their_models() -> None:
    assert chosen("b,a:e5") == [("b", "7b"), ("a", "e5")]
    assert len(chosen("a,b,c,d")) == 8
    with pytest.raises(argparse.ArgumentTypeError):
        chosen("b:e5")
