"""Sweeps with real models: nothing is computed twice, a kill loses nothing, and the best settings are loaded again."""

import json
import subprocess
import sys
from collections import Counter

import pytest
import yaml
from typer.testing import CliRunner

from foyerdoc.chat import Chat
from foyerdoc.cli import app
from foyerdoc.embedding import SentenceEmbedder
from foyerdoc.errors import GoldError, UsageError
from foyerdoc.experiments import stages
from foyerdoc.experiments.plan import Plan
from foyerdoc.experiments.sweep import SETTINGS, _alone, _contents, sweep
from foyerdoc.experiments.table import Results
from foyerdoc.index import Index
from foyerdoc.recipe import Recipe


@pytest.fixture
def counted(monkeypatch):
    """How often each stage was called, and which texts were embedded."""
    calls: Counter[str] = Counter()
    texts: Counter[tuple[str, str]] = Counter()

    def counting(owner, name):
        original = getattr(owner, name)

        def count(*arguments, **named):
            calls[name] += 1
            if name.startswith("embed"):
                texts.update((name, text) for text in arguments[1])
            return original(*arguments, **named)

        monkeypatch.setattr(owner, name, count)

    for owner, name in [
        (stages, "read"), (stages, "clean"), (Index, "add"), (SentenceEmbedder, "embed_documents"),
        (SentenceEmbedder, "embed_queries"),
    ]:  # fmt: skip
        counting(owner, name)
    return calls, texts


def test_a_sweep_of_chunks_reads_once_and_embeds_every_text_once(letters, told, tmp_path, counted, loaded):
    calls, texts = counted
    plan = Plan.of(told, letters)
    done = list(sweep(plan, tmp_path / "out"))
    assert (len(done), {one.total for one in done}) == (6, {6})
    assert (calls["read"], calls["clean"]) == (3, 3)
    assert calls["add"] == 2  # one index for each size of chunks
    assert set(texts.values()) == {1}
    assert sum(side == "embed_queries" for side, _ in texts) == 4

    results = Results.read(tmp_path / "out")
    assert len(results.rows) == 6 * 4
    assert sorted(set(results.column("order"))) == [1, 2, 3, 4, 5, 6]
    assert {(row["item"], row["document"], row["language"]) for row in results.rows} >= {("q2", "brief.txt", "de")}
    assert all(row["belief"] is None and row["supported"] == 1 for row in results.rows)
    fused = [row for row in results.rows if row["retrieval"] == "fused"]
    assert sum(row["recall_at_5"] for row in fused) == len(fused)
    assert sum(row["holds"] for row in fused) >= 0.75 * len(fused)

    again = list(sweep(plan, tmp_path / "out"))
    assert all(not one.made for one in again)
    assert (calls["read"], calls["add"]) == (3, 2)
    with pytest.raises(UsageError, match="another plan: seed differ"):
        list(sweep(Plan.of({**told, "seed": 1}, letters), tmp_path / "out"))


