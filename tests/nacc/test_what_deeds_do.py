"""Every deed of the desk, in the afternoon and early in the morning."""

from tests.factories import YEAR
from tests.nacc.doing import MINUTE, Deed, World, compare_deeds, world

__all__ = ["world"]


def test_what_is_said_of_projects(world: World) -> None:
    made = world.busy.projects
    card, many = "/nacc/review/{}?status=pending", "/nacc/review/many?status=pending"
    approve, reject = {"verdict": "approve"}, {"verdict": "reject", "reason": "ไม่ครบ"}
    back = (world.start + 3 * MINUTE).isoformat()
    deeds: list[Deed] = [
        ("officer", card.format(made["ครบ"]), {"verdict": "reject", "version": "1"}),
        ("officer", card.format(made["ครบ"]), approve | {"version": "9"}),
        ("officer", card.format(made["ครบ"]), approve | {"version": "1"}),
        ("officer", "/nacc/review/take-back", {"at": back}),
        ("officer", "/nacc/review/take-back", {"at": back, "back": "deeds"}),
        ("officer", f"/nacc/review/{made['รับรองแล้ว']}?status=approved", reject | {"version": "2", "change": "1"}),
        ("officer", many, approve | {"ids": ["5", "6", "4", "8", "21", "25", str(made["ปฏิเสธแล้ว"])]}),
        ("officer", f"{many}&province=96&year={YEAR}", reject | {"all": "1", "expected": "3"}),
        ("officer", f"{many}&province=96&year={YEAR}", reject | {"all": "1", "expected": "2"}),
        ("officer", f"{many}&q=ปีหน้า&district=9001", approve | {"all": "1", "expected": "3"}),
        ("officer", f"/nacc/notes/projects/{made['ส่งกลับ']}", {"text": "ได้เอกสารแล้ว", "version": "1"}),
        ("officer", f"/nacc/notes/projects/{made['ครบ']}", {"text": "ใหม่", "version": "0"}),
        ("second", f"/nacc/notes/projects/{made['ส่งกลับ']}", {"text": "ทับ", "version": "1"}),
        ("admin", "/nacc/admin/second-person", {"wanted": "both", "version": "2"}),
        ("officer", many, reject | {"ids": ["1", "2", "13"]}),
        ("officer", card.format(made["ครบ"]), reject | {"version": "3"}),
        ("second", "/nacc/deeds/3/decline", {"reason": ""}),
        ("officer", "/nacc/deeds/3/confirm", {}),
        ("second", card.format(1), approve | {"version": "1"}),
        ("second", "/nacc/deeds/3/confirm", {}),
        ("second", "/nacc/deeds/3/confirm", {}),
        ("officer", "/nacc/deeds/4/withdraw", {}),
        ("admin", "/nacc/admin/deleted/4", {}),
    ]
    compare_deeds("projects", world, deeds)


