"""The effects of a sweep as a table in Markdown, and its conclusions.

    python -m benchmarks.experiments.effects_table RESULTS

A difference stands in bold where it is claimed: its corrected interval, in brackets, leaves zero out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from foyerdoc.experiments.effects.analysis import Analysis, Options, analyse
from foyerdoc.experiments.effects.comparisons import Effect
from foyerdoc.experiments.effects.conclusions import compared, conclude, said, signed
from foyerdoc.experiments.table import Results


def effects_table(found: Analysis) -> str:
    """Main effects, and those interactions that are shown for any outcome, a column for each outcome."""
    names = [one.name for one in found.outcomes]
    cells: dict[str, dict[str, Effect]] = {}
    for outcome in found.outcomes:
        for effect in outcome.effects:
            cells.setdefault(compared(effect), {})[outcome.name] = effect
    kept = {name: row for name, row in cells.items() if " x " not in name or any(one.shown for one in row.values())}
    lines = [f"| comparison | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    lines += [f"| {name} | {' | '.join(_cell(row.get(outcome)) for outcome in names)} |" for name, row in kept.items()]
    return "\n".join(lines)


def _cell(effect: Effect | None) -> str:
    if effect is None:
        return ""
    value = f"**{signed(effect.estimate)}**" if effect.shown else signed(effect.estimate)
    return f"{value} ({said(effect.corrected_low)} to {said(effect.corrected_high)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    found = analyse(Results.read(parser.parse_args().results), Options(structure=False))
    print(effects_table(found))
    told = conclude(found)
    print(*(f"- {sentence}" for sentence in ("", *told.may, *told.may_not) if sentence), sep="\n")


if __name__ == "__main__":
    main()
