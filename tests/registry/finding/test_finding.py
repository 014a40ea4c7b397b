"""Who is found by what people type, and in which order."""

import pytest
from flask import Flask

from app.alike import alike_key, as_on_thai_keys, roman_key
from app.citizens.places.queries import FoundPlaces, search
from app.db import transaction
from app.registry.finding.queries import find_laos
from app.registry.operations import load_provinces, load_registry

# What is typed, and who stands first of those that fit, or else of those that are near.
FIRST = {
    "หาดไหญ่": "อำเภอหาดใหญ่",
    "ทน.หาดไหญ่": "เทศบาลนครหาดใหญ่",
    "สงขา": "จังหวัดสงขลา",
    "พิดสะนุโลก": "จังหวัดพิษณุโลก",
    "จ.สงขลา": "จังหวัดสงขลา",
    "ดินทอง วังทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "วังทอง ดินทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "ดินทองวังทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "อบต.ดินทอง อ.วังทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "อบต.ดินทองอ.วังทองจ.พิษณุโลก": "องค์การบริหารส่วนตำบลดินทอง",
    "อบต. ดินทอง จ. พิษณุโลก": "องค์การบริหารส่วนตำบลดินทอง",
    "อ.บ.ต.ดินทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "อปต.ดินทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "องค์การบริหารส่วนต่ำบลดินทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "เทศบาลดินทอง": "องค์การบริหารส่วนตำบลดินทอง",
    "๖๖๕๐๘๐๗": "องค์การบริหารส่วนตำบลดินทอง",
    "4120401": "เทศบาลนครบางบัวทอง",  # its code before it was raised
    "ทม.บางบัวทอง": "เทศบาลนครบางบัวทอง",  # as it was called then
    "กทม": "กรุงเทพมหานคร",
    "Hat Yai": "อำเภอหาดใหญ่",
    "haadyai": "อำเภอหาดใหญ่",
    "Songkla": "จังหวัดสงขลา",
    "SAO Din Thong, Wang Thong": "องค์การบริหารส่วนตำบลดินทอง",
    "skf.sPj": "อำเภอหาดใหญ่",  # หาดใหญ่ on a keyboard that was set to English
}


@pytest.fixture
def real(app: Flask) -> None:
    with transaction():
        load_provinces()
        load_registry()


def first(found: FoundPlaces) -> str:
    return next(iter([*found.fitting, *found.near])).name


@pytest.mark.usefixtures("real")
def test_a_search_forgives_and_the_likeliest_stands_first() -> None:
    assert {q: first(search(q)) for q in FIRST} == FIRST


@pytest.mark.usefixtures("real")
def test_those_of_one_name_are_told_apart_and_narrowed_while_the_place_is_typed() -> None:
    sizes = []
    for q in ("บ้านใหม่", "บ้านใหม่ น", "บ้านใหม่ นน", "บ้านใหม่ นนทบุรี"):
        found = search(q)
        shown = [(place.name, place.where) for place in found.fitting]
        assert len(shown) == len(set(shown))
        sizes.append(found.total)

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0]
    assert [place.where for place in found.fitting] == ["อำเภอบางใหญ่ จังหวัดนนทบุรี"]


@pytest.mark.usefixtures("real")
def test_the_very_name_comes_before_its_beginning_and_that_before_its_parts() -> None:
    names = [lao.names[0].short for lao in find_laos("บางพลี").fitting]

    kinds = [0 if name == "บางพลี" else 1 if name.startswith("บางพลี") else 2 for name in names]
    assert kinds == sorted(kinds)
    assert set(kinds) == {0, 1}


@pytest.mark.usefixtures("real")
def test_what_is_like_nothing_finds_nothing() -> None:
    for q in ("xqzwv", "ฮฮฮฮฮฮฮฮ", "9999999", "", " ", "%", "'", "\x00"):
        found = find_laos(q) if q.strip() and q != "\x00" else None
        assert found is None or not found.in_order, q


@pytest.mark.parametrize(
    ("one", "other"),
    [("หาดไหญ่", "หาดใหญ่"), ("ธรรม", "ทัม"), ("ฏิ", "ติ"), ("ศาลา", "สาลา"), ("น้ำ", "นำ"), ("พิสนุโลก", "พิษณุโลก")],
)
def test_what_sounds_alike_is_one(one: str, other: str) -> None:
    assert alike_key(one) == alike_key(other)


def test_roman_letters_are_heard_and_keys_of_a_keyboard_read() -> None:
    assert roman_key("Nontaburee") == roman_key("Nonthaburi")
    assert roman_key("Songkhla") == roman_key("songkla")
    assert as_on_thai_keys("l'-]k") == "สงขลา"
