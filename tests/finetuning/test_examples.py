from __future__ import annotations

import csv
import gzip
import json
import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import foyerdoc as fd
from foyerdoc.chunking import chunk
from foyerdoc.errors import DamagedFile, EmptyFile, ReadError, TrainingError, UsageError
from foyerdoc.finetuning.data.examples import (
    Example,
    document_of,
    fingerprint,
    folds,
    read_examples,
    split,
    stream_examples,
    taxonomy_of,
    write_examples,
)
from foyerdoc.settings import Limits
from foyerdoc.taxonomy import Taxonomy

NODES = [{"name": "claims", "description": "d", "children": [{"name": "glass", "description": "d"}]}]
TAXONOMY = Taxonomy.model_validate({"name": "t", "categories": [*NODES, {"name": "Prêt", "description": "d"}]})


def made(n: int, path: tuple[str, ...], prefix: str = "") -> list[Example]:
    return [Example(f"{prefix}{'/'.join(path)}-{i}", document_of(f"text {i}", "d"), path) for i in range(n)]


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return path


def codes(path: Path, **options: object) -> dict[int | None, str]:
    return {problem.row: problem.code for problem in read_examples(path, **options).problems}


# --- a text as a document ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Guten Tag,\n\nanbei die Rechnung für den Schaden an der Windschutzscheibe.\r\n\r\nMit freundlichen Grüßen",
        "one\ftwo\n \t\n  three\r\rfour \u00a0\n",
        "Bonjour, voici le constat amiable de l'accident.",
    ],
)
def test_a_text_is_the_document_that_a_file_would_be(text: str) -> None:
    ours, read = document_of(text, "a.txt"), fd.read(text.encode(), name="a.txt")
    assert (ours.id, ours.text, ours.blocks, ours.language) == (read.id, read.text, read.blocks, read.language)
    assert chunk(ours) == chunk(read)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_any_text_is_a_document_or_empty(text: str) -> None:
    try:
        document = document_of(text, "x")
    except EmptyFile:
        return
    document.text.encode()
    assert all(document.text[b.span.start : b.span.end].strip() for b in document.blocks)
    assert document_of(document.text, "x").text == document.text


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert document_of("a \ud83d b", "x").text == "a \ufffd b"


def test_a_given_language_stands() -> None:
    document = document_of("Guten Tag, anbei die Rechnung.", "x", "lb")
    assert document.language == "lb"
    assert {block.language for block in document.blocks} == {"lb"}


# --- rows ----------------------------------------------------------------------------------------------------------------


def test_every_bad_row_is_named_and_the_good_ones_are_used(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "rows.jsonl",
        {"text": "a secret text", "category": "claims", "subcategory": "glass", "id": "1"},
        '{"text": "a secret',
        "[1]",
        "",
        {"category": "claims"},
        {"text": " \n ", "category": "claims"},
        {"text": "a secret text", "category": "claims", "subcategory": "a secret text"},
        {"text": "t", "category": "claims", "id": 1},
        {"text": "t"},
        {"text": "t", "subcategory": "glass"},
        {"text": "t", "category": ["claims"]},
        {"text": "t", "category": "claims", "label": "Prêt"},
        {"text": "t", "category": "claims", "language": "the language of love"},
        {"text": 5, "category": "claims"},
        {"text": "t", "category": "claims", "id": 2.5},
        {"path": "missing.pdf", "category": "claims"},
        {"text": "t", "label": ["claims", ""]},
        {"text": "t", "label": 7},
        {"text": "ü", "label": "claims/glass", "language": "DE-ch"},
    )
    found = read_examples(path, taxonomy=TAXONOMY)
    assert [(e.id, e.path, e.document.language) for e in found.examples] == [
        ("1", ("claims", "glass"), None),
        ("rows.jsonl:19", ("claims", "glass"), "de"),
    ]
    assert {problem.row: problem.code for problem in found.problems} == {
        2: "not_json",
        3: "not_an_object",
        5: "no_text",
        6: "empty_text",
        7: "unknown_label",
        8: "duplicate_id",
        9: "no_label",
        10: "no_label",
        11: "bad_label",
        12: "two_labels",
        13: "bad_language",
        14: "no_text",
        15: "bad_id",
        16: "unreadable_file",
        17: "bad_label",
        18: "bad_label",
    }
    assert found.rows == 18  # a blank line is none
    reasons = {problem.row: problem.reason for problem in found.problems}
    assert reasons[8] == "the same id as row 1"
    assert reasons[7] == "the label at level 2 is none of the 1 that the taxonomy has under 'claims'"
    assert not any("secret" in reason for reason in reasons.values())


