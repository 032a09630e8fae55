"""The parts: each is computed in a process of its own, and hands over what it has after every run."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.finetuning import classifying, measuring, ours, plain
from benchmarks.finetuning.material import SHAPES, Shape, material
from benchmarks.finetuning.measuring import Trained

Save = Callable[[dict[str, Any]], None]
OURS, DEFAULT, TUNED = "foyerdoc", "Trainer, padded", "Trainer, its best settings"


class Unit:
    """One part on one model.

    Args:
        data: folder of development data.
        device: "cuda" or "cpu".
        seconds: after which no further run is begun.
        run_seconds: after which a training run is stopped.
        rounds: turns that the variants take.
        settings: of our training, beyond the defaults.
        without: variants of our training that the last part compares, by name.
        tiny: random models of two layers.
        save: called with all results so far.
    """

    def __init__(
        self,
        data: Path,
        device: str,
        seconds: float,
        run_seconds: float,
        rounds: int,
        settings: dict[str, Any],
        without: dict[str, dict[str, Any]],
        *,
        tiny: bool,
        save: Save,
    ) -> None:
        self.data, self.device, self.tiny, self.save = data, device, tiny, save
        self.run_seconds, self.rounds = run_seconds, rounds
        self.settings, self.without = settings, without
        self.until = time.monotonic() + seconds
        self.results: dict[str, Any] = {"tables": {}, "runs": [], "errors": []}

    def shape(self, name: str) -> Shape:
        return SHAPES[name].small() if self.tiny else SHAPES[name]

    def training(self, name: str) -> None:
        """Training beside the Trainer."""
        shape = self.shape(name)
        given = material(shape, self.data)
        at_once, checkpointing = shape.plain
        best: tuple[int, bool] | None = None
        runs: list[Trained] = []
        for round_ in range(self.rounds):
            with self._kept(f"{OURS}, round {round_ + 1}"):
                runs.append(ours.train(OURS, shape, given, self.device, self.run_seconds, settings=self.settings))
            self._show(runs, DEFAULT)
            with self._kept(f"{DEFAULT}, round {round_ + 1}"):
                runs.append(
                    plain.train(
                        DEFAULT, shape, given, self.device, self.run_seconds, at_once=at_once, checkpointing=checkpointing
                    )
                )
            self._show(runs, DEFAULT)
            with self._kept(f"{TUNED}, round {round_ + 1}"):
                if best is None:
                    best, self.results["tuned settings, tokens/s"] = plain.fastest(
                        shape, given, self.device, self.run_seconds / 3
                    )
                runs.append(
                    plain.train(
                        TUNED, shape, given, self.device, self.run_seconds, at_once=best[0], checkpointing=best[1], tuned=True
                    )
                )
            self._show(runs, DEFAULT)
            if time.monotonic() > self.until:
                self.results["errors"].append(f"{round_ + 1} of {self.rounds} rounds: the time was over")
                break

    def memory(self, name: str) -> None:
        """The least memory that the shape trains in."""
        shape = self.shape(name)
        given = material(shape, self.data)
        rows = []
        for length in (48,) if self.tiny else (512, 1024, 2048):
            with self._kept(f"{length} tokens"):
                rows.append(ours.smallest(shape, given, self.device, length, limit=15e9))
            self.results["tables"]["memory under a limit of 15 GB"] = rows
            self.save(self.results)

    def classifying(self, _name: str) -> None:
        """Documents a second."""
        seconds = 0.1 if self.tiny else self.run_seconds / 12
        with self._kept("classifying"):
            for title, rows in classifying.compare(self.data, self.device, seconds, tiny=self.tiny):
                self.results["tables"][title] = rows
                self.save(self.results)

    def measures(self, name: str) -> None:
        """What each measure is good for alone: training without one of them, and classifying."""
        shape = self.shape(name)
        given = material(shape, self.data)
        variants: dict[str, dict[str, Any]] = {
            OURS: {},
            "no CUDA graphs": {"record": False},
            "plain NF4": {"settings": {"resident": False}},
            "no CUDA graphs, plain NF4": {"record": False, "settings": {"resident": False}},
            **{title: {"settings": settings} for title, settings in self.without.items()},
        }
        if shape.task == "labels":
            with self._kept("packed against padded"):
                self.results["tables"]["packed and padded compute the same"] = [ours.agreement(shape, given, self.device)]
            variants["no CUDA graphs, padded"] = {"padded": True}
            variants["no CUDA graphs, plain NF4, padded"] = {"padded": True, "settings": {"resident": False}}
        runs: list[Trained] = []
        for round_ in range(self.rounds):
            for title, told in variants.items():
                with self._kept(f"{title}, round {round_ + 1}"):
                    more = {**told, "settings": {**self.settings, **told.get("settings", {})}}
                    runs.append(ours.train(title, shape, given, self.device, self.run_seconds / 2, **more))
                self._show(runs, OURS)
            if time.monotonic() > self.until:
                self.results["errors"].append(f"{round_ + 1} of {self.rounds} rounds: the time was over")
                break
        if shape.task == "labels":
            with self._kept("classifying"):
                self._inference(shape)

    def _inference(self, shape: Shape) -> None:
        measuring.clear()
        given = classifying.stack(self.data, shape.name, 64 if self.tiny else 512, 8 if self.tiny else 1024)
        works = {
            "LoRA merged": classifying.classifier(shape, given, self.device, lora="merged"),
            "LoRA apart": classifying.classifier(shape, given, self.device, lora="apart"),
            "LoRA apart, plain NF4": classifying.classifier(shape, given, self.device, lora="apart", resident=False),
        }
        seconds = 0.1 if self.tiny else self.run_seconds / 12
        self.results["tables"]["classifying"] = classifying.rates(works, given.documents, seconds)
        self.save(self.results)

    def _show(self, runs: list[Trained], against: str) -> None:
        if runs:
            self.results["tables"]["training"] = measuring.training_table(runs, against)
            self.results["runs"] = measuring.as_json(runs)
        self.save(self.results)

    @contextmanager
    def _kept(self, what: str) -> Iterator[None]:
        """An error is remembered, and the rest goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the other runs are worth having
            trace = "".join(traceback.format_exception(error)[-6:])
            self.results["errors"].append(f"{what}: {type(error).__name__}: {error}\n{trace}")
            self.save(self.results)
