from __future__ import annotations

import gzip
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from foyerdoc import prompts
from foyerdoc.documents import Span
from foyerdoc.errors import DamagedFile, FoyerdocError, ModelError, TrainingError, UsageError
from foyerdoc.finetuning.answering import encode_turns, end_token
from foyerdoc.finetuning.choices import read_choices
from foyerdoc.finetuning.limits import Limits, check, choose_limits, close_gap, none_limit, retrieval_weight
from foyerdoc.finetuning.quoter import train_quoter
from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.quoting import Passage, Quoter
from foyerdoc.quoting.quoter import HEAD, SETTINGS, TRAINING, none_of
from tests.quoting.conftest import rows


@pytest.fixture(scope="module")
def quoter(trained):
    return Quoter(trained.folder, device="cpu")


def test_reads_rows(rows_path):
    train, held_out = read_choices(rows_path)
    assert (len(train), len(held_out)) == (6, 2)
    answered, other = train[:2]
    assert answered.sentences[1] == "Selon le contrat, la franchise est de 150 euros."
    assert answered.order == (1, 0, 2)  # as they stand, best first
    assert answered.right().tolist() == [False, False, True, False]
    assert other.right().tolist() == [True, False]


def test_an_answer_that_was_not_found_is_none(rows_path):
    [answered, *_] = read_choices(rows_path)[0]
    missed = type(answered)(**{**vars(answered), "bearing": np.zeros(3, dtype=bool)})
    assert missed.right().tolist() == [True, False, False, False]
    unknown = type(answered)(**{**vars(missed), "answers": ()})
    assert unknown.right().tolist() == [False, True, True, True]
    assert unknown.conversation(9) is None


def test_learns(trained):
    losses = trained.history.losses
    assert losses[-1] < losses[0]
    assert set(trained.metrics) == {"base", "tuned", "ordered"}


def test_says_the_same_alone_and_from_its_folder(trained, quoter, rows_path):
    [choice, *_] = read_choices(rows_path)[1]
    odds = quoter.odds(choice.question, choice.passages)
    assert odds.shape == (3,)
    both = quoter.odds(choice.question, [*choice.passages, *choice.passages])
    np.testing.assert_allclose(both, [*odds, *odds], atol=0.2)  # bfloat16, another batch
    assert 0 <= none_of(both) < none_of(odds) <= 1
    assert len(quoter.name) == 12
    assert 0 <= quoter.none <= 1
    quoter.unload()
    np.testing.assert_allclose(quoter.odds(choice.question, choice.passages), odds, atol=1e-5)


