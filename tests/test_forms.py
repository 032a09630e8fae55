"""The generator of documents with known fields: what its rows promise, and that they are as varied as they must be."""

import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict

import pytest
from tools.forms.asking import askable, asked
from tools.forms.blocks import BLOCKS
from tools.forms.cases import Case
from tools.forms.composing import COMPOSITIONS, composed, kinds
from tools.forms.corpus import Row, as_dict, form, forms, held_out
from tools.forms.drafting import CONTRACTS
from tools.forms.gathering import GATHERED
from tools.forms.lists import entries
from tools.forms.roles import LANGUAGES, ROLES, UnknownRole, role_of
from tools.forms.scribe import Scribe, mentioned
from tools.forms.spelling import in_words
from tools.forms.sums import SUMS
from tools.forms.templates import LAYOUTS, Layout
from tools.forms.writer import Writer, wrapped

FORMATS = {
    *("identifier", "date", "money", "number", "percent", "name", "text"),
    *("iban", "bic", "email", "phone", "vat", "address", "choice"),
}

SIGN = re.compile(r"€|euros?|S?Fr\.|£|\$", re.IGNORECASE)

COMPOSED = [
    composed(kind, number, language) for language in ("fr", "de", "en") for kind in kinds(language) for number in range(6)
]
"""Some compositions of each kind and language."""


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(forms(3000, seed=0))


def test_every_value_stands_where_its_places_say(rows: list[Row]):
    values = 0
    for row in rows:
        for field in row.fields:
            for value in field["values"]:
                assert value["raw"].strip() == value["raw"], (row.id, field)
                assert value["raw"], (row.id, field)
                assert value["places"], (row.id, field)
                values += len(value["places"])
                for start, end in value["places"]:
                    assert row.text[start:end] == value["raw"], (row.id, field)
    assert values > 15000


def test_a_value_stands_on_one_line(rows: list[Row]):
    assert not any("\n" in value["raw"] or "\t" in value["raw"] for row in rows for f in row.fields for value in f["values"])


def test_a_field_says_what_it_is(rows: list[Row]):
    for row in rows:
        paths = [field["path"] for field in row.fields]
        assert 1 <= len(paths) <= 14, row.id
        assert len(set(paths)) == len(paths), row.id
        assert not any(one.startswith(f"{other}.") for one in paths for other in paths), row.id
        for field in row.fields:
            assert field["format"] in FORMATS
            assert field["title"]
            assert ("choices" in field) == (field["format"] == "choice")
            assert field["many"] or len(field["values"]) <= 1
            for value in field["values"]:
                # A currency may be its sign.
                assert value["raw"] in field.get("choices", [value["raw"]]) or SIGN.fullmatch(value["raw"]), (row.id, field)


def test_a_seed_gives_the_same_rows_and_another_seed_others(rows: list[Row]):
    assert list(forms(200, seed=0)) == rows[:200]
    assert not {row.text for row in forms(200, seed=1)} & {row.text for row in rows}


def test_documents_are_not_copies(rows: list[Row]):
    assert len({row.text for row in rows}) == len(rows)


def test_no_document_has_an_open_slot_or_a_mark_of_the_layouts(rows: list[Row]):
    for row in rows:
        assert not re.search(r"[{}\[\]~]|^[@?]|\n\n\n", row.text, re.MULTILINE), row.id
        assert row.text == row.text.strip("\n")
        assert row.text.strip(), row.id
    assert sum(len(row.text) > 100 for row in rows) > 0.93 * len(rows)


def test_of_some_documents_a_few_lines_are_all_there_is():
    for number in range(40):
        whole, few = (Scribe(composed("invoice", number, "de"), random.Random(number)) for _ in range(2))
        few.cut()
        assert few.text in whole.text
        assert few.text.count("\n") < 18
        assert set(few.places) < set(whole.places)
        for name, places in few.places.items():
            assert all(few.text[start:end] in [whole.text[a:b] for a, b in whole.places[name]] for start, end in places), name
        fields = asked(random.Random(number), few)
        assert any(not field["values"] for field in fields)


def test_each_layout_can_be_written():
    for layout in (*LAYOUTS, *COMPOSED):
        row = form(layout, random.Random(layout.id))
        assert (row.kind, row.layout, row.language) == (layout.kind, layout.name, layout.language)
        assert mentioned(layout), layout.id