def test_a_killed_sweep_goes_on(letters, told, tmp_path, loaded):
    path = letters / "plan.yaml"
    path.write_text(yaml.safe_dump(told))
    command = [sys.executable, "-m", "foyerdoc", "sweep", str(path), "--out", str(tmp_path / "out"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        first = json.loads(process.stdout.readline())
        process.kill()
    assert first["number"] == 1
    killed = Results.read(tmp_path / "out")
    assert {row["run"] for row in killed.rows} >= {first["run"]}

    done = list(sweep(Plan.load(path), tmp_path / "out"))
    assert not done[0].made  # it was there
    fresh = tmp_path / "fresh"
    list(sweep(Plan.load(path), fresh))
    resumed, whole = Results.read(tmp_path / "out"), Results.read(fresh)
    assert sorted(resumed.rows, key=str) == sorted(whole.rows, key=str)


def test_a_language_model_is_asked_in_every_manner_and_once_in_each(letters, told, tmp_path, monkeypatch, loaded):
    from foyerdoc.models.local import LocalModel

    asked: Counter[str] = Counter()
    original = LocalModel.score

    def score(self, conversation, continuations):
        asked[self.name + "".join(message.content for message in conversation)] += 1
        return original(self, conversation, continuations)

    monkeypatch.setattr(LocalModel, "score", score)
    factors = {"prompt_language": ["fr", "en"], "prompt_length": ["short", "long"], "k": [2, 3]}
    settings = {"model": "smollm2", "quantization": "none", "threshold": 0.0, "chunk_size": 32}
    plan = Plan.of({**told, "factors": factors, "settings": settings, "per_item": 2, "replicates": 2}, letters)
    done = list(sweep(plan, tmp_path / "out"))
    assert set(asked.values()) == {1}
    results = Results.read(tmp_path / "out")
    assert len(results.rows) == 2 * 2 * 4
    assert {one.run.replicate for one in done} == {0, 1}
    assert all(0 <= row["belief"] <= 1 for row in results.rows)


def test_the_best_settings_are_loaded_by_index_chat_and_command_line(letters, told, tmp_path, embedder, loaded):
    list(sweep(Plan.of(told, letters), tmp_path / "out"))
    settings = tmp_path / "out" / SETTINGS
    recipe = Recipe.load(settings)
    assert recipe.model == "ranking"
    best = json.loads(settings.read_bytes())["about"]["best"]
    assert (recipe.chunk_size, recipe.retrieval) == (best["chunk_size"], best["retrieval"])

    runner = CliRunner()
    folder = str(tmp_path / "letters.index")
    added = runner.invoke(app, ["index", str(letters / "letters"), "--index", folder, "--settings", str(settings)])
    assert added.exit_code == 0, added.output
    with Index.open(folder, embedder=embedder, recipe=recipe) as index:
        assert max(hit.chunk.n_tokens for hit in index.search("franchise", 9)) <= recipe.chunk_size
        answer = Chat(index, recipe=recipe).ask("Quel est le montant de la franchise ?")
    assert "150 euros" in answer.text
    asked = ["ask", "Quel est le montant de la franchise ?", "--index", folder, "--settings", str(settings), "--json"]
    told_by_command = json.loads(runner.invoke(app, asked).stdout)
    assert told_by_command["text"] == answer.text
    with pytest.raises(UsageError, match="max_tokens"):
        Index.open(folder, embedder=embedder, recipe=recipe.model_copy(update={"chunk_size": 200}))


def test_two_sweeps_do_not_fill_one_folder(letters, told, tmp_path):
    plan = Plan.of({**told, "questions": "none.jsonl"}, letters)
    with _alone(tmp_path / "out"), pytest.raises(UsageError, match="another sweep fills"):
        list(sweep(plan, tmp_path / "out"))
    with pytest.raises(GoldError):  # the lock has gone
        list(sweep(plan, tmp_path / "out"))
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be a folder"):
        list(sweep(plan, tmp_path / "file"))


def test_other_examples_and_models_are_another_plan(letters, told, tmp_path):
    (letters / "mini").mkdir()
    weights, solved = letters / "mini" / "weights", letters / "solved.jsonl"
    weights.write_bytes(bytes(200_000))
    solved.write_text("")
    plan = Plan.of({**told, "models": {"mini": "mini"}, "examples": "solved.jsonl"}, letters)
    before = _contents(plan)
    assert _contents(plan) == before
    weights.write_bytes(bytes(199_999) + b"1")
    changed = _contents(plan)
    assert (changed["mini"] != before["mini"], changed["examples"] == before["examples"]) == (True, True)
    solved.write_text(" ")
    assert _contents(plan)["examples"] != before["examples"]


def test_a_goal_that_nothing_is_known_of_is_refused(letters, told, tmp_path):
    lines = [{**json.loads(line), "answers": []} for line in (letters / "questions.jsonl").read_text().splitlines()]
    (letters / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(UsageError, match="the goal is f1, and the gold has places without answers"):
        list(sweep(Plan.of(told, letters), tmp_path / "out"))


FULL = """
import resource, sys
from foyerdoc.errors import IndexBusy
from foyerdoc.experiments.cache import Cache
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 200_000))
try:
    Cache(Path(sys.argv[1], "none"))
except IndexBusy as error:
    print(error.hint)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
with Cache(Path(sys.argv[1])) as cache:
    cache.remember("stage", 1, lambda: b"kept")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 200_000))
    try:
        cache.remember("stage", 2, lambda: bytes(300_000))
    except IndexBusy as error:
        print(error.hint)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    assert cache.remember("stage", 1, lambda: b"lost") == b"kept"
    assert cache.remember("stage", 3, lambda: b"new") == b"new"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("make room") == 2


def test_questions_without_a_place_are_named(letters, told, tmp_path):
    lines = (letters / "questions.jsonl").read_text().replace("150 euros", "151 euros")
    (letters / "questions.jsonl").write_text(lines)
    with pytest.raises(UsageError, match="q1"):
        list(sweep(Plan.of(told, letters), tmp_path / "out"))
