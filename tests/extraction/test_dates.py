from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.extraction.tables import found, only, raws

WRITTEN = {
    "en": [
        ("made this 3rd day of March, 2026, by and between", "3rd day of March, 2026", date(2026, 3, 3)),
        ("as of the 1st of January 2020", "1st of January 2020", date(2020, 1, 1)),
        ("March 3, 2026", "March 3, 2026", date(2026, 3, 3)),
        ("MARCH 3, 2026", "MARCH 3, 2026", date(2026, 3, 3)),
        ("on Mar. 3, 2026.", "Mar. 3, 2026", date(2026, 3, 3)),
        ("the first day of March, 2026", "first day of March, 2026", date(2026, 3, 1)),
        ("this Twenty-third day of May 2020", "Twenty-third day of May 2020", date(2020, 5, 23)),
        ("the 31  day of July, 2019", "31  day of July, 2019", date(2019, 7, 31)),
        ("the 23rd of January of 1996", "23rd of January of 1996", date(1996, 1, 23)),
        ("by 30 Sept. 2026", "30 Sept. 2026", date(2026, 9, 30)),
        ("ends December\n31, 2026", "December\n31, 2026", date(2026, 12, 31)),
    ],
    "fr": [
        ("Fait à Metz, le premier février 2026", "premier février 2026", date(2026, 2, 1)),
        ("le 1er févr. 2026", "1er févr. 2026", date(2026, 2, 1)),
        ("LE 12 AOÛT 2025", "12 AOÛT 2025", date(2025, 8, 12)),
        ("le 3 de mars 2026", "3 de mars 2026", date(2026, 3, 3)),
        ("échéance 31.12.2026", "31.12.2026", date(2026, 12, 31)),
        ("signé le 13-11-2017", "13-11-2017", date(2017, 11, 13)),
    ],
    "de": [
        ("am 1. Jänner 2026", "1. Jänner 2026", date(2026, 1, 1)),
        ("am ersten März 2026", "ersten März 2026", date(2026, 3, 1)),
        ("vom 3.März 2026", "3.März 2026", date(2026, 3, 3)),
        ("den 5. Dez. 2025", "5. Dez. 2025", date(2025, 12, 5)),
        ("den 5. Maerz 2025", "5. Maerz 2025", date(2025, 3, 5)),
        ("gültig vom 1.-15. März 2026", "15. März 2026", date(2026, 3, 15)),
        ("01.01.–31.12.2026", "31.12.2026", date(2026, 12, 31)),
    ],
    "lb": [
        ("Lëtzebuerg, den 3. Mäerz 2026", "3. Mäerz 2026", date(2026, 3, 3)),
        ("den éischten Abrëll 2026", "éischten Abrëll 2026", date(2026, 4, 1)),
        ("de 4. Mee 2026", "4. Mee 2026", date(2026, 5, 4)),
        ("den 24. Dezember 2025", "24. Dezember 2025", date(2025, 12, 24)),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "raw", "value"), [(language, *case) for language, cases in WRITTEN.items() for case in cases]
)
def test_dates_as_each_language_writes_them(language, text, raw, value):
    stretch = only(text, "date", language)
    assert (stretch.raw, stretch.value, stretch.doubt) == (raw, value, None)


@pytest.mark.parametrize(
    "text",
    [
        "March 2026",
        "Februar 2026",
        "février 2026",
        "am Mäerz 2026",
        "03/2026",
        "12.2026",
        "March 26",
        "3. März",
        "le 3 mars",
        "Section 3 of May",
        "this ___ day of March, 2026",
        "31 February 2026",
        "32 March 2026",
        "v1.02.2026",
        "1.2.3",
        "2.10.4.1",
        "RE-12.03.2026",
        "DE12 0103 2026 0000 0000 00",
        "Tel. 01.02.2026.33",
        "2 x 3.50",
        "in drei Tagen",
        "A/2026-03-04",
        "2026-03-04/7",
    ],
)
def test_what_is_no_whole_date_is_none(text):
    assert raws(text, "date") == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "du 1er janvier 2026 au 31 décembre 2026", ["1er janvier 2026", "31 décembre 2026"]),
        ("de", "01.01.2026-31.12.2026", ["01.01.2026", "31.12.2026"]),
        ("de", "01.01.2026 – 31.12.2026", ["01.01.2026", "31.12.2026"]),
        ("en", "01/02/2026-13/04/2026", ["01/02/2026", "13/04/2026"]),
        ("en", "2026-03-04/2026-03-10", ["2026-03-04", "2026-03-10"]),
        ("lb", "vum 1. Mee 2026 bis den 2. Juni 2026", ["1. Mee 2026", "2. Juni 2026"]),
    ],
)
def test_a_range_is_its_two_dates(language, text, expected):
    assert raws(text, "date", language) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.03.20", date(2020, 3, 12)),
        ("31/12/99", date(1999, 12, 31)),
        ("3. März 26", date(2026, 3, 3)),
        ("3 mai 26", date(2026, 5, 3)),
    ],
)
def test_a_year_of_two_digits_is_read_and_doubted(text, value):
    stretch = only(text, "date", "fr")
    assert (stretch.value, stretch.doubt) == (value, "two_digit_year")
    assert found(text, "money") == found(text, "number") == []