def test_quoters_in_several_threads_answer_as_one_does(trained, rows_path):
    [choice, *_] = read_choices(rows_path)[1]
    quoters = [Quoter(str(trained.folder), device="cpu") for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        odds = list(pool.map(lambda quoter: quoter.odds(choice.question, choice.passages), quoters))
    np.testing.assert_allclose(odds[1:], [odds[0]] * 2, atol=1e-5)
    assert len({quoter.name for quoter in quoters}) == 1


@pytest.mark.parametrize(("spans", "scores"), [((Span(0, 3),), ()), ((Span(0, 3),), (float("nan"),)), ((Span(0, 99),), (0.5,))])
def test_a_passage_that_would_be_read_wrongly_is_refused(spans, scores):
    with pytest.raises(UsageError):
        Passage("Nichts.", spans, scores)


@pytest.mark.parametrize("lost", ["adapter_config.json", HEAD])
def test_a_folder_that_loses_a_file_later_says_so(trained, tmp_path, lost):
    folder = shutil.copytree(trained.folder, tmp_path / "quoter")
    quoter = Quoter(folder, device="cpu")
    (folder / lost).unlink()
    with pytest.raises(FoyerdocError):
        quoter.odds("Was?", [Passage("Nichts.", (Span(0, 7),), (0.1,))])


def test_no_sentences_no_answer(quoter):
    assert none_of(quoter.odds("Was?", [])) == 1.0


@pytest.mark.parametrize("name", [HEAD, SETTINGS])
def test_an_altered_folder_is_refused(trained, tmp_path, name):
    folder = shutil.copytree(trained.folder, tmp_path / "quoter")
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(DamagedFile):
        Quoter(folder)


def test_what_computes_something_else_is_refused(trained, tmp_path):
    folder = shutil.copytree(trained.folder, tmp_path / "quoter")
    settings = json.loads((folder / SETTINGS).read_bytes())
    quoter = Quoter(folder, device="cpu")
    quoter._settings = quoter._settings.model_copy(update={"probe": tuple(each + 2 for each in settings["probe"])})
    with pytest.raises(ModelError, match="does not compute"):
        quoter.odds("Was?", [Passage("Nichts.", (Span(0, 7),), (0.1,))])


def test_nothing_to_learn_is_told(tmp_path, rows_path):
    train, held_out = read_choices(rows_path)
    with pytest.raises(TrainingError):
        train_quoter(train, held_out[1:], tmp_path / "quoter")


def test_thresholds(rows_path):
    held_out = read_choices(rows_path)[1]
    odds = [np.array([0.0, 2.0, 1.0]), np.array([-3.0])]
    assert none_limit(held_out, odds) == pytest.approx(none_of(odds[0]))
    assert close_gap(held_out, odds) == pytest.approx(0.9)


def test_what_is_asked_across_languages_chooses_no_limit(rows_path):
    [answered, other] = read_choices(rows_path)[1]
    across = replace(answered, across=True)
    odds = [np.array([0.0, 2.0, 1.0]), np.array([-9.0, -9.0, -9.0]), np.array([-3.0])]
    limits = Limits.of([answered, across, other], odds)
    assert limits.none == pytest.approx(none_of(odds[0]))
    assert limits.questions == 1
    with pytest.raises(TrainingError, match="its own language"):
        check([across, other])


@pytest.mark.parametrize(
    ("name", "across"),
    [("xquad.de > en, taken away", True), ("forms, across languages, words", True), ("forms.fr, words", False)],
)
def test_rows_that_do_not_say_so_are_across_languages_by_their_set(tmp_path, name, across):
    row = {**next(rows()), "set": name}
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(json.dumps(row).encode() + b"\n" + json.dumps({**row, "across": not across}).encode()))
    assert [choice.across for choice in read_choices(path)[0]] == [across, not across]


def test_limits_are_chosen_anew_without_training(trained, tmp_path, rows_path):
    train, held_out = read_choices(rows_path)
    folder = shutil.copytree(trained.folder, tmp_path / "quoter")
    before = Quoter(folder, device="cpu")
    told = []
    limits = choose_limits(folder, train, device="cpu", report=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    after = Quoter(folder, device="cpu")  # compares the checksums
    assert (after.none, after.gap) == (limits.none, limits.gap)
    assert limits.none == max(none_of(before.odds(one.question, one.passages)) for one in train if one.answerable)
    assert after.name != before.name
    assert json.loads((folder / TRAINING).read_bytes())["metrics"]["ordered"]["questions"] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["quoter"]
    assert {one.name for one in folder.iterdir()} == {one.name for one in trained.folder.iterdir()}
    np.testing.assert_array_equal(*(each.odds("Was?", held_out[0].passages) for each in (before, after)))


def test_retrieval_counts_as_much_as_it_helps(rows_path):
    [held_out, _] = read_choices(rows_path)[1]
    assert retrieval_weight([held_out], [np.array([0.0, 0.1, 0.0])]) == 0.0
    # Two tenths of retrieval's score lie between the right sentence and the one that the network prefers.
    assert retrieval_weight([held_out], [np.array([0.7, 0.0, 0.0])]) == 4.0


def test_training_shows_what_chat_shows(rows_path, generator):
    """The tokens are those of `chat.writing.chances`, and the answer is one token, then the end."""
    tokenizer = generator._tokenizer()
    for choice in read_choices(rows_path)[0]:
        conversation = choice.conversation(9)
        turns = encode_turns(tokenizer, conversation, end_token(tokenizer))
        shown = [choice.sentences[sentence] for sentence in choice.order]
        prompt = encode_conversation(tokenizer, prompts.choose_sentences(choice.question, shown))
        number = "1" if choice.answerable else "0"
        assert list(turns.ids) == [*prompt, *encode_text(tokenizer, number), end_token(tokenizer)]
        assert turns.learnt == (len(prompt), len(prompt) + 1)
