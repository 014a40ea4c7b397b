"""What a form that comes back is about, in words: its deed, its LAO, year and round, and each field with its label.

Labels and choices are those of the form classes beside the view, so they are written nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import EnumType
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from app.access import PUBLIC, Actor, declared_access
from app.accounts.queries import account_name, actor_of, lao_name, project_name
from app.fields import Form
from app.models import enums
from app.registry.queries import provinces

Fields = Sequence[tuple[str, str]]

# What each form does. A new view that takes a form belongs here before it is merged.
DEEDS: Mapping[str, str] = {
    "accounts.ask_for_link": "ขอลิงก์ตั้งรหัสผ่านใหม่",
    "accounts.change_own_password": "เปลี่ยนรหัสผ่าน",
    "accounts.end_session": "ออกจากระบบในเครื่องหนึ่ง",
    "accounts.end_sessions": "ออกจากระบบในเครื่องอื่น",
    "accounts.logout": "ออกจากระบบ",
    "accounts.set_new_password": "ตั้งรหัสผ่านใหม่",
    "accounts.own_strength": "ดูว่ารหัสผ่านใหม่เดายากเพียงใด",
    "accounts.strength_by_link": "ดูว่ารหัสผ่านใหม่เดายากเพียงใด",
    "accounts.sign_in": "เข้าสู่ระบบ",
    "accounts.prove_second": "ยืนยันตัวตนขั้นที่สอง",
    "second_factor.prove_again": "ยืนยันว่าเป็นท่าน",
    "second_factor.add_app": "เพิ่มแอปยืนยันตัวตน",
    "second_factor.add_passkey": "เพิ่มพาสคีย์",
    "second_factor.renew_codes": "ออกรหัสสำรองใหม่",
    "second_factor.remove_factor": "ลบการยืนยันตัวตนขั้นที่สอง",
    "administration.remove_factors": "ลบการยืนยันตัวตนขั้นที่สองของเจ้าหน้าที่",
    "nacc_accounts.remove_factors": "ลบการยืนยันตัวตนขั้นที่สองของ อปท.",
    "administration.add_period": "เพิ่มช่วงของแผน",
    "administration.add_reason": "เพิ่มเหตุผลที่ปฏิเสธ",
    "administration.bring_back": "กู้คืนโครงการที่ลบ",
    "administration.change_staff": "แก้ไขบัญชีเจ้าหน้าที่",
    "administration.give_more_time": "ขยายเวลารายงาน",
    "administration.invite": "เพิ่มบัญชีเจ้าหน้าที่",
    "administration.lock_staff": "ล็อกบัญชีเจ้าหน้าที่",
    "administration.change_period": "แก้ไขช่วงของแผน",
    "administration.raise_reason": "เปลี่ยนลำดับเหตุผลที่ปฏิเสธ",
    "administration.remove_period": "ลบช่วงของแผน",
    "administration.rename_dimension": "แก้ไขมิติ",
    "administration.renew_staff": "ส่งลิงก์ตั้งรหัสผ่านให้เจ้าหน้าที่",
    "administration.retire_reason": "เลิกใช้เหตุผลที่ปฏิเสธ",
    "administration.set_contact": "แก้ไขข้อความติดต่อสอบถาม",
    "administration.set_second_person": "กำหนดผู้ยืนยันคนที่สอง",
    "administration.set_window": "กำหนดเวลารายงาน",
    "administration.unlock_staff": "ปลดล็อกบัญชีเจ้าหน้าที่",
    "administration.withdraw_time": "ถอนการขยายเวลารายงาน",
    "amendments.amend_line": "แก้ไขโครงการในผลของรอบที่ปิดแล้ว",
    "amendments.take_today": "ใช้ข้อมูลปัจจุบันเป็นผลของรอบที่ปิดแล้ว",
    "copying.copy_projects": "คัดลอกจากแผนช่วงก่อน",
    "copying.take_back_copies": "เลิกทำการคัดลอกจากแผนช่วงก่อน",
    "evaluation.check_file": "ตรวจไฟล์คะแนนจาก Excel",
    "evaluation.confirm_file": "ยืนยันการนำเข้าคะแนนจาก Excel",
    "evaluation.do_filtered": "{deed} ทุกแห่งตามตัวกรอง",
    "evaluation.do_one": "{deed}",
    "evaluation.save_cell": "บันทึกคะแนน",
    "evaluation.save_own": "บันทึกคะแนน SAR",
    "evaluation.save_row": "บันทึกคะแนน",
    "exports.ask": "ส่งออกไฟล์",
    "exports.cancel": "ยกเลิกการสร้างไฟล์",
    "exports.delete": "ลบไฟล์ส่งออก",
    "grid.do_many": "ตั้งสถานะหลายโครงการ",
    "grid.save_all": "กรอกรายงานแบบตาราง",
    "grid.save_row": "รายงานผลการดำเนินงาน",
    "grid.take_back": "เลิกทำการรายงานหลายโครงการ",
    "grid.take_over": "ใช้ผลรอบ 6 เดือน",
    "my_deeds.answer_proposal": "ตอบข้อเสนอที่รออีกคนยืนยัน",
    "nacc_accounts.code_file": "ดาวน์โหลดรหัสเปิดใช้งานเป็น Excel",
    "nacc_accounts.hand_over": "ส่งต่อบัญชีให้ผู้ประสานงานคนใหม่",
    "nacc_accounts.issue_code": "ออกรหัสเปิดใช้งาน",
    "nacc_accounts.issue_codes": "ออกรหัสเปิดใช้งานหลายแห่ง",
    "nacc_accounts.lock": "ล็อกบัญชี อปท.",
    "nacc_accounts.send_reset": "ส่งลิงก์ตั้งรหัสผ่านใหม่",
    "nacc_accounts.unlock": "ปลดล็อกบัญชี อปท.",
    "notes.write_of_lao": "บันทึกภายในของ อปท.",
    "notes.write_of_project": "บันทึกภายในของโครงการ",
    "plan_years.check_file": "ตรวจไฟล์ผลแผนจาก Excel",
    "plan_years.confirm_file": "ยืนยันการนำเข้าผลแผนจาก Excel",
    "plan_years.set_many": "เปลี่ยนผลแผนหลายแห่งพร้อมกัน",
    "plan_years.take_back": "เลิกทำการเปลี่ยนผลแผน",
    "plan_years.set_one": "เปลี่ยนผลแผน",
    "profile.save_profile": "ข้อมูลพื้นฐานของ อปท.",
    "projects.delete_project": "ลบโครงการ",
    "projects.edit_project": "แก้ไขรายละเอียดโครงการ",
    "plan_files.annotated_copy": "ดาวน์โหลดสำเนาไฟล์แผนที่มีผลตรวจ",
    "plan_files.check_file": "ตรวจไฟล์แผน",
    "plan_files.confirm_file": "ยืนยันการนำเข้าแผนจากไฟล์",
    "projects.record_project": "บันทึกแผน",
    "proposals.confirm_proposals": "ยืนยันผลแผนตามคะแนน",
    "proposals.set_minimum": "กำหนดคะแนนขั้นต่ำ",
    "registry_upkeep.add": "เพิ่ม อปท. ในทะเบียน",
    "registry_upkeep.change": "แก้ไขทะเบียน อปท.",
    "blackouts.black_out": "ปิดข้อมูลส่วนบุคคลในโครงการ",
    "registry_upkeep.close": "ปิด อปท. ในทะเบียน",
    "registry_upkeep.open_again": "เปิด อปท. ในทะเบียนอีกครั้ง",
    "registry_upkeep.succeed": "บันทึกการยุบรวมหรือแยก อปท.",
    "registry_upkeep.import_file": "นำเข้าทะเบียน อปท. จาก CSV",
    "reporting.save_report": "รายงานผลการดำเนินงาน",
    "round_workbook.check_workbook": "ตรวจไฟล์รายงานที่กรอกแล้ว",
    "round_workbook.confirm_workbook": "ยืนยันการนำเข้ารายงานจากไฟล์",
    "review.decide": "พิจารณาโครงการ",
    "review.decide_many": "พิจารณาหลายโครงการพร้อมกัน",
    "review.take_back": "เลิกทำผลพิจารณา",
    "score_changes.answer_change": "{answer}",
    "sending.send": "ส่งรายงานทั้งรอบ",
    "signs.judge": "บันทึกผลการตรวจสอบ",
    "signs.judge_many": "บันทึกผลการตรวจสอบหลายเรื่อง",
    "waiting.remind_many": "ส่งอีเมลเตือนหลายแห่ง",
    "waiting.remind_one": "ส่งอีเมลเตือน",
    "waiting.send_waiting": "ส่งอีเมลที่รอส่ง",
}
# What was checked is sealed and cannot be shown here; nobody confirms what they do not see: the file is checked again.
CHECKED = (
    *("evaluation.confirm_file", "plan_years.confirm_file"),
    *("plan_files.confirm_file", "round_workbook.confirm_workbook"),
)
YEAR, ROUND = "ปีงบประมาณ", "รอบการรายงาน"
OF_PROVINCES = ("place", "provinces", "province_code")


class FormWords(NamedTuple):
    """`account`: in whose name it was filled, "" where nobody knows. `about`, `typed`: (label, words), a label once.

    `again`: the page to begin from again, where the form cannot be sent once more.
    """

    deed: str
    account: str
    about: list[tuple[str, str]]
    typed: list[tuple[str, str]]
    public: bool
    again: str = ""


def form_words(account_id: int | None, address: str, fields: Fields) -> FormWords:
    """A form that was made for the account and sent to `address` with `fields`."""
    parts = urlsplit(address)
    try:
        endpoint, args = current_app.url_map.bind("").match(parts.path, method="POST")
    except HTTPException:  # a program since changed has no such address any more
        return FormWords("แบบฟอร์ม", account_name(account_id), [], [], public=False)
    answers = _answers(enums) | _answers(_part(endpoint, "rules"))
    about = dict(_about(_actor(account_id), args, parts.query, answers))
    if any(name == "years" for name, _value in fields):
        about.pop(YEAR, None)  # the form itself says its years
    if endpoint in CHECKED:
        about.clear()  # the address says which page the file was sent from, not what is in it
    typed = {label: words for label, words in _typed(endpoint, fields) if label not in about}
    return FormWords(
        DEEDS.get(endpoint, "แบบฟอร์ม").format(**{name: answers.get(args.get(name, "")) for name in ("deed", "answer")}),
        account_name(account_id),
        list(about.items()),
        list(typed.items()),
        public=declared_access(endpoint) == (PUBLIC,),
        again=address.replace("/confirm", "", 1) if endpoint in CHECKED else "",
    )


def _part(endpoint: str, layer: str) -> Any:
    """The module of a layer in the folder of the view: forms and rules of a feature stand beside its routes."""
    feature = current_app.view_functions[endpoint].__module__.rpartition(".")[0]
    name = f"{feature}.{layer}"
    return import_module(name) if find_spec(name) else None


def _answers(module: Any) -> dict[str, str]:
    """Words by value of every choice the module knows."""
    kinds: list[Any] = [each for each in vars(module).values() if isinstance(each, EnumType)] if module else []
    return {str(each.value): each.label for kind in kinds for each in kind if hasattr(each, "label")}


def _actor(account_id: int | None) -> Actor | None:
    return actor_of(account_id) if account_name(account_id) and account_id is not None else None


def _about(
    actor: Actor | None, args: Mapping[str, Any], query: str, answers: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """What the address says of the deed; beside one project its query only says where to go back to."""
    asked = {name: values[0] for name, values in parse_qs(query).items()} if "project_id" not in args else {}
    if actor and "project_id" in args:
        yield "โครงการ", project_name(actor, args["project_id"])
    if actor and "organisation_id" in args:
        yield "อปท.", lao_name(actor, args["organisation_id"])
    if "code" in args:
        yield "รหัส อปท.", args["code"]
    if year := args.get("year") or asked.get("year"):
        yield YEAR, str(year)
    if round_ := args.get("round_") or asked.get("round"):
        yield ROUND, f"{round_} เดือน"
    if "dimension" in args:
        yield "มิติ", str(args["dimension"])
    if "organisation_id" not in args and (words := " · ".join(_filter(asked, answers))):
        yield "ตัวกรอง", words


def _filter(asked: Mapping[str, str], answers: Mapping[str, str]) -> Iterator[str]:
    if "province" in asked:
        yield f"จังหวัด{dict(provinces()).get(asked['province'], asked['province'])}"
    if "district" in asked:
        yield f"อำเภอ {asked['district']}"
    yield from (answers[asked[name]] for name in ("status", "state", "kind") if asked.get(name) in answers)
    if "dimension" in asked:
        yield f"มิติที่ {asked['dimension']}"
    if "q" in asked:
        yield f"“{asked['q']}”"


def _typed(endpoint: str, fields: Fields) -> Iterator[tuple[str, str]]:
    """(label, words) of each field that has a label, in the order they were sent."""
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    known = _form_class(endpoint, sent.keys())
    for name, values in sent.items():
        filled = [value for value in values if value]
        if filled and (label := _label(known, name)):
            words = _choices(known, name)
            yield label, ", ".join(words.get(value, value) for value in filled)
    if ids := sent.get("ids"):
        yield "รายการที่เลือกไว้", f"{len(ids):,} รายการ"
    elif expected := sent.get("expected"):
        yield "จำนวนที่แจ้งไว้", f"{expected[0]} รายการ"


def _form_class(endpoint: str, names: Iterable[str]) -> type[Form]:
    """The form class of the feature that has most of the fields."""
    forms = _part(endpoint, "forms")
    classes = [each for each in vars(forms).values() if _is_form(each)] if forms else []
    return max(classes, key=lambda each: sum(bool(_label(each, name)) for name in names), default=Form)


def _is_form(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Form)


def _label(known: type[Form], name: str) -> str:
    """The label of a field as its class has it; "" for what is not typed, such as a version."""
    field = getattr(known, name, None)
    if args := getattr(field, "args", ()):
        return str(args[0]).strip()
    return known.later_label(name)


def _choices(known: type[Form], name: str) -> dict[str, str]:
    """Words by what a browser sends."""
    if name in OF_PROVINCES:
        return dict(provinces())
    given = getattr(getattr(known, name, None), "kwargs", {}).get("choices", ())
    return {"y": "ใช่"} | {str(value): label for value, label in given}
