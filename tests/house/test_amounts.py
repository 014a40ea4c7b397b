"""One reading of amounts: what Thai offices type, what is refused, and that no other code reads a number."""

import re
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from sys import modules
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, DecimalRangeField, FloatField, IntegerField, IntegerRangeField
from wtforms.fields.core import UnboundField

from app.amounts import MAX_BAHT, NotAnAmount, Wanted, plain, read_amount, read_number_cell
from app.fields import Form, MoneyField, Number, Version
from app.lao.projects.forms import project_form
from app.nacc.administration.forms import staff_form
from app.nacc.administration.periods.forms import PeriodForm
from app.nacc.evaluation.forms import score_class
from app.nacc.evaluation.rules import cells
from app.nacc.exports.forms import export_form
from app.nacc.exports.rules import ExportPlace
from app.plans.rules import Period

ROOT = Path(__file__).parents[2]

NBSP, THIN, NARROW, FIGURE = "\u00a0", "\u2009", "\u202f", "\u2007"


def apart(spellings: str) -> list[str]:
    return spellings.split("|")


READ = {
    "1500.00": [
        *apart("1500|1,500|1,500.00| 1,500.00 |1500.0|001500|1 500|๑,๕๐๐|๑๕๐๐|1500\n|\t1500\r\n"),
        *apart("1,500.-|1500.-|๑,๕๐๐.-|1,500 .-|1,500/-|๑,๕๐๐/-|1,500.- บาท|1,500/- บาท"),
        *apart("1,500 บาท|1,500บาท|๑,๕๐๐ บาท|1,500.00 บาท|1,500 บ.|1,500 บาทถ้วน"),
        *apart("฿1,500|฿ 1,500|1,500฿|THB 1,500|1,500 THB|1,500 thb"),
        *apart("1,500 (หนึ่งพันห้าร้อยบาทถ้วน)|1,500 บาท (หนึ่งพันห้าร้อยบาทถ้วน)|1,500.- (หนึ่งพันห้าร้อย บาทถ้วน)"),
        *(f"1{space}500" for space in (NBSP, THIN, NARROW, FIGURE)),
        *(f"{NBSP}1,500{NBSP}", "\u200b1,500\ufeff"),
    ],
    "1500.50": ["1500.5", "1500.50", "1,500.50", "๑๕๐๐.๕๐", "1 500.50", "฿1,500.50"],
    "1500000.00": ["1,500,000", "1 500 000", "๑,๕๐๐,๐๐๐.๐๐", "1500000", f"1{NBSP}500{NBSP}000"],
    "2561.00": ["2561", "๒๕61"],
    "0.00": ["0", "0.00", "๐", "0.-", "0 บาท", "0.0"],
    "0.50": ["0.5", "0.50"],
    "99999999999.99": ["99,999,999,999.99"],
}
WITHOUT = apart("-|–|—|- บาท|– บาท|ไม่ใช้งบประมาณ|ไม่มี| ไม่มีงบประมาณ |ดำเนินการโดยไม่ใช้งบประมาณ| -   ||  \n")
PLAINLY_NONE = (
    "20,000-30,000|ปีละ 5,000|10,000/ครั้ง|ตามที่จ่ายจริง|#REF!|ห้าพัน|5e3|0x10|NaN|Infinity|1_500|+1500|--|.-|บาท|១៥០០"
)
REFUSED = (
    # (typed, what the sentence says: how it may be meant, or what to do)
    ("50,000,00", "“50,000,00”: 50,000 หรือ 5,000,000?"),
    ("18,500,00", "18,500 หรือ 1,850,000?"),
    ("50.000,00", "50,000 หรือ 5,000,000?"),
    ("18.500,00", "18,500 หรือ 1,850,000?"),
    ("1.500,50", "1,500.50 หรือ 150,050?"),
    ("1 500,50", "1,500.50 หรือ 150,050?"),
    ("1500,50", "“1500,50”: 1,500.50 หรือ 150,050?"),
    ("๑๕๐๐,๕๐", "“๑๕๐๐,๕๐”: 1,500.50 หรือ 150,050?"),
    ("1500,50 บาท", "1,500.50 หรือ 150,050?"),
    ("1,50", "1.50 หรือ 150?"),
    ("1,5", "1.50 หรือ 15?"),
    ("15,00", "15 หรือ 1,500?"),
    ("12,50", "12.50 หรือ 1,250?"),
    ("0,500", "0.50 หรือ 500?"),
    ("15,0000", "15 หรือ 150,000?"),
    ("1,50,000", "150,000?"),
    ("150,,000", "150,000?"),
    ("5,00,0", "5,000?"),
    ("1,500,", "1,500?"),
    ("1,500,-", "1,500?"),
    ("1500.", "1,500?"),
    (",150", "เป็นตัวเลข"),
    (".50", "เป็นตัวเลข"),
    ("1 5", "15?"),
    ("1  500", "1,500?"),
    ("1,500 000", "1,500,000?"),
    ("1 500,000", "1,500,000"),
    ("1.500.000", "1,500,000?"),
    ("1.5.0", "เป็นตัวเลข เช่น 150,000 ไม่ใช่ “1.5.0”"),
    ("12,345.6.7", "เป็นตัวเลข เช่น 150,000 ไม่ใช่ “12,345.6.7”"),
    ("1.500.000,50", "1,500,000.50 หรือ 150,000,050?"),
    ("150.000", "ทศนิยมไม่เกิน 2 ตำแหน่ง “150.000”: 150 หรือ 150,000?"),
    ("1.500", "1.50 หรือ 1,500?"),
    ("10.005", "ทศนิยมไม่เกิน 2 ตำแหน่ง"),
    ("1,500.005", "ทศนิยมไม่เกิน 2 ตำแหน่ง"),
    ("-1500", "ต้องไม่ติดลบ “-1500” หากเป็นจำนวนบวก พิมพ์ 1500 (บางโปรแกรมอ่าน 1,500.- เป็น -1500)"),
    ("-1", "ต้องไม่ติดลบ"),
    ("–1,500", "ต้องไม่ติดลบ"),
    ("\u22121500", "ต้องไม่ติดลบ"),
    ("- 1,500 บาท", "ต้องไม่ติดลบ"),
    ("(1,500)", "ต้องไม่ติดลบ"),
    ("1500-", "ต้องไม่ติดลบ"),
    ("1.5 ล้าน", "พิมพ์เป็นตัวเลขเต็ม เช่น 1,500,000"),
    ("๑.๕ล้านบาท", "พิมพ์เป็นตัวเลขเต็ม เช่น 1,500,000"),
    ("2 แสน", "เช่น 200,000"),
    ("99999999999999", "มากเกินไป กรอกได้ไม่เกิน 99,999,999,999.99"),
    ("100,000,000,000", "มากเกินไป"),
    ("1,500 (ต่อครั้ง)", "เป็นตัวเลข"),
    ("(หนึ่งพัน)", "เป็นตัวเลข"),
    ("1,500 คน", "เป็นตัวเลข"),
    ("1500\x0b2000", "เป็นตัวเลข"),
    ("1500\n2000", "เป็นตัวเลข"),
    ("1\t500", "เป็นตัวเลข"),
    ("บาท 1,500 บาท", "เป็นตัวเลข"),
    ("9" * 50, "เป็นตัวเลข"),
    *((typed, f"เป็นตัวเลข เช่น 150,000 ไม่ใช่ “{typed}”") for typed in apart(PLAINLY_NONE)),
)