def test_what_is_said_of_plans_and_scores(world: World) -> None:
    crowd = world.busy.crowd
    (big, one, published, failed, none) = crowd.ids()
    outside = crowd.laos["6650807"].own_organisation_id
    plans, many = f"/nacc/plan-years/{{}}?year={YEAR}", f"/nacc/plan-years/many?year={YEAR}"
    scores = f"/nacc/scores/{{}}/{YEAR}"
    cell = f"{scores.format(one)}/2/evaluation"
    deeds: list[Deed] = [
        ("6960101", f"/evaluation?year={YEAR}", {"sar_4": "3", "seen_sar_4": ""}),
        ("6900801", f"/evaluation?year={YEAR}", {"sar_4": "3", "seen_sar_4": ""}),
        ("6900101", f"/evaluation?year={YEAR}", {"sar_4": "3", "seen_sar_4": ""}),
        ("officer", plans.format(none), {"status": "passed", "version": "0"}),
        ("officer", plans.format(none), {"status": "failed", "version": "1"}),
        ("officer", plans.format(failed), {"status": "passed", "version": "1"}),
        ("officer", many, {"status": "failed", "reason": "ไม่ส่งเอกสาร", "ids": [str(big), str(failed), str(outside)]}),
        ("officer", "/nacc/plan-years/take-back", {"at": (world.start + 7 * MINUTE).isoformat()}),
        ("officer", "/nacc/plan-years/take-back", {"at": (world.start + 7 * MINUTE).isoformat()}),
        ("officer", f"{many}&province=90&status=passed", {"status": "not_sent", "all": "1", "expected": "4"}),
        ("officer", f"{many}&province=90&status=passed", {"status": "not_sent", "all": "1", "expected": "3"}),
        ("officer", cell, {"evaluation_2": "13", "seen_evaluation_2": "12"}),
        ("officer", cell, {"evaluation_2": "99", "seen_evaluation_2": "12.5"}),
        ("officer", cell, {"evaluation_2": "13", "seen_evaluation_2": "12.5"}),
        (
            "officer",
            scores.format(big),
            {"sar_1": "12", "seen_sar_1": "11", "evaluation_3": "7", "seen_evaluation_3": ""},
        ),
        ("officer", scores.format(published), {"evaluation_1": "9", "seen_evaluation_1": "11.50"}),
        ("second", f"{scores.format(published)}/confirm", {"version": "9"}),
        ("officer", f"{scores.format(published)}/confirm", {"version": "1"}),
        ("second", f"{scores.format(published)}/confirm", {"version": "1"}),
        ("second", scores.format(published), {"evaluation_1": "9", "seen_evaluation_1": "11.50", "reason": "ตรวจใหม่"}),
        ("second", f"{scores.format(published)}/cancel", {"version": "3"}),
        ("officer", f"{scores.format(failed)}/publish", {}),
        ("officer", f"{scores.format(one)}/open", {}),
        ("officer", f"{scores.format(big)}/close", {}),
        ("officer", f"/nacc/scores/close?year={YEAR}&province=90", {"expected": "9"}),
        ("officer", f"/nacc/scores/close?year={YEAR}&province=90", {"expected": "4"}),
        ("officer", f"/nacc/scores/publish?year={YEAR}", {"expected": "2"}),
        ("officer", f"/nacc/scores/proposals?year={YEAR}", {"passing": "1", "failing": "0"}),
        ("officer", f"/nacc/scores/proposals?year={YEAR}", {"passing": "2", "failing": "1"}),
        ("admin", f"/nacc/scores/proposals/minimum?year={YEAR}", {"minimum": "101", "version": "1"}),
        ("admin", f"/nacc/scores/proposals/minimum?year={YEAR}", {"minimum": "50", "version": "1"}),
        ("admin", f"/nacc/scores/proposals/minimum?year={YEAR + 1}", {"minimum": "55", "version": "0"}),
    ]
    compare_deeds("plans", world, deeds)


