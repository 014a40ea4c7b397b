"""The picture of a place's figures."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from app.typeset import picture
from app.typeset.content import FigureCard

LONG = "องค์การบริหารส่วนตำบลที่มีชื่อยาวกว่าที่ใดในประเทศ " * 6 + "อำเภอบางแห่ง จังหวัดพระนครศรีอยุธยา"


def card(name: str) -> FigureCard:
    return FigureCard("หัวเรื่อง", name, "ปีงบประมาณ 2561", "แล้วเสร็จร้อยละ 50.00", Decimal(50), ("หนึ่ง", "สอง"))


@pytest.mark.parametrize(
    ("name", "size", "lines"),
    [
        ("เทศบาลนครหาดใหญ่ จังหวัดสงขลา", 56, 1),
        ("องค์การบริหารส่วนตำบลหนองบัวใหญ่ อำเภอบางปลาม้า จังหวัดพระนครศรีอยุธยา", 56, 2),
        ("องค์การบริหารส่วนตำบลหนองบัวใหญ่หนองบัวเล็ก อำเภอบางปลาม้าบางปลาสร้อย จังหวัดพระนครศรีอยุธยา", 40, 2),
        (LONG, 40, 3),
    ],
)
def test_a_name_gets_smaller_before_it_loses_anything_and_never_its_province(name: str, size: int, lines: int) -> None:
    found, told = picture._name(name)
    assert (found, len(told)) == (size, lines)
    assert told[-1].endswith(name.rsplit(maxsplit=1)[-1])
    assert "…" in "".join(told) if name == LONG else "".join(told).replace(" ", "") == name.replace(" ", "")


def test_pictures_that_are_first_drawn_at_once_are_drawn() -> None:
    """What is read of a font when it is first asked for is read by one at a time."""
    names = [f"เทศบาลตำบลหมายเลข {number} จังหวัดสงขลา" for number in range(8)]
    for _round in range(4):
        picture._weight.cache_clear()
        with ThreadPoolExecutor(8) as threads:
            drawn = list(threads.map(lambda name: picture.picture(card(name)), names))
        assert drawn == [picture.picture(card(name)) for name in names]