@pytest.mark.parametrize(("value", "typed"), [(value, typed) for value, all_ in READ.items() for typed in all_])
def test_the_ways_offices_write_an_amount(value: str, typed: str) -> None:
    assert str(read_amount(typed)) == value


@pytest.mark.parametrize("typed", WITHOUT)
def test_no_amount_is_not_zero(typed: str) -> None:
    assert read_amount(typed) is None


@pytest.mark.parametrize(("typed", "said"), REFUSED)
def test_anything_else_is_refused_with_what_it_may_mean(typed: str, said: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_amount(typed, Wanted("งบประมาณปี 2561"))

    assert said in str(refused.value)
    assert "2561 " in str(refused.value), "a digit needs a space after it"


def test_the_unit_beside_the_box_may_be_typed_again() -> None:
    people, area = Wanted("ประชากร", places=0, unit="คน"), Wanted("พื้นที่", unit="ตร.กม.")

    assert read_amount("7,812 คน", people) == read_amount("7,812.00", people) == 7812
    assert read_amount("๕๘.๒๕ ตร.กม.", area) == Decimal("58.25")
    for typed, wanted, said in (
        ("7,812 บาท", people, "ประชากรเป็นตัวเลข"),
        ("12.5", people, "ประชากรมีทศนิยมไม่ได้ “12.5”"),
        ("5.000", people, "5 หรือ 5,000?"),
        ("58,25", area, "58.25 หรือ 5,825?"),
    ):
        with pytest.raises(NotAnAmount, match=said.replace("?", r"\?")):
            read_amount(typed, wanted)


def test_what_the_box_does_not_take_is_not_advised() -> None:
    score = Wanted("คะแนน", maximum=Decimal(25), unit="คะแนน", example="12.50")

    for typed in ("1.5 ล้าน", "2 แสน", "1 ร้อย"):
        with pytest.raises(NotAnAmount, match=f"^กรอกคะแนนเป็นตัวเลข เช่น 12.50 ไม่ใช่ “{typed}”$"):
            read_amount(typed, score)


@given(st.integers(0, int(MAX_BAHT * 100)), st.sampled_from([",", " ", ""]), st.sampled_from(["", " บาท", " บ.", "฿"]))
def test_what_is_written_is_read_back(satang: int, group: str, unit: str) -> None:
    amount = Decimal(satang) / 100

    assert read_amount(f"{amount:,.2f}".replace(",", group) + unit) == amount
    assert read_amount(plain(amount)) == amount
    assert read_number_cell(float(amount)) == amount


@given(st.text("0123456789๑๕,. -/฿บาทล้นNTHB()\u00a0\u202f", max_size=14))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    with suppress(NotAnAmount):  # any other error is a fault
        amount = read_amount(typed)
        assert amount is None or read_amount(f"{amount:,.2f}") == amount


def test_a_cell_of_numbers_counts_as_its_number() -> None:
    # given sums as Excel's arithmetic leaves them
    assert read_number_cell(0.1 + 0.2) == Decimal("0.30")
    assert read_number_cell(99999999999.99) == MAX_BAHT
    assert read_number_cell(1500) == read_number_cell(1500.0) == read_number_cell("1,500.-") == 1500
    assert read_number_cell(7812.0, Wanted(places=0)) == 7812
    assert read_number_cell(0) == 0
    assert read_number_cell(None) is None
    assert read_number_cell("") is None


def test_a_cell_that_is_no_number_is_refused_by_its_place() -> None:
    place = Wanted("แถว 3 SAR มิติ 1")
    for value, flags, said in (
        (0.85, {"percent": True}, "“85%” เป็นร้อยละ"),
        (None, {"uncalculated": True}, "สูตรที่ยังไม่มีผล"),
        (date(2018, 3, 1), {}, "วันที่"),
        (time(12), {}, "วันที่"),
        (True, {}, "ไม่ใช่ตัวเลข"),
        (float("nan"), {}, "ไม่ใช่ตัวเลข"),
        (float("inf"), {}, "ไม่ใช่ตัวเลข"),
        ("#REF!", {}, "เป็นตัวเลข"),
        (61 / 3, {}, "ทศนิยมไม่เกิน 2 ตำแหน่ง “20.3333333333333”"),
        (-1500.0, {}, "ต้องไม่ติดลบ"),
        (10.0 ** 20, {}, "มากเกินไป"),
        ("1,5", {}, "1.50 หรือ 15?"),
    ):  # fmt: skip
        with pytest.raises(NotAnAmount) as refused:
            read_number_cell(value, place, **flags)
        assert said in str(refused.value)
        assert "แถว 3 SAR มิติ 1" in str(refused.value)


# One reader: every numeric field, and no other code that makes a number of what somebody typed.


def all_forms() -> list[type[Form]]:
    """Every form class that has a name in its module, and one of each kind that is made for a period, places or cells.

    What other tests of this process had made is none of them: which of those still live nobody can say.
    """
    for module in (ROOT / "app").rglob("forms.py"):
        import_module(".".join(module.relative_to(ROOT).with_suffix("").parts))
    period = Period(1, 2561, 2564, {1: "มิติ"})
    made = [
        project_form(period),
        score_class(cells([1]), {1: Decimal(25)}),
        staff_form({9: [("90", "สงขลา")]}),
        export_form([ExportPlace("90", "สงขลา", ())], [2569]),
    ]
    return [*(form for form in _below(Form) if getattr(modules[form.__module__], form.__name__, None) is form), *made]


def _below(form: type[Form]) -> list[type[Form]]:
    return [each for child in form.__subclasses__() for each in (child, *_below(child))]


def fields_of(form: type[Form]) -> dict[str, Any]:
    return {name: each for name in dir(form) if isinstance(each := getattr(form, name), UnboundField)}


def test_every_number_in_a_form_is_read_by_the_one_reader() -> None:
    numeric = (DecimalField, FloatField, IntegerField, IntegerRangeField, DecimalRangeField)
    readers = 0
    for form in all_forms():
        for name, field in fields_of(form).items():
            kind = field.field_class
            assert not issubclass(kind, numeric) or kind is Version, f"{form.__name__}.{name}: MoneyField or Number"
            if issubclass(kind, Number):
                readers += 1
                assert kind.process_formdata is Number.process_formdata, f"{form.__name__}.{name} reads on its own"
    assert readers > 15


def test_no_other_code_makes_a_number_of_what_was_typed() -> None:
    makes = re.compile(r"""Decimal\((?!["\dA-Z)])|(?<!\w)float\(|replace\(["'],["']""")
    known = {  # what they read was written by this system
        "app/amounts.py",
        "app/nacc/evaluation/rules.py",  # a checked line, sealed
        "app/nacc/evaluation/queries.py",  # a proposal, kept
        "app/history/rules.py",
        "app/models/types.py",
        "app/lao/projects/queries.py",
        "app/nacc/review/queries.py",
        "app/spreadsheets/sheet_lane.py",
        "app/lao/reporting/rules.py",
        "app/words.py",
        "app/lao/fixed_rounds/rules.py",
        "app/lao/signs/rules.py",
        "app/lao/sending/rules.py",
        "app/ledger/rules.py",
        "app/lao/round_workbook/rules.py",  # what the file said when it was made, sealed
        "app/typeset/letters.py",  # lengths on paper
        "app/typeset/sheet.py",
    }
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if "seeds" not in path.parts and makes.search(path.read_text())
    }
    assert found <= known, f"read amounts with app/amounts.py: {found - known}"