def test_layouts_are_many_and_names_are_unique():
    names = [layout.id for layout in LAYOUTS]
    assert len(set(names)) == len(names) >= 150
    by_language = Counter(layout.language for layout in LAYOUTS)
    assert min(by_language[language] for language in ("fr", "de", "en")) >= 35
    invoices = Counter(layout.language for layout in LAYOUTS if layout.kind == "invoice")
    assert min(invoices[language] for language in ("fr", "de", "en")) >= 12


def test_every_kind_and_language_is_drawn(rows: list[Row]):
    drawn = {(row.language, row.kind) for row in rows}
    assert drawn == {(layout.language, layout.kind) for layout in (*LAYOUTS, *COMPOSED)}
    shares = Counter(row.language for row in rows)
    assert min(shares[language] for language in ("fr", "de", "en")) >= 0.28 * len(rows)
    assert shares["lb"] >= 0.02 * len(rows)


def test_one_language_alone():
    assert {row.language for row in forms(40, seed=2, language="de")} == {"de"}


def test_absent_fields_are_some_and_not_most(rows: list[Row]):
    fields = [field for row in rows for field in row.fields]
    assert 0.1 < sum(not field["values"] for field in fields) / len(fields) < 0.35
    assert 0.5 < sum(bool(field["description"]) for field in fields) / len(fields) < 0.85
    assert {field["format"] for field in fields} == FORMATS
    several = [[value["raw"] for value in field["values"]] for field in fields if field["many"]]
    assert any(len(raws) > 1 for raws in several)
    assert all(len({raw.casefold() for raw in raws}) == len(raws) for raws in several)


def test_what_is_asked_as_absent_is_not_said():
    """No role that the document says is asked under a name that has no values."""
    for layout in (*LAYOUTS, *COMPOSED):
        rng = random.Random(layout.id)
        scribe = Scribe(layout, rng)
        said = {name for role in map(role_of, scribe.places) for some in role.names.values() for name in some}
        for field in asked(rng, scribe):
            if not field["values"]:
                assert field["path"] not in said, (layout.id, field["path"])


def test_held_out_layouts_are_a_fifth_and_apart(rows: list[Row]):
    sides = defaultdict(set)
    for row in rows:
        sides[held_out(row)].add((row.kind, row.layout, row.language))
    assert not sides[True] & sides[False]
    assert 0.12 < len(sides[True]) / (len(sides[True]) + len(sides[False])) < 0.3


def test_roles_can_be_named_and_drawn():
    for role in ROLES.values():
        assert role.format in FORMATS, role.name
        if role.name.startswith("of_"):
            continue
        assert len(role.names["en"]) + len(role.shared["en"]) >= 1, role.name
        assert role.descriptions["en"], role.name
        for language in ("fr", "de", "en"):
            assert Case(random.Random(3), language).get(role.name).strip(), role.name
            assert role.labels[language], role.name


def test_roles_that_follow_from_a_party():
    role = role_of("seller_phone")
    assert "supplier_phone" in role.names["en"]
    assert role.party == "seller"
    assert all(role.names[language] for language in LANGUAGES)
    with pytest.raises(UnknownRole, match="'nobody_phone'"):
        role_of("nobody_phone")


@pytest.mark.parametrize("line", ["Due {dew_date}", "{gross+dew_date}", "{#dew_date}", "@facts dew_date!", "@window dew"])
def test_a_role_that_there_is_not_is_named_with_its_layout(line: str):
    layout = Layout("invoice", "craftsman", "en", ("Invoice", line))
    with pytest.raises(UnknownRole, match=r"the layout invoice/craftsman/en: no role is called 'dew\w*'"):
        Scribe(layout, random.Random(0))


def test_account_numbers_pass_their_checksum(rows: list[Row]):
    found = [value["raw"] for row in rows for f in row.fields if f["format"] == "iban" for value in f["values"]]
    assert len(found) > 200
    for iban in (raw.replace(" ", "") for raw in found):
        assert int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1, iban


def test_amounts_add_up():
    for seed in range(200):
        case = Case(random.Random(seed), "en")
        amount = case.amount
        assert amount("net") + amount("tax") == pytest.approx(amount("gross"), abs=0.005)
        assert amount("gross") - amount("paid") == pytest.approx(amount("due_amount"), abs=0.005)
        assert amount("subtotal") - amount("discount") == pytest.approx(amount("net"), abs=0.03)
        assert amount("premium_net") + amount("premium_tax") == pytest.approx(amount("premium"), abs=0.005)