def test_what_is_done_with_laos(world: World) -> None:
    crowd = world.busy.crowd
    (big, one, ties, locked, none) = crowd.ids()
    outside, closed = crowd.laos["6650807"].own_organisation_id, crowd.laos["6900104"].own_organisation_id
    here, twelve = f"year={YEAR}&round=6", f"year={YEAR}&round=12"
    signs = f"/nacc/signs/many?{here}"
    said = {"verdict": "noted", "note": "เก็บไว้"}
    deeds: list[Deed] = [
        ("officer", f"/nacc/waiting/{big}?{here}", {}),
        ("officer", f"/nacc/waiting/{big}?{here}", {}),
        ("officer", f"/nacc/waiting/{one}?{here}", {}),
        ("officer", f"/nacc/waiting/{locked}?{here}", {}),
        ("officer", f"/nacc/waiting/many?{twelve}", {"ids": [str(each) for each in (big, one, ties, outside, closed)]}),
        ("officer", f"/nacc/waiting/many?{twelve}&all=1", {"all": "1", "expected": "9"}),
        ("officer", "/nacc/waiting/mails", {}),
        ("officer", f"/nacc/signs/4?{here}", {"verdict": "no_problem", "note": "", "version": "1"}),
        ("officer", f"/nacc/signs/4?{here}", {"verdict": "no_problem", "note": "ครบแล้ว", "version": "1"}),
        ("officer", f"/nacc/signs/7?{here}", {"verdict": "asked", "note": "โทรสอบถามแล้ว", "version": "2"}),
        ("officer", f"/nacc/signs/7?{here}", {"verdict": "noted", "note": "อีกครั้ง", "version": "2"}),
        ("officer", signs, said | {"ids": ["1", "4", "2", "3", "16", "19"]}),
        ("officer", f"{signs}&province=90", said | {"all": "1", "expected": "2"}),
        ("officer", f"{signs}&province=90", said | {"all": "1", "expected": "1"}),
        ("officer", f"/nacc/accounts/{none}/code", {}),
        ("officer", f"/nacc/accounts/{big}/code", {}),
        ("officer", "/nacc/accounts/codes?province=90", {"expected": "1"}),
        ("officer", f"/nacc/accounts/{locked}/unlock", {"reason": "ยืนยันตัวแล้ว"}),
        ("officer", f"/nacc/accounts/{ties}/lock", {"reason": ""}),
        ("officer", f"/nacc/accounts/{ties}/lock", {"reason": "สงสัยถูกใช้"}),
        ("officer", f"/nacc/accounts/{one}/hand-over", {"reason": "ย้าย"}),
        ("officer", f"/nacc/notes/organisations/{one}", {"text": "", "version": "1"}),
        ("officer", f"/nacc/notes/organisations/{outside}", {"text": "ไม่ใช่ของตน", "version": "0"}),
    ]
    compare_deeds("laos", world, deeds)


