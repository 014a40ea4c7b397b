"""The history is told in the words of the screens."""

import pytest

from app.history.rules import as_the_lao_reads, changes, subject


def test_a_stored_name_is_told_as_the_screens_tell_it() -> None:
    before = {"status": "in_progress", "kind": "project", "name": "done", "review_status": "pending"}
    after = {"status": "cannot", "cannot_reason": "no_budget", "kind": "measure", "name": "cannot"}
    assert changes(before, after) == [
        ("ชื่อ", "done", "cannot"),
        ("ประเภทงาน", "โครงการ", "มาตรการ"),
        ("ผลพิจารณา", "รอพิจารณา", "–"),
        ("สถานะ", "อยู่ระหว่างดำเนินการ", "ไม่สามารถดำเนินการได้"),
        ("เหตุผล", "–", "ไม่ได้รับงบประมาณ"),
    ]
    assert changes({"status": "failed"}, {"status": "passed"}) == [("สถานะ", "แผนไม่ผ่าน", "แผนผ่าน")]


def test_a_word_that_is_no_choice_stays_as_it_was_kept() -> None:
    assert changes({"status": None}, {"status": "something old"}) == [("สถานะ", "–", "something old")]


def test_amounts_and_moments_are_told_as_the_screens_tell_them() -> None:
    before = {"budgets": {"2561": "1000.00", "2562": None}, "spent": None, "closes_at": "2018-03-31T16:30:00+00:00"}
    after = {"budgets": {"2561": "1500000.50"}, "spent": "0.00", "closes_at": "2018-04-30T09:30:00+00:00"}
    assert changes(before, after) == [
        ("งบประมาณ", "2561: 1,000.00 · 2562: ไม่ใช้งบประมาณ", "2561: 1,500,000.50"),
        ("เบิกจ่ายจริง", "–", "0.00"),
        ("ปิดรับรายงาน", "31 มี.ค. 2561 23.30 น.", "30 เม.ย. 2561 16.30 น."),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("executive_name", "clerk_name", "contact_name", "contact_position", "contact_department"),
        *("phone", "mobile", "fax", "email"),
    ],
)
def test_of_who_coordinates_and_leads_only_that_it_changed_is_told(name: str) -> None:
    told = changes({name: "เดิม"}, {name: "ใหม่"})
    assert [each[1:] for each in told] == [("(ไม่แสดง)", "(ไม่แสดง)")]
    assert [each[1:] for each in changes(None, {name: "ใหม่"})] == [("–", "(ไม่แสดง)")]


def test_a_score_is_told_with_its_dimension_and_nacc_s_only_once_published() -> None:
    before = {"evaluation_2": "10.00", "sar_4": None}
    after = {"evaluation_2": "20.50", "sar_4": "5.00"}
    own = ("คะแนน SAR มิติที่ 4", "–", "5.00")
    assert changes(before, after) == [own, ("ผลประเมิน มิติที่ 2", "10.00", "20.50")]
    assert changes(*(as_the_lao_reads(facts, published=False) for facts in (before, after))) == [own]


@pytest.mark.parametrize(
    ("entity", "key", "words"),
    [
        ("project", "12", "โครงการ 12"),
        ("report", "12/2561/6", "โครงการ 12 ปี 2561 รอบ 6 เดือน"),
        ("plan year", "17/2561", "แผนปี 2561 อบต.ดินทอง"),
        ("scores", "17/2561", "คะแนนปี 2561 อบต.ดินทอง"),
        ("window", "2561/12", "ปี 2561 รอบ 12 เดือน อบต.ดินทอง"),
        ("account", "17", "บัญชีผู้ใช้ อบต.ดินทอง"),
        ("fixed round", "17/2561/6", "ปี 2561 รอบ 6 เดือน อบต.ดินทอง"),
        ("dimension", "1/3", "มิติที่ 3"),
        ("minimum score", "2561", "คะแนนขั้นต่ำปี 2561"),
        ("setting", "contact", "ค่าของระบบ"),
        ("mail", "17", ""),
        ("of a later version", "17", ""),
    ],
)
def test_a_subject_is_named_and_not_numbered(entity: str, key: str, words: str) -> None:
    assert subject(entity, key, "อบต.ดินทอง") == words
