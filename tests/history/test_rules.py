"""The history is told in the words of the screens."""

from app.history.rules import changes


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