def test_firms_are_thousands():
    firms = {Case(random.Random(seed), language).firm() for seed in range(1200) for language in ("fr", "de", "en")}
    assert len(firms) > 3000


def test_places_come_with_the_text():
    writer = Writer()
    writer.line(["To ", ("buyer_address", [("buyer_street", "1 Mill Lane"), ", ", ("buyer_town", "Naas")])])
    assert writer.text == "To 1 Mill Lane, Naas\n"
    assert writer.places == {"buyer_address": [(0, 3, 20)], "buyer_street": [(0, 3, 14)], "buyer_town": [(0, 16, 20)]}


def test_a_scanner_leaves_typed_values_alone():
    writer = Writer(random.Random(1))
    for _ in range(200):
        writer.line([("due_date", "11.01.2026"), " Olli l1 Ol Il Sol SOS "])
    assert {writer.text[start:end] for _, start, end in writer.places["due_date"]} == {"11.01.2026"}
    assert len(set(writer.text.splitlines())) > 1


def test_lines_break_beside_values_alone():
    text = "one two three four five six seven\ta b c d e f g h i j k l m n o p q r s t\nalpha beta gamma delta epsilon zeta eta"
    start = text.index("gamma")
    made = wrapped(text, [(start, start + len("gamma delta epsilon"))], 20)
    assert made.split("\n")[0] == text.split("\n")[0]  # a table's row stays
    assert made[start : start + len("gamma delta epsilon")] == "gamma delta epsilon"
    assert made.replace("\n", " ") == text.replace("\n", " ")
    assert made.count("\n") > 1


def test_blocks_and_lists_that_layouts_name_exist():
    marks = {"mix", "end", "repeat", "some", "beside", "let", "bill", "ask", "vague"}
    for layout in (*LAYOUTS, *COMPOSED):
        for line in layout.lines:
            for block in re.findall(r"^\??\s*@(\w+)(.*)", line):
                assert block[0] in {*BLOCKS, *SUMS, *marks}, line
                if block[0] == "some":
                    assert entries(block[1].split()[-1], layout.language)


def test_compositions_are_some_half(rows: list[Row]):
    made = [row for row in rows if row.layout.startswith("composed-")]
    assert 0.45 < len(made) / len(rows) < 0.55
    assert {row.language for row in made} == {"fr", "de", "en"}
    assert len({(row.kind, row.layout, row.language) for row in made}) > 0.8 * len(made)
    assert not kinds("lb")


def test_a_composition_is_the_same_for_all_its_documents():
    for layout in COMPOSED:
        composed.cache_clear()
        assert composed(layout.kind, int(layout.name[-3:]), layout.language) == layout
        one, other = (form(layout, random.Random(seed)) for seed in (1, 2))
        assert one.text != other.text
        assert (one.layout, held_out(one)) == (layout.name, layout.held_out)


def test_compositions_differ():
    for language in ("fr", "de", "en"):
        for kind in kinds(language):
            layouts = {composed(kind, number, language).lines for number in range(40)}
            assert len(layouts) >= 38, (kind, language)
    assert COMPOSITIONS >= 200


def test_contracts_name_two_to_eight_parties_and_now_and_then_no_day():
    sizes, lengths, undated = set(), [], 0
    for kind in CONTRACTS:
        for number in range(20):
            scribe = Scribe(composed(kind, number, "en"), random.Random(number))
            named = {scribe.text[start:end].casefold() for start, end in scribe.places["parties"]}
            assert 2 <= len(named) <= 8, (kind, number)
            sizes.add(len(named))
            lengths.append(len(scribe.text))
            undated += "agreement_date" not in scribe.places
    assert sizes == set(range(2, 9))
    assert sum(1500 < length < 9000 for length in lengths) > 0.8 * len(lengths)
    assert 0.03 < undated / len(lengths) < 0.3


