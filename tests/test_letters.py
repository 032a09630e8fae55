"""The generator of training letters: what its rows promise, and that they are as varied as they must be."""

import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from importlib import resources

import pytest
from tools.letters import words
from tools.letters.corpus import Row, letters
from tools.letters.grammar import paragraphs
from tools.letters.leaves import LEAVES

PER_LEAF = 30
SAME = 0.8  # Jaccard overlap of word triples from which two letters count as near-duplicates
NEAR_DUPLICATES = 0.01  # of all rows


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(letters(PER_LEAF, seed=0))


def _triples(text: str) -> set[tuple[str, ...]]:
    # numbers differ from letter to letter anyway: without them the comparison is the stricter one
    spoken = re.findall(r"[^\W\d_]+", text.lower())
    return set(zip(spoken, spoken[1:], spoken[2:], strict=False))


def test_the_labels_are_the_taxonomys_leaves(rows: list[Row]):
    taxonomy = json.loads(resources.files("foyerdoc.demo").joinpath("taxonomy.json").read_text(encoding="utf-8"))
    leaves = {(parent["name"], leaf["name"]) for parent in taxonomy["categories"] for leaf in parent["children"]}
    assert set(LEAVES) == leaves
    assert Counter((row.category, row.subcategory) for row in rows) == dict.fromkeys(leaves, PER_LEAF)


def test_a_seed_gives_the_same_letters_and_another_seed_others(rows: list[Row]):
    assert list(letters(PER_LEAF, seed=0)) == rows
    others = {row.text for row in letters(PER_LEAF, seed=1)}
    assert len(others & {row.text for row in rows}) == 0


def test_more_letters_begin_with_the_same_ones(rows: list[Row]):
    longer = {row.id: row for row in letters(PER_LEAF + 5, seed=0)}
    # where the situations run out, the last round is cut, not drawn anew
    assert all(longer[row.id].text == row.text for row in rows)


def test_every_leaf_speaks_every_main_language(rows: list[Row]):
    spoken = defaultdict(set)
    for row in rows:
        spoken[row.category, row.subcategory].add(row.language)
    assert all({"fr", "de", "en"} <= languages for languages in spoken.values())
    shares = Counter(row.language for row in rows)
    assert shares["lb"] >= 0.03 * len(rows)
    assert min(shares[language] for language in ("fr", "de", "en")) >= 0.25 * len(rows)


def test_situations_are_many_and_names_are_unique():
    for label, by_language in LEAVES.items():
        for language, situations in by_language.items():
            names = [situation.name for situation in situations]
            assert len(set(names)) == len(names), (label, language)
            assert language in words.COUNTRIES
        assert sum(len(situations) for situations in by_language.values()) >= 19, label


def test_no_letter_has_an_open_slot_or_a_mark_of_the_grammar():
    for row in letters(90, seed=3):
        assert not re.search(r"[{}\[\]]|%[ab]", row.text), row.id
        assert len(row.text.split()) >= 12, row.id
        assert row.text == row.text.strip()


def test_the_marks_of_the_grammar_do_not_reach_the_paragraphs():
    rng = random.Random(7)
    situations = [situation for by_language in LEAVES.values() for group in by_language.values() for situation in group]
    for situation in situations * 3:
        drawn = paragraphs(situation.text, rng, lambda name: f"<{name}>", keep_lines=situation.page)
        assert drawn
        assert not re.search(r"^[?=]|[{}\[\]|]$|\[|\]", "\n".join(drawn), re.MULTILINE), situation.name


def test_account_numbers_pass_their_checksum(rows: list[Row]):
    # typing and scanning may spoil a number, so most must pass and not all
    found = [
        match.replace(" ", "")
        for row in rows
        for match in re.findall(r"\b(?:LU|BE|FR|CH|DE|AT|IE)\d\d(?: ?[A-Z0-9]{4}){2,6}(?: ?[A-Z0-9]{1,3})?\b", row.text)
    ]
    valid = sum(int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1 for iban in found)
    assert len(found) > 60
    assert valid >= 0.9 * len(found)


def test_letters_are_not_copies_of_one_another(rows: list[Row]):
    assert len({row.text for row in rows}) == len(rows)
    by_situation = defaultdict(list)
    for row in rows:
        by_situation[row.situation].append(_triples(row.text))
    copies = 0
    for texts in by_situation.values():
        for place, text in enumerate(texts):
            copies += any(len(text & other) >= SAME * len(text | other) for other in texts[:place])
    assert copies <= NEAR_DUPLICATES * len(rows)


def test_a_bill_adds_up():
    """Bills are drawn line by line; their totals are not made up apart from them."""
    sums = []
    for row in letters(60, seed=0):
        if row.situation != "billing/supplier-invoice/en/plumber":
            continue
        figures = [float(figure.replace(",", "")) for figure in re.findall(r"(?<![\d-])\d[\d,]*\.\d\d", row.text)]
        total = figures.index(max(figures))
        sums.append(figures[total - 2] + figures[total - 1] == pytest.approx(figures[total], abs=0.011))
    assert sums
    assert sum(sums) >= len(sums) / 2  # an item or the tax of a whole euro is written without cents


def test_command_writes_json_lines(tmp_path):
    out = tmp_path / "made" / "letters.jsonl"
    command = [sys.executable, "-m", "tools.letters", str(out), "--per-leaf", "1", "--seed", "4"]
    subprocess.run(command, check=True)
    made = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(made) == len(LEAVES)
    assert set(made[0]) == {"id", "text", "category", "subcategory", "language", "situation"}


def test_unseen_situations_are_neither_trivial_nor_hopeless(rows: list[Row]):
    """Words alone, learned from half of the situations, tell something about the other half and far from everything."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    situations: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        group = situations[row.category, row.subcategory, row.language]
        if row.situation not in group:
            group.append(row.situation)
    seen = {name for group in situations.values() for name in group[::2]}
    train = [row for row in rows if row.situation in seen]
    test = [row for row in rows if row.situation not in seen]
    vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2)
    model = LinearSVC().fit(vectorizer.fit_transform([row.text for row in train]), [row.subcategory for row in train])
    guesses = model.predict(vectorizer.transform([row.text for row in test]))
    accuracy = sum(guess == row.subcategory for guess, row in zip(guesses, test, strict=True)) / len(test)
    assert 0.2 < accuracy < 0.75  # chance is 0.05