def test_columns_that_nothing_reads_are_named(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", {"text": "t", "category": "a", "sub_category": "b"})
    (problem,) = read_examples(path).problems
    assert (problem.row, problem.code) == (None, "columns_unused")
    assert "'sub_category'" in problem.reason


def test_the_same_letters_in_two_spellings_are_one_label(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", {"text": "t", "category": " Pre\u0302t "}, {"text": "t", "category": "Pr\u00eat"})
    assert {example.path for example in read_examples(path).examples} == {("Pr\u00eat",)}
    assert {example.path for example in read_examples(path, taxonomy=TAXONOMY).examples} == {("Prêt",)}


def test_when_no_row_is_good_the_error_counts_the_reasons(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", {"text": "", "category": "a"}, "{", {"text": "", "category": "a"})
    with pytest.raises(TrainingError, match=r"none of 3 rows can be used \(2 empty_text, 1 not_json\); row 1"):
        read_examples(path)


def test_labels_can_be_missing_where_nothing_is_learnt(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", {"text": "t"}, {"text": "u", "category": "a"})
    assert [example.path for example in read_examples(path, labelled=False).examples] == [(), ("a",)]


def test_a_json_array_and_gzip_are_told_by_content(tmp_path: Path) -> None:
    rows = [{"text": "t", "category": "a"}, 5, {"text": "u", "category": "b"}]
    path = tmp_path / "rows.anything"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(rows, indent=1).encode()))
    assert codes(path) == {2: "not_an_object"}
    path.write_text("[{]")
    with pytest.raises(DamagedFile, match="not JSON at line 1"):
        read_examples(path)


def test_a_gzip_that_is_cut_gives_its_first_rows(tmp_path: Path) -> None:
    whole = "".join(json.dumps({"text": f"{i * 7919 % 10007} {i}", "category": "a"}) + "\n" for i in range(5000))
    path = tmp_path / "rows.jsonl.gz"
    packed = gzip.compress(whole.encode())
    path.write_bytes(packed[: len(packed) // 2])
    found = read_examples(path)
    assert 1000 < len(found.examples) < 4000
    assert [(p.row, p.code) for p in found.problems] == [(len(found.examples) + 1, "damaged_file")]


def test_bytes_that_are_not_utf8_cost_a_row(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes('{"text": "café", "category": "a"}\n'.encode("latin-1") + '{"text": "café", "category": "a"}\n'.encode())
    assert codes(path) == {1: "bad_encoding"}
    path.write_bytes('{"text": "café", "category": "a"}\n'.encode("utf-16"))
    assert read_examples(path).examples[0].document.text == "café"


def test_a_line_without_end_costs_a_row(tmp_path: Path) -> None:
    long = {"text": "x" * 300, "category": "a"}
    path = lines(tmp_path / "r.jsonl", long, {"text": "t", "category": "a"}, long)
    assert codes(path, limits=Limits(text_characters=100)) == {1: "limit_exceeded", 3: "limit_exceeded"}


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read_examples(tmp_path / "none.jsonl")
    (tmp_path / "empty.csv").write_bytes(b"\xef\xbb\xbf \n")
    with pytest.raises(EmptyFile):
        read_examples(tmp_path / "empty.csv")


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", *({"text": f"t {i}", "category": "a"} for i in range(1000)), "{")
    found = stream_examples(path)
    assert next(found).id == "r.jsonl:1"
    found.close()


# --- CSV -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_in_any_dress(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["ID", "Text", "Category", "Subcategory"])
        writer.writerow(["1", f'Grüße, "quoted"; a{delimiter}b | c\n\nsecond paragraph', "Prêt", ""])
        writer.writerow(["2", "", "Prêt", "x"])
        writer.writerow(["3", "three", "Prêt", "x"])
    found = read_examples(path)
    assert [(e.id, e.path) for e in found.examples] == [("1", ("Prêt",)), ("3", ("Prêt", "x"))]
    assert found.examples[0].document.text == f'Grüße, "quoted"; a{delimiter}b | c\n\nsecond paragraph'.strip()
    notes = {3: "empty_text"} | ({None: "encoding_guessed"} if encoding == "cp1252" else {})
    assert {problem.row: problem.code for problem in found.problems} == notes


def test_records_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('sep=;\ntext;category\na;x\nb;x;y\n"c"d;x\n\ne;x\n"f;x\ng;x\n')
    found = read_examples(path)
    assert [example.document.text for example in found.examples] == ["a", "e"]
    assert {p.row: p.code for p in found.problems} == {4: "row_shape", 5: "bad_quotes", 8: "open_quote"}


def test_long_cells_are_read_and_the_module_limit_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("text,category\n" + "word " * 60_000 + ",x\n" + "word " * 90_000 + ",x\n")
    before = csv.field_size_limit()
    found = read_examples(path, limits=Limits(text_characters=400_000))
    assert csv.field_size_limit() == before
    assert [len(example.document.text) for example in found.examples] == [299_999]
    assert {p.row: p.code for p in found.problems} == {3: "limit_exceeded"}


def test_a_file_without_known_columns_is_refused(tmp_path: Path) -> None:
    for content in ("inhalt;art\na;b\n", "just a letter\nwith lines\n", "text,text,category\na,b,c\n"):
        (tmp_path / "r.csv").write_text(content)
        with pytest.raises(DamagedFile):
            read_examples(tmp_path / "r.csv")


# --- files ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "letters"
    for name, content in {
        "claims/glass/a.txt": b"Die Scheibe ist gebrochen.",
        "claims/glass/deep/b.txt": b"of\xef\xac\x81ce",
        "claims/c.html": b"<p>Broken <b>glass</b></p>",
        "claims/broken.pdf": b"%PDF-1.4 nothing",
        "loose.txt": b"no folder, no label",
        ".hidden/x.txt": b"x",
        "claims/.DS_Store": b"x",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def test_a_folder_of_folders_of_files(folder: Path) -> None:
    found = read_examples(folder)
    assert {example.id: example.path for example in found.examples} == {
        "claims/glass/a.txt": ("claims", "glass"),
        "claims/glass/deep/b.txt": ("claims", "glass", "deep"),
        "claims/c.html": ("claims",),
    }
    cleaned = next(example for example in found.examples if example.id.endswith("b.txt"))
    assert cleaned.document.text == "office"  # the ligature
    assert cleaned.document.source is not None
    assert sorted(problem.code for problem in found.problems) == ["damaged_file", "no_label"]
    assert found.rows == 5


def test_a_folder_that_is_not_looked_into_is_named(folder: Path) -> None:
    (folder / "claims/round").symlink_to(folder)
    (folder / "claims" / os.fsdecode(b"Pr\xeat.txt")).write_bytes(b"a letter")
    found = read_examples(folder)
    assert "link_not_followed" in {problem.code for problem in found.problems}
    assert "claims/Pr\\udceat.txt" in {example.id for example in found.examples}
    assert fingerprint(found.examples)


def test_rows_with_paths_beside_rows_with_texts(folder: Path) -> None:
    path = lines(
        folder / "rows.jsonl",
        {"text": "first", "category": "a", "path": ""},
        {"path": "claims/glass/a.txt", "category": "b", "language": "en"},
        {"path": "claims/broken.pdf", "category": "b"},
        {"path": "claims/c.html", "category": "c", "id": "mine", "text": None},
        {"path": "claims/glass/a.txt", "category": "d"},
        {"text": "last", "category": "e", "path": "claims/c.html"},
    )
    found = read_examples(path)
    assert [(e.id, e.path[0], e.document.language) for e in found.examples[1:3]] == [
        ("claims/glass/a.txt", "b", "en"),
        ("mine", "c", found.examples[2].document.language),
    ]
    assert [e.document.text for e in found.examples] == ["first", "Die Scheibe ist gebrochen.", "Broken glass", "last"]
    assert {p.row: p.code for p in found.problems} == {3: "damaged_file", 5: "duplicate_id"}


# --- taxonomy, split, folds ----------------------------------------------------------------------------------------------


def test_a_taxonomy_of_labels() -> None:
    found = taxonomy_of([*made(2, ("b", "y")), *made(1, ("b", "x")), *made(1, ("a",)), *made(1, ("b",))], "mine")
    assert found.leaves() == (("a",), ("b", "x"), ("b", "y"))
    assert [node.description for node in found.categories] == ["a", "b"]
    with pytest.raises(TrainingError):
        taxonomy_of(made(1, ()), "mine")


sizes = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(1, 12), min_size=1)


@settings(max_examples=60, deadline=None)
@given(sizes, st.floats(0, 0.99), st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_split_keeps_proportions_and_does_not_know_the_order(
    counts: dict[tuple[str, ...], int], share: float, seed: int, random: object
) -> None:
    examples = [example for path, n in counts.items() for example in made(n, path)]
    train, held = split(examples, share, seed)
    assert Counter(e.id for e in train + held) == Counter(e.id for e in examples)
    of_leaf = Counter(e.path for e in held)
    for path, n in counts.items():
        assert of_leaf[path] <= n - 1
        assert of_leaf[path] <= share * n + 1
        assert of_leaf[path] >= min(int(share * n), n - 1)
    assert len(held) <= round(share * len(examples)) or len(held) == sum(min(int(share * n), n - 1) for n in counts.values())
    shuffled = list(examples)
    random.shuffle(shuffled)
    assert {e.id for e in split(shuffled, share, seed)[1]} == {e.id for e in held}


def test_seeds_and_shares() -> None:
    examples = made(40, ("a",)) + made(40, ("b",)) + [e for i in range(20) for e in made(2, (f"leaf {i}",))]
    assert len(split(examples, 0.2)[1]) == 24
    assert {e.id for e in split(examples, 0.2, 1)[1]} != {e.id for e in split(examples, 0.2, 2)[1]}
    with pytest.raises(UsageError):
        split(examples, 1.0)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(2, 5))
def test_folds_test_each_example_once_and_every_label_evenly(counts: dict[tuple[str, ...], int], n: int) -> None:
    examples = [example for path, n in counts.items() for example in made(n, path)]
    if len(examples) < n:
        with pytest.raises(UsageError):
            folds(examples, n)
        return
    parts = folds(examples, n, 3)
    assert Counter(e.id for _, test in parts for e in test) == Counter(e.id for e in examples)
    assert all({e.id for e in train} | {e.id for e in test} == {e.id for e in examples} for train, test in parts)
    for path in counts:
        shares = [sum(e.path == path for e in test) for _, test in parts]
        assert max(shares) - min(shares) <= 1
    assert max(len(test) for _, test in parts) - min(len(test) for _, test in parts) <= 1


# --- writing -------------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip("\0").strip())
labels = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=8), max_size=5
)


@pytest.mark.parametrize("name", ["e.jsonl", "e.csv", "e.tsv", "e.csv.gz", "e.jsonl.gz"])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(texts, labels, st.sampled_from([None, "fr", "de"])), min_size=1, max_size=5))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, name: str, rows: list[tuple]) -> None:
    examples = []
    for number, (text, parts, language) in enumerate(rows):
        labelled = tuple(label for part in parts if (label := as_label(part)))
        try:
            examples.append(Example(f"id {number}", document_of(text, "x", language), labelled))
        except EmptyFile:
            continue
    if not examples:
        return
    path = tmp_path_factory.mktemp("written") / name
    write_examples(examples, path)
    found = read_examples(path, labelled=False)
    assert not found.problems
    as_rows = [[(e.id, e.document.text, e.path, e.document.language) for e in part] for part in (examples, found.examples)]
    assert as_rows[0] == as_rows[1]
    assert fingerprint(examples) == fingerprint(found.examples)


def as_label(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_a_fingerprint_knows_text_label_and_id() -> None:
    one = Example("1", document_of("a", "x"), ("p",))
    others = [
        Example("2", one.document, ("p",)),
        Example("1", one.document, ("q",)),
        Example("1", document_of("b", "x"), ("p",)),
    ]
    assert len({fingerprint([example]) for example in (one, *others)}) == 4


def test_a_csv_refuses_a_deep_label_with_a_slash(tmp_path: Path) -> None:
    (example,) = made(1, ("a", "b/c", "d", "e"))
    with pytest.raises(UsageError):
        write_examples([example], tmp_path / "e.csv")
    write_examples([example], tmp_path / "e.jsonl")
    assert read_examples(tmp_path / "e.jsonl").examples[0].path == example.path