def test_contracts_of_many_name_them_all_and_nobody_else():
    sizes, ends = Counter(), Counter()
    for kind in GATHERED:
        for language in ("fr", "de", "en"):
            for number in range(30):
                layout = composed(kind, number, language)
                scribe = Scribe(layout, random.Random(number))
                drawn = {scribe.case.get(name) for name in scribe.case.given}
                named = {scribe.text[start:end].casefold() for start, end in scribe.places["parties"]}
                assert named == {name.casefold() for name in drawn}, (layout.id, number)
                sizes[len(named)] += 1
                ends["expiration_date" in scribe.places] += 1
    assert set(sizes) == set(range(2, 9))
    assert sum(count for size, count in sizes.items() if size > 2) > 0.7 * sizes.total()
    assert 0.2 < ends[True] / ends.total() < 0.75


def test_what_is_hard_is_asked_whether_it_is_said_or_not():
    said, gone = Counter(), Counter()
    for layout in COMPOSED:
        wanted = next((line.split()[1:] for line in layout.lines if line.startswith("@ask ")), [])
        scribe = Scribe(layout, random.Random(layout.id))
        for name in wanted:
            (said if name in scribe.places else gone)[name] += 1
    assert min(said[name] for name in ("seller", "buyer", "gross", "credited", "parties", "expiration_date")) > 5
    assert min(gone[name] for name in ("seller", "expiration_date")) > 0


def test_a_sum_whose_figure_stands_there_is_not_asked_as_if_it_did_not():
    asked_ = 0
    for number in range(150):
        scribe = Scribe(composed("invoice", number, "de"), random.Random(number))
        names = {path: role for role in ("net", "tax") for path in ROLES[role].names["en"]}
        for seed in range(4):
            for field in asked(random.Random(seed), scribe):
                if not field["values"] and field["path"] in names:
                    asked_ += 1
                    assert scribe.case.figures()[names[field["path"]]] not in scribe.text, scribe.layout.id
    assert asked_ > 5


def test_a_name_stands_whole_and_without_what_is_said_before_it(rows: list[Row]):
    before = "|".join(word for language in ("fr", "de", "en") for word in entries("before_firm", language) if len(word) > 3)
    names = [value for row in rows for field in row.fields if field["format"] == "name" for value in field["values"]]
    # Société and Firma are never the first word of a firm's name here
    assert not [value["raw"] for value in names if re.match(rf"(?:{before}) ", value["raw"])]
    forms_ = ("GmbH & Co. KG", "S.à r.l.", "SARL", "Ltd", "UG (haftungsbeschränkt)")
    for form_ in forms_:
        assert any(value["raw"].endswith(f" {form_}") for value in names), form_
    cut = 0
    for row in rows:
        for value in (v for f in row.fields if f["format"] == "name" and not f["many"] for v in f["values"]):
            for _, end in value["places"]:
                cut += bool(re.match(r" (?:GmbH|SARL|S\.à r\.l\.|Ltd|AG|KG|SAS)\b", row.text[end : end + 10]))
    assert cut == 0


def test_the_logo_says_a_name_without_its_form_and_the_foot_all_of_it():
    found = 0
    for layout in COMPOSED:
        if not any("{~short:seller}" in line for line in layout.lines):
            continue
        scribe = Scribe(layout, random.Random(layout.id))
        assert "seller" in scribe.case.vague
        whole = scribe.case.get("seller")
        assert {scribe.text[start:end].casefold() for start, end in scribe.places["seller"]} <= {whole.casefold()}, layout.id
        found += 1
    assert found > 3


def test_credit_notes_say_which_sum_is_given_back():
    negative = corrected = cancelled = 0
    for number in range(120):
        scribe = Scribe(composed("credit note", number, "fr"), random.Random(number))
        places = askable(scribe)
        assert places.get("credited") == places.get("gross")
        original, given = scribe.case.amount("original_total"), scribe.case.amount("credited")
        cancelled += original == abs(given)
        amounts = {scribe.case.amount(name) for name in ("credited", "gross")}
        assert len(amounts) == 1
        negative += amounts.pop() < 0
        if "original_total" in places:
            corrected += 1
            assert not set(places["original_total"]) & set(places.get("credited", []))
    assert 30 < negative < 90
    assert corrected > 30
    assert 10 < cancelled < 60


def test_what_was_open_before_is_not_part_of_the_total():
    found = 0
    for number in range(400):
        layout = composed("invoice", number, "de")
        if not any(line.startswith("@bill") and "carried" in line for line in layout.lines):
            continue
        scribe = Scribe(layout, random.Random(number))
        places = askable(scribe)
        if "gross" in places and "due_amount" in places:
            assert not set(places["gross"]) & set(places["due_amount"]), layout.id
            found += "previous_due" in places
    assert found > 10