def test_what_was_read_stands_beside_the_field() -> None:
    class Typed(Form):
        amount = MoneyField("เบิกจ่ายจริง")

    for typed, read in (("50,000.-", "50,000.00 บาท"), ("50,000.00", ""), ("1,5", ""), ("", ""), ("-", "ไม่ใช้งบประมาณ")):
        with Flask(__name__).app_context():
            assert Typed(MultiDict({"amount": typed})).amount.read == read


def test_a_year_is_no_amount() -> None:
    with Flask(__name__).app_context():
        # given a year that was typed, and one that is kept
        typed, kept = (PeriodForm(MultiDict({"first_year": "๒๕๖๑"})), PeriodForm(None, first_year=Decimal(2561)))

        assert (typed.first_year.data, typed.first_year.read) == (2561, "")
        assert kept.first_year._value() == "2561"
        # when one is typed that is none
        for year, said in (
            ("2539", "ปีแรกอยู่ระหว่าง 2540 ถึง 2700 ไม่ใช่ “2539”"),
            ("2701", "ปีแรกอยู่ระหว่าง 2540 ถึง 2700 ไม่ใช่ “2701”"),
            ("25 61", "ปีแรก “25 61”: 2561? พิมพ์ใหม่ให้ชัดเจน"),
            ("2 พัน", "ปีแรก “2 พัน” พิมพ์เป็นตัวเลขเต็ม เช่น 2000"),
        ):
            wrong = PeriodForm(MultiDict({"first_year": year}))
            assert not wrong.validate()
            # then it is said as a year
            assert wrong.first_year.errors == [said]