def test_what_an_administrator_does(world: World) -> None:
    crowd = world.busy.crowd
    (big, one, ties, _locked, _none) = crowd.ids()
    admin, windows = "/nacc/admin", f"/nacc/admin/windows/{YEAR}/12"
    officer = crowd.officer.account_id
    time = {
        "year": str(YEAR),
        "round": "12",
        "until": "31/12/2570 16.30",
        "why": "ไฟดับ",
        "version": "0",
        "code": "",
        "area": "",
    }
    period = {"first_year": "2575", "last_year": "2579", "names": "มิติใหม่\nมิติที่สอง"}
    lao = {
        "code": "6900802",
        "name": "องค์การบริหารส่วนตำบลเปลี่ยนชื่อ",
        "type": "องค์การบริหารส่วนตำบล",
        "province_code": "90",
        "district_code": "9008",
        "version": "1",
    }
    merging = {
        "kind": "merge",
        "successors": "6900101",
        "projects": "along",
        "document": "ประกาศ มท. 7/2561",
        "document_date": "15/3/2561",
        "since": "10/4/2561",
    }
    staff = {"username": "Somjai", "name": "สมใจ", "role": "officer", "provinces": ["90", "65"], "reason": "บรรจุใหม่"}
    moved = {"name": "สมศรี", "role": "officer", "provinces": ["90"], "version": "1"}
    deeds: list[Deed] = [
        ("admin", windows, {"opens_at": "1/10/2560 08.30", "closes_at": "30/9/2560", "version": "1"}),
        ("admin", windows, {"opens_at": "1/10/2560 08.30", "closes_at": "31/10/2561 16.30", "version": "1"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900101 6960101", "until": "1/11/2561"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900104"}),
        ("admin", f"{admin}/windows/more-time", time | {"area": "9001"}),
        ("admin", f"{admin}/windows/more-time/{ties}/{YEAR}/12", {"ids": [str(ties), str(big)], "why": "ให้ผิด"}),
        ("admin", f"{admin}/windows/more-time/{one}/{YEAR}/12", {"why": "ให้ผิด"}),
        ("admin", f"{admin}/reasons", {"text": "ไม่ใช้แล้ว"}),
        ("admin", f"{admin}/reasons", {"text": "ไม่สอดคล้องกับมิติที่กำหนด"}),
        ("admin", f"{admin}/reasons", {"text": "เหตุผลใหม่"}),
        ("admin", f"{admin}/reasons/2/retire", {}),
        ("admin", f"{admin}/reasons/4/above/1", {}),
        ("admin", f"{admin}/contact", {"contact": "โทร 1205", "version": "0"}),
        ("admin", f"{admin}/staff", staff | {"provinces": [], "name": ""}),
        ("admin", f"{admin}/staff", staff | {"provinces": []}),
        ("admin", f"{admin}/staff", staff),
        ("admin", f"{admin}/staff", staff),
        ("admin", f"{admin}/staff/{officer}", moved),
        ("admin", f"{admin}/staff/{officer}", moved | {"reason": "คำสั่งย้าย"}),
        ("admin", f"{admin}/staff/{officer}/lock", {}),
        ("admin", f"{admin}/staff/{officer}/lock", {"reason": "พ้นจากตำแหน่ง"}),
        ("admin", f"{admin}/staff/{officer}/unlock", {"reason": "กลับมาปฏิบัติงาน"}),
        ("admin", f"{admin}/staff/{world.busy.admin.account_id}/lock", {"reason": "ลองดู"}),
        ("admin", f"{admin}/periods", period | {"first_year": "2568", "last_year": "2572"}),
        ("admin", f"{admin}/periods", period),
        ("admin", f"{admin}/periods/3", period | {"last_year": "2580", "names": "ก\nมิติใหม่\nค", "version": "1"}),
        ("admin", f"{admin}/periods/3", period | {"last_year": "2580", "names": "ก\nข", "version": "1"}),
        ("admin", f"{admin}/periods/3", period | {"last_year": "2580", "names": "ก\nข", "version": "2"}),
        ("admin", f"{admin}/periods/1", period | {"version": "1"}),
        ("admin", f"{admin}/periods/3/remove", {"version": "2"}),
        ("admin", f"{admin}/periods/3/remove", {"version": "3"}),
        ("admin", f"{admin}/periods/1/remove", {"version": "1"}),
        (
            "admin",
            f"{admin}/periods/1/2",
            {"name": "ชื่อใหม่", "max_score": "30", "version": "1", "sub_headings": "2.1 วินัย\n2.2 ยกย่องคนดี"},
        ),
        (
            "admin",
            f"{admin}/periods/1/2",
            {"name": "ชื่อใหม่", "max_score": "5", "version": "2", "sub_headings": "2.1 วินัย\n2.2 ก"},
        ),
        ("admin", f"{admin}/deleted/4", {}),
        ("admin", f"{admin}/registry/6900801", lao | {"district_code": "9601"}),
        ("admin", f"{admin}/registry/6900801", lao),
        ("admin", f"{admin}/registry/6900801", lao | {"version": "1"}),
        ("admin", f"{admin}/registry/new", lao | {"code": "6900999", "name": "องค์การบริหารส่วนตำบลตั้งใหม่"}),
        ("admin", f"{admin}/registry/new", lao | {"code": "6900999", "name": "องค์การบริหารส่วนตำบลซ้ำ"}),
        ("admin", f"{admin}/registry/6900102/succession", merging | {"successors": "1234567"}),
        ("admin", f"{admin}/registry/6900102/succession", merging),
        ("admin", f"{admin}/registry/6900103/close", {"why": "ยุบรวม"}),
        ("admin", f"{admin}/registry/6900104/open", {"why": "เปิดใหม่"}),
        ("admin", f"{admin}/black-out/1", {"what": "objective", "reason": "มีชื่อบุคคล"}),
    ]
    compare_deeds("administration", world, deeds)