def test_a_fourth_of_the_documents_or_more_are_hard(rows: list[Row]):
    """Names without a label, crowded sums, credit notes, contracts of many; most of what was there before stays."""
    hard = 0
    for row in rows:
        composed_ = row.layout.startswith("composed-")
        lines = composed(row.kind, int(row.layout[-3:]), row.language).lines if composed_ else ()
        asks = {name for line in lines if line.startswith("@ask ") for name in line.split()[1:]}
        hard += row.kind == "credit note" or (bool(asks) and (row.kind in GATHERED or "parties" not in asks))
    assert 0.25 < hard / len(rows) < 0.38


def test_wordings_of_held_out_compositions_are_said_by_no_other():
    learnt, held = set(), set()
    for number in range(200):
        layout = composed("invoice", number, "en")
        (held if layout.held_out else learnt).update(layout.lines)
    apart = {said for said in entries("say_invoice", "en")[4::5] if "<" not in said}
    assert apart
    assert not apart & learnt
    assert apart & held


@pytest.mark.parametrize("terms", ["exempt", "mixed", "negative", "rounded", "shipped", "plain", "carried"])
def test_amounts_of_special_bills_add_up(terms: str):
    for seed in range(60):
        case = Case(random.Random(seed), "de")
        case.terms = {terms}
        amount, bill = case.amount, case.bill
        assert amount("net") + amount("tax") == pytest.approx(amount("gross"), abs=0.005)
        assert amount("subtotal") - amount("discount") + bill.shipping == pytest.approx(amount("net"), abs=0.03)
        open_before = amount("previous_due") - amount("received")
        due = amount("gross") - amount("paid") + bill.rounding + open_before
        assert due == pytest.approx(amount("due_amount"), abs=0.005)
        assert amount("original_total") - amount("corrected_total") == pytest.approx(abs(amount("credited")), abs=0.005)
        assert bill.carried == (terms == "carried") == (amount("previous_due") > 0)
        assert (amount("gross") < 0) == (terms == "negative")
        if terms == "exempt":
            assert (amount("tax"), amount("net")) == (0, amount("gross"))
        if terms == "rounded" and not bill.advanced:
            assert round(amount("due_amount") * 100) % 5 == 0


@pytest.mark.parametrize(
    ("number", "french", "german", "english"),
    [
        (0, "zéro", "null", "zero"),
        (21, "vingt et un", "einundzwanzig", "twenty-one"),
        (71, "soixante et onze", "einundsiebzig", "seventy-one"),
        (80, "quatre-vingts", "achtzig", "eighty"),
        (99, "quatre-vingt-dix-neuf", "neunundneunzig", "ninety-nine"),
        (101, "cent un", "einhunderteins", "one hundred one"),
        (280, "deux cent quatre-vingts", "zweihundertachtzig", "two hundred eighty"),
        (1001, "mille un", "eintausendeins", "one thousand one"),
        (80000, "quatre-vingt mille", "achtzigtausend", "eighty thousand"),
        (300200, "trois cent mille deux cents", "dreihunderttausendzweihundert", "three hundred thousand two hundred"),
    ],
)
def test_numbers_in_words(number: int, french: str, german: str, english: str):
    assert [in_words(number, language) for language in ("fr", "de", "en")] == [french, german, english]


def test_what_is_zero_rated_says_net_and_gross_in_their_own_places():
    found = 0
    for number in range(300):
        layout = composed("invoice", number, "fr")
        if any("@bill" in line and "exempt" in line for line in layout.lines):
            scribe = Scribe(layout, random.Random(number))
            net, gross = scribe.places.get("net", []), scribe.places.get("gross", [])
            assert not set(net) & set(gross)
            found += bool(net and gross)
    assert found > 5


def test_command_writes_both_files(tmp_path):
    out, held = tmp_path / "made" / "forms.jsonl", tmp_path / "held.jsonl"
    command = [sys.executable, "-m", "tools.forms", str(out), "--count", "60", "--seed", "4", "--held-out", str(held)]
    subprocess.run(command, check=True)
    learnt, tested = ([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in (out, held))
    assert len(learnt) + len(tested) == 60
    assert len(tested) > 0
    assert set(learnt[0]) == {"id", "language", "kind", "layout", "text", "fields"}
    assert as_dict(next(forms(1, seed=4))) in learnt + tested
