"""What an import file says, and everything that can be wrong with it. No database."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.enums import OrganisationType
from app.registry.lines import BrokenFile, Problem
from app.registry.rules import ImportPlan, KnownLao, Registry, RegistryDeed, RegistryFacts, plan_import, whole_name
from app.registry.workbooks import file_lines

HEADER = ["code", "name", "type", "province_code", "district_code"]
WITH_OLD = [*HEADER, "old_code"]
UPGRADES = ["old_code", "new_code", "new_type", "new_name"]
TOWN, MUNICIPALITY, SAO = "เทศบาลเมือง", "เทศบาลตำบล", "องค์การบริหารส่วนตำบล"

DIN_THONG = KnownLao(1, RegistryFacts("6650807", "องค์การบริหารส่วนตำบลดินทอง", OrganisationType.SAO, "65", "6508"))
BAN_YAI = KnownLao(2, RegistryFacts("4650102", "เทศบาลเมืองบ้านใหญ่", OrganisationType.TOWN, "65", "6501"))
BANGKOK = KnownLao(3, RegistryFacts("1100000", "กรุงเทพมหานคร", OrganisationType.BANGKOK, "10", None))
GONE = KnownLao(4, RegistryFacts("6650199", "องค์การบริหารส่วนตำบลเก่า", OrganisationType.SAO, "65", "6501"), closed=True)
EVERYBODY = (DIN_THONG, BAN_YAI, BANGKOK, GONE)

REGISTRY = Registry(
    organisations={each.facts.code: each for each in EVERYBODY},
    former={"5650102": BAN_YAI, "6650102": BAN_YAI},  # an อบต. that became a เทศบาลตำบล, then a เทศบาลเมือง
    provinces=frozenset({"10", "65", "90"}),
    districts={"6501": "65", "6508": "65", "9001": "90"},
)


def line(known: KnownLao, **changes: str) -> list[str]:
    facts = known.facts
    told = {
        "code": facts.code,
        "name": facts.name,
        "type": facts.type.label,
        "province_code": facts.province_code,
        "district_code": facts.district_code or "",
    }
    return [*(told | changes).values()]


def new_line(**changes: str) -> list[str]:
    told = dict(zip(HEADER, ["6650809", "องค์การบริหารส่วนตำบลใหม่", SAO, "65", "6508"], strict=True))
    return [*(told | changes).values()]


def plan(*lines: list[str], upgrades_only: bool = False) -> ImportPlan:
    return plan_import(list(lines), REGISTRY, upgrades_only=upgrades_only)


def problems(*lines: list[str], upgrades_only: bool = False) -> list[str]:
    """What the refusal of the file says, line by line."""
    with pytest.raises(BrokenFile) as refused:
        plan(*lines, upgrades_only=upgrades_only)
    assert str(refused.value) == "\n".join(map(str, refused.value.problems))
    return [str(problem) for problem in refused.value.problems]


def places(*lines: list[str]) -> list[tuple[int, str]]:
    with pytest.raises(BrokenFile) as refused:
        plan(*lines)
    return [(problem.row, problem.column) for problem in refused.value.problems]


# What a file changes


def test_a_list_that_says_what_is_known_changes_nothing() -> None:
    made = plan(HEADER, *map(line, (DIN_THONG, BAN_YAI, BANGKOK)))

    assert (made.changes, made.unchanged, made.not_in_file) == ([], 3, 0)


def test_an_unknown_code_is_a_new_lao() -> None:
    (change,) = plan(HEADER, new_line()).changes

    assert change.deeds == (RegistryDeed.ADDED,)
    assert change.after == RegistryFacts("6650809", "องค์การบริหารส่วนตำบลใหม่", OrganisationType.SAO, "65", "6508")


@pytest.mark.parametrize("kind", list(OrganisationType))
def test_a_type_may_be_called_as_our_own_open_data_call_it(kind: OrganisationType) -> None:
    (by_name,), (by_value,) = (plan(HEADER, new_line(type=word)).changes for word in (kind.label, kind.value.upper()))
    assert by_value.after == by_name.after
    assert by_value.after.type is kind


@pytest.mark.parametrize(
    ("row", "deeds"),
    [
        (line(DIN_THONG, name="องค์การบริหารส่วนตำบลดินเงิน"), (RegistryDeed.RENAMED,)),
        (line(DIN_THONG, district_code="6501"), (RegistryDeed.MOVED,)),
        (line(DIN_THONG, province_code="90", district_code="9001"), (RegistryDeed.MOVED,)),
        (line(DIN_THONG, type=MUNICIPALITY), (RegistryDeed.RETYPED,)),
        (line(DIN_THONG, name="เทศบาลตำบลดินทอง", type=MUNICIPALITY, district_code="6501"),
         (RegistryDeed.MOVED, RegistryDeed.RENAMED, RegistryDeed.RETYPED)),
    ],
)  # fmt: skip
def test_a_row_with_other_facts_changes_the_lao(row: list[str], deeds: tuple[RegistryDeed, ...]) -> None:
    made = plan(HEADER, row)

    assert [(change.known, change.deeds) for change in made.changes] == [(DIN_THONG, deeds)]
    assert (made.unchanged, made.not_in_file) == (0, 2), "the closed LAO is not missed"
    assert made.count(deeds[0]) == 1


def test_a_new_code_beside_the_old_one_is_an_upgrade_of_the_same_lao() -> None:
    row = line(DIN_THONG, code="5650807", name="เทศบาลตำบลดินทอง", type=MUNICIPALITY)

    (change,) = plan(WITH_OLD, [*row, "6650807"]).changes

    assert (change.known, change.deeds) == (DIN_THONG, (RegistryDeed.UPGRADED,)), "its new name and type are part of it"
    assert (change.after.code, change.after.district_code) == ("5650807", "6508")


def test_a_list_of_upgrades_leaves_the_place_alone() -> None:
    (change,) = plan(UPGRADES, ["6650807", "5650807", MUNICIPALITY, "เทศบาลตำบลดินทอง"]).changes

    assert change.deeds == (RegistryDeed.UPGRADED,)
    assert change.after == RegistryFacts(
        "5650807", "เทศบาลตำบลดินทอง", OrganisationType.SUBDISTRICT_MUNICIPALITY, "65", "6508"
    )


@pytest.mark.parametrize("old", ["5650102", "", "4650102"])
def test_an_upgrade_that_was_made_already_changes_nothing(old: str) -> None:
    assert plan(WITH_OLD, [*line(BAN_YAI), old]).unchanged == 1


def test_a_wrong_upgrade_can_be_taken_back() -> None:
    row = line(BAN_YAI, code="5650102", name="เทศบาลตำบลบ้านใหญ่", type=MUNICIPALITY)

    (change,) = plan(WITH_OLD, [*row, "4650102"]).changes

    assert (change.known, change.after.code) == (BAN_YAI, "5650102")


def test_cells_are_cleaned_and_thai_digits_are_turned() -> None:
    told = [" ๖๖๕๐๘๐๗\u200b", "องค์การบริหารส่วนต\u0e4d\u0e32บล\u00a0ดินทอง\x00", f"{SAO} ", "๖๕", "๖๕๐๘"]

    (change,) = plan(["\ufeffCode", " name", "TYPE", "province_code", "district_code"], told).changes

    assert change.deeds == (RegistryDeed.RENAMED,)
    assert change.after.name == "องค์การบริหารส่วนตำบล ดินทอง"


def test_columns_may_stand_in_another_order() -> None:
    assert plan(HEADER[::-1], line(DIN_THONG)[::-1]).unchanged == 1


def test_empty_rows_are_passed_over_and_still_counted() -> None:
    assert places(HEADER, [], ["", " ", "\u200b", "", ""], line(DIN_THONG, name="")) == [(4, "name")]


# What is wrong with a file


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (new_line(code="665080"), "code", "“665080” ไม่ใช่รหัส 7 หลัก"),
        (new_line(code="66508०9"), "code", "“66508०9” ไม่ใช่รหัส 7 หลัก"),
        (new_line(code=""), "code", "“” ไม่ใช่รหัส 7 หลัก"),
        (new_line(code="9" * 99), "code", f"“{'9' * 40}…” ไม่ใช่รหัส 7 หลัก"),
        (new_line(name="\u200b "), "name", "ไม่มีชื่อ"),
        (new_line(name="ก" * 151), "name", "ชื่อยาว 151 ตัวอักษร เกิน 150"),
        (new_line(type="เทศบาล"), "type", "ไม่รู้จักประเภท “เทศบาล” ใช้ได้: กรุงเทพมหานคร, เมืองพัทยา"),
        (new_line(province_code="66"), "province_code", "ไม่รู้จักจังหวัด “66”"),
        (new_line(district_code="6599"), "district_code", "ไม่รู้จักอำเภอ “6599”"),
        (new_line(district_code="9001"), "district_code", "อำเภอ 9001 อยู่ในจังหวัด 90 ไม่ใช่ “65”"),
        (new_line(district_code=""), "district_code", "ไม่มีรหัสอำเภอ เว้นว่างได้เฉพาะกรุงเทพมหานคร"),
        (new_line(code="5650102"), "code", "รหัส 5650102 เคยเป็นของเทศบาลเมืองบ้านใหญ่ (รหัส 4650102)"),
    ],
)
def test_a_wrong_cell_is_named(row: list[str], column: str, said: str) -> None:
    told = problems(HEADER, line(DIN_THONG), row)

    assert any(text.startswith(f"แถวที่ 3 คอลัมน์ {column}: {said}") for text in told), told


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([*new_line(), "6650123"], "แถวที่ 2 คอลัมน์ old_code: ไม่รู้จักรหัสเดิม “6650123”"),
        ([*new_line(), "5650102"], "แถวที่ 2 คอลัมน์ old_code: รหัสเดิม 5650102 เปลี่ยนเป็น 4650102 แล้ว"),
        ([*new_line(code="4650102"), "6650807"],
         "แถวที่ 2 คอลัมน์ code: รหัส 4650102 เป็นของเทศบาลเมืองบ้านใหญ่ (รหัส 4650102)"),
        ([*new_line(code="5650102"), "6650807"],
         "แถวที่ 2 คอลัมน์ code: รหัส 5650102 เคยเป็นของเทศบาลเมืองบ้านใหญ่ (รหัส 4650102)"),
    ],
)  # fmt: skip
def test_a_change_of_code_that_clashes_is_refused(row: list[str], said: str) -> None:
    assert problems(WITH_OLD, row) == [said]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[*new_line(), ""], [*new_line(), ""]], "แถวที่ 3 คอลัมน์ code: รหัส 6650809 ซ้ำกับแถวที่ 2"),
        ([[*new_line(), "6650807"], [*new_line(), "4650102"]], "แถวที่ 3 คอลัมน์ code: รหัส 6650809 ซ้ำกับแถวที่ 2"),
        ([[*new_line(), "6650807"], [*new_line(code="6650810"), "6650807"]],
         "แถวที่ 3 คอลัมน์ old_code: เป็นองค์กรเดียวกับแถวที่ 2: องค์การบริหารส่วนตำบลดินทอง"),
        ([[*new_line(), "6650807"], [*line(DIN_THONG), ""]],
         "แถวที่ 3 คอลัมน์ code: เป็นองค์กรเดียวกับแถวที่ 2: องค์การบริหารส่วนตำบลดินทอง"),
    ],
)  # fmt: skip
def test_two_rows_for_one_code_or_one_lao_are_refused(rows: list[list[str]], said: str) -> None:
    assert problems(WITH_OLD, *rows) == [said]


def test_a_row_with_too_few_or_too_many_cells_is_named() -> None:
    assert problems(HEADER, new_line()[:4], [*new_line(), "x"]) == [
        "แถวที่ 2 คอลัมน์ district_code: ไม่มีรหัสอำเภอ เว้นว่างได้เฉพาะกรุงเทพมหานคร",
        "แถวที่ 3: มี 6 ช่อง แต่หัวตารางมี 5 ช่อง",
    ]


def test_every_problem_is_named_in_the_order_of_the_rows() -> None:
    bad = ["12", "", "x", "99", "0000"]

    assert places(HEADER, bad, ["1"], bad) == [
        (2, "code"), (2, "name"), (2, "type"), (2, "province_code"), (2, "district_code"),
        *((3, column) for column in HEADER),
        (4, "code"), (4, "name"), (4, "type"), (4, "province_code"), (4, "district_code"), (4, "code"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER[:4], ["แถวที่ 1 คอลัมน์ district_code: ไม่มีคอลัมน์นี้"]),
        ([*HEADER, "size"], ["แถวที่ 1 คอลัมน์ size: ไม่รู้จักคอลัมน์นี้"]),
        (["", *HEADER], ["แถวที่ 1: มีคอลัมน์ที่ไม่มีหัวตาราง"]),
        ([*HEADER, "name"], ["แถวที่ 1 คอลัมน์ name: มีคอลัมน์นี้ซ้ำกัน"]),
        ([*WITH_OLD, "old_code"], ["แถวที่ 1 คอลัมน์ old_code: มีคอลัมน์นี้ซ้ำกัน"]),
        (["code", "นาม", "type", "province_code", "district_code"],
         ["แถวที่ 1 คอลัมน์ name: ไม่มีคอลัมน์นี้", "แถวที่ 1 คอลัมน์ นาม: ไม่รู้จักคอลัมน์นี้"]),
        (UPGRADES[1:], ["แถวที่ 1 คอลัมน์ old_code: ไม่มีคอลัมน์นี้"]),
    ],
)  # fmt: skip
def test_a_header_of_another_table_is_refused(header: list[str], said: list[str]) -> None:
    assert problems(header, new_line()) == said


def test_a_list_of_laos_is_refused_where_upgrades_are_asked_for() -> None:
    told = problems(HEADER, new_line(), upgrades_only=True)

    assert "แถวที่ 1 คอลัมน์ old_code: ไม่มีคอลัมน์นี้" in told
    assert "แถวที่ 1 คอลัมน์ province_code: ไม่รู้จักคอลัมน์นี้" in told


def test_an_upgrade_needs_the_old_code() -> None:
    assert problems(UPGRADES, ["", "5650807", "เทศบาล", "x"]) == [
        f"แถวที่ 2 คอลัมน์ new_type: ไม่รู้จักประเภท “เทศบาล” ใช้ได้: {', '.join(t.label for t in OrganisationType)}",
        "แถวที่ 2 คอลัมน์ old_code: ไม่มีรหัสเดิม",
    ]


@pytest.mark.parametrize("lines", [[], [[]], [[""], ["\u200b", ""]]])
def test_an_empty_file_is_refused(lines: list[list[str]]) -> None:
    assert problems(*lines) == ["ไฟล์ว่างเปล่า"]


def test_a_file_with_nothing_but_a_header_is_refused() -> None:
    assert problems(HEADER, []) == ["ไฟล์มีแต่หัวตาราง ไม่มีข้อมูล"]


# Bytes


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert file_lines(BytesIO('\ufeffcode,name\r\n1,"ก, ข"\r\n'.encode())) == [["code", "name"], ["1", "ก, ข"]]


@pytest.mark.parametrize("encoding", ["cp874", "utf-16", "utf-8-sig"])  # what Thai Excel saves as text
def test_thai_text_is_read_as_excel_saves_it(encoding: str) -> None:
    assert file_lines(BytesIO("code\tname\n\n1\tตำบล".encode(encoding))) == [["code", "name"], [], ["1", "ตำบล"]]


def test_empty_columns_at_the_end_and_titles_above_are_no_problem() -> None:
    told = plan(["ทะเบียน อปท."], [], [*HEADER, "", ""], [*new_line(), "", ""])
    assert [(change.row, change.after.code) for change in told.changes] == [(4, new_line()[0])]


@pytest.mark.parametrize("tail", ['"ก\n2,ข\n', '"ก"ข\n', '"' + "ก" * 200_000])
def test_an_open_quotation_mark_is_named_with_its_row(tail: str) -> None:
    with pytest.raises(BrokenFile, match=r"^แถวที่ 3: เครื่องหมายอัญประกาศ"):
        file_lines(BytesIO(f"code,name\n1,ก\n2,{tail}".encode()))


CELLS = st.sampled_from(
    ["", "๖๖๕๐๘๐๗", "6650807", "4650102", "5650102", "6650809", SAO, TOWN, "65", "6508", "9001", "ก" * 151, '"', "\x00"]
) | st.text(max_size=8)
HEADERS = st.sampled_from([HEADER, WITH_OLD, UPGRADES]) | st.lists(st.sampled_from([*WITH_OLD, *UPGRADES]), max_size=7)


@given(HEADERS, st.lists(st.lists(CELLS, min_size=3, max_size=6), max_size=5), st.booleans())
@settings(deadline=None, database=None, max_examples=200)
def test_any_table_makes_a_plan_or_a_list_of_problems(
    header: list[str], rows: list[list[str]], upgrades_only: bool
) -> None:
    refusal: list[Problem] = []
    try:
        made = plan(header, *rows, upgrades_only=upgrades_only)
    except BrokenFile as refused:
        made, refusal = ImportPlan(), refused.problems

    assert all(0 <= problem.row <= len(rows) + 1 for problem in refusal)
    assert len(made.changes) + made.unchanged <= len(rows)
    assert refusal or made.changes or made.unchanged


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
@settings(deadline=None, database=None, max_examples=200)
def test_any_bytes_make_lines_or_a_problem(content: bytes) -> None:
    try:
        told = file_lines(BytesIO(content))
    except BrokenFile as refused:
        told = [[problem.text] for problem in refused.problems]

    assert all(isinstance(cell, str) for line in told for cell in line)
    assert len(told) <= len(content) + 1


@pytest.mark.parametrize(
    ("name", "type_", "district", "province", "whole"),
    [
        ("อบต.ดินทอง", OrganisationType.SAO, "อำเภอวังทอง", "จังหวัดพิษณุโลก", "อบต.ดินทอง อำเภอวังทอง จังหวัดพิษณุโลก"),
        ("อบจ.สงขลา", OrganisationType.PAO, "อำเภอเมืองสงขลา", "จังหวัดสงขลา", "อบจ.สงขลา จังหวัดสงขลา"),
        ("เมืองพัทยา", OrganisationType.PATTAYA, "", "จังหวัดชลบุรี", "เมืองพัทยา จังหวัดชลบุรี"),
        ("กรุงเทพมหานคร", OrganisationType.BANGKOK, "", "กรุงเทพมหานคร", "กรุงเทพมหานคร"),
    ],
)
def test_papers_name_an_lao_without_empty_words(
    name: str, type_: OrganisationType, district: str, province: str, whole: str
) -> None:
    assert whole_name(name, type_, district, province) == whole


@pytest.mark.parametrize(
    "heads",
    [
        ["รหัส", "ชื่อ", "ประเภท", "รหัสจังหวัด", "รหัสอำเภอ", "รหัสเดิม"],
        ["รหัสผู้ใช้งาน", "ชื่อ อปท.", "ประเภท", "รหัสจังหวัด", "รหัสอำเภอ", "รหัสเดิม"],
    ],
)
def test_headings_may_be_thai(heads: list[str]) -> None:
    told = [WITH_OLD, [*new_line(), ""], [*line(DIN_THONG, code="5650807", type=MUNICIPALITY), "6650807"]]

    assert plan(heads, *told[1:]).changes == plan(*told).changes != []