def test_the_document_may_write_the_month_first():
    first, second = found("03/04/2026 and 12/31/2026", "date", "en")
    assert (first.value, first.doubt, second.value) == (date(2026, 3, 4), None, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("am 3. März 2026 um 14:05 Uhr", datetime(2026, 3, 3, 14, 5)),  # noqa: DTZ001
        ("le 3 mars 2026 à 9h30", datetime(2026, 3, 3, 9, 30)),  # noqa: DTZ001
        ("3.3.2026, 9:30: Beginn", datetime(2026, 3, 3, 9, 30)),  # noqa: DTZ001
        ("March 3, 2026, at 09:30:15", datetime(2026, 3, 3, 9, 30, 15)),  # noqa: DTZ001
    ],
)
def test_a_day_with_its_time(text, value):
    assert only(text, "datetime").value == value


@pytest.mark.parametrize(
    "text", ["2026-03-04 25:10", "2026-03-04 at 9", "2026-03-04 1:234", "2026-03-04T10:75", "2026-03-04 3 amps"]
)
def test_a_time_beyond_the_clock_is_none(text):
    assert raws(text, "datetime") == []


@pytest.mark.parametrize(
    ("time", "hour", "minute"),
    [
        ("10:30 pm", 22, 30),
        ("10:30pm", 22, 30),
        ("10:30 P.M.", 22, 30),
        ("10 pm", 22, 0),
        ("12:05 am", 0, 5),
        ("12:05 pm", 12, 5),
        ("9:00 a.m.", 9, 0),
        ("22:30 pm", 22, 30),
    ],
)
def test_halves_of_the_day(time, hour, minute):
    moment = only(f"meet on 1 March 2026 at {time} in the hall", "datetime", "en")
    assert moment.raw == f"1 March 2026 at {time}"
    assert moment.value == datetime(2026, 3, 1, hour, minute)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("raw", "hours"),
    [
        ("2026-03-01T23:30:00+05:00", 5),
        ("2026-03-01T23:30:00Z", 0),
        ("2026-03-01T23:30:00.250Z", 0),
        ("2026-03-01T23:30-0330", -3.5),
        ("2026-03-01 23:30:00-03:30", -3.5),
        ("2026-03-01 23:30 +05:00", 5),
        ("1 March 2026 at 23:30 UTC", 0),
        ("1 March 2026, 23:30 GMT+01:00", 1),
    ],
)
def test_a_moment_has_its_zone(raw, hours):
    moment = only(f"sent {raw}, read later", "datetime", "en")
    assert (moment.raw, moment.value.utcoffset()) == (raw, timedelta(hours=hours))
    assert (moment.value.hour, moment.value.minute) == (23, 30)


@pytest.mark.parametrize("text", ["2026-03-01 10:30-12:30", "2026-03-01 10:30 - 12:30", "2026-03-01 10:30 +19:00"])
def test_from_one_time_to_another_is_no_zone(text):
    moment = only(text, "datetime", "en")
    assert (moment.raw, moment.value.tzinfo) == ("2026-03-01 10:30", None)


@pytest.mark.parametrize(
    ("text", "language", "raw", "value"),
    [
        ("Luxemburg, den 3. März 2026", "de", "3. März 2026", date(2026, 3, 3)),
        ("am 15. Jänner 2026", "de", "15. Jänner 2026", date(2026, 1, 15)),
        ("vom 16.09.2018.", "de", "16.09.2018", date(2018, 9, 16)),
        ("Stand 3. 4. 2026", "de", "3. 4. 2026", date(2026, 4, 3)),
        ("Metz, le 1er février 2026", "fr", "1er février 2026", date(2026, 2, 1)),
        ("le 12 aout 2025,", "fr", "12 aout 2025", date(2025, 8, 12)),
        ("Fait le 13/11/2017", "fr", "13/11/2017", date(2017, 11, 13)),
        ("March 3rd, 2026", "en", "March 3rd, 2026", date(2026, 3, 3)),
        ("on 3 September 2026", "en", "3 September 2026", date(2026, 9, 3)),
        ("the 21st of May 2024", "en", "21st of May 2024", date(2024, 5, 21)),
        ("due August 3 , 2014", "en", "August 3 , 2014", date(2014, 8, 3)),
        ("den 3. Mäerz 2026", "lb", "3. Mäerz 2026", date(2026, 3, 3)),
        ("2026-03-04 at noon", "en", "2026-03-04", date(2026, 3, 4)),
    ],
)
def test_dates_of_each_language(text, language, raw, value):
    stretch = only(text, "date", language)
    assert (stretch.raw, stretch.value, stretch.doubt) == (raw, value, None)


@pytest.mark.parametrize("text", ["00.123.456.7-2018-1", "31.02.2026", "version 1.2.3", "RE-20190610/507", "12.13"])
def test_what_only_looks_like_a_date_is_none(text):
    assert found(text, "date") == []


def test_an_ambiguous_date_is_read_day_first_and_says_so():
    stretch = only("03/04/2026", "date", "en")
    assert (stretch.value, stretch.doubt) == (date(2026, 4, 3), "day_month_order")


def test_the_documents_own_dates_settle_the_order():
    first, second = found("03/04/2026 and 03/25/2026", "date", "en")
    assert (first.value, first.doubt) == (date(2026, 3, 4), None)
    assert second.value == date(2026, 3, 25)


@pytest.mark.parametrize("text", ["2026-03-04T10:30", "04.03.2026 um 10:30 Uhr", "4 mars 2026 à 10h30"])
def test_a_moment_has_a_date_and_a_time(text):
    assert only(text, "datetime", "fr").value == datetime(2026, 3, 4, 10, 30)  # noqa: DTZ001
