"""What the desk does seldom, and what it refuses: in which words, and that nothing is changed."""

from datetime import timedelta

from app import clock
from app.db import db, transaction
from app.lao.fixed_rounds.operations import fix_due
from app.models import Account, Window
from tests.factories import NOW, YEAR
from tests.nacc.busy import SEEN_AT
from tests.nacc.doing import Deed, World, compare_deeds, world

__all__ = ["world"]
HERE = f"year={YEAR}&round=6"


def test_what_officers_are_refused(world: World) -> None:
    crowd = world.busy.crowd
    (big, one, ties, locked, none) = crowd.ids()
    review, plans, signs, waiting = (f"/nacc/{desk}" for desk in ("review", "plan-years", "signs", "waiting"))
    made, accounts = world.busy.projects, "/nacc/accounts"
    reject, failed = {"verdict": "reject"}, {"status": "failed"}
    deeds: list[Deed] = [
        ("officer", f"{review}/many?status=pending", {"verdict": "approve"}),
        ("officer", f"{review}/many?status=pending", reject | {"ids": ["1", "2"]}),
        ("officer", f"{review}/many?status=pending", {"ids": ["1", "2"]}),
        ("officer", f"{review}/many?status=approved", {"verdict": "approve", "all": "1", "expected": "2"}),
        ("officer", f"{review}/{made['ส่งกลับ']}", {"version": "4"}),
        ("officer", f"{review}/{made['รับรองแล้ว']}?status=approved", reject | {"version": "2", "change": "1"}),
        (
            "officer",
            f"{review}/{made['รับรองแล้ว']}?status=approved",
            {"verdict": "approve", "reason": "ก", "version": "2", "change": "1"},
        ),
        ("officer", f"{review}/1", {"verdict": "approve", "reason": "ก", "version": "1", "change": "1"}),
        ("officer", f"{review}/take-back", {"at": "เมื่อวาน"}),
        ("officer", f"{plans}/many?year={YEAR}", {"status": "passed"}),
        ("officer", f"{plans}/many?year={YEAR}", failed | {"ids": [str(big), str(one)]}),
        ("officer", f"{plans}/many?year={YEAR}", failed | {"reason": "ก" * 1001, "ids": [str(big)]}),
        ("officer", f"{plans}/{big}?year={YEAR}", failed | {"version": "1"}),
        ("officer", f"{plans}/{big}?year={YEAR}", {"version": "1"}),
        ("officer", f"{signs}/many?{HERE}", {"verdict": "noted", "note": "ก"}),
        ("officer", f"{signs}/many?{HERE}", {"verdict": "noted", "note": "", "ids": ["1"]}),
        ("officer", f"{signs}/many?{HERE}", {"note": "ก", "ids": ["1"]}),
        ("officer", f"{waiting}/many?{HERE}", {}),
        ("officer", f"{waiting}/many?{HERE}", {"ids": [str(none)]}),
        ("officer", f"{waiting}/{ties}?year={YEAR}&round=12", {}),
        ("officer", f"{waiting}/{none}?{HERE}", {}),
        ("officer", f"{accounts}/{locked}/hand-over", {"reason": "ย้าย"}),
        ("officer", f"{accounts}/{none}/hand-over", {"reason": "ย้าย"}),
        ("officer", f"{accounts}/{big}/hand-over", {"reason": ""}),
        ("officer", f"{accounts}/{big}/unlock", {"reason": "ก"}),
        ("officer", f"{accounts}/{big}/second-factor", {"reason": ""}),
        ("officer", f"{accounts}/{big}/second-factor", {"reason": "เครื่องหาย"}),
        ("officer", f"{accounts}/{one}/reset", {}),
        ("officer", f"{accounts}/{big}/reset", {}),
        ("officer", f"{accounts}/{locked}/reset", {}),
        ("officer", f"{accounts}/{none}/reset", {}),
        ("officer", f"{accounts}/codes", {"expected": "7"}),
        ("second", f"{accounts}/codes?province=96", {"expected": "0"}),
        ("officer", "/nacc/deeds/1/confirm", {}),
        ("officer", "/nacc/deeds/2/withdraw", {}),
        ("second", "/nacc/deeds/2/confirm", {}),
        ("officer", "/nacc/deeds/99/decline", {"reason": "ก"}),
        ("officer", "/nacc/deeds/2/decline", {"reason": "ยังไม่ครบ"}),
    ]
    compare_deeds("refused_officers", world, deeds)


def test_what_administrators_are_refused(world: World) -> None:
    crowd = world.busy.crowd
    (_big, one, _ties, locked, none) = crowd.ids()
    officer, own, admin = crowd.officer.account_id, world.busy.admin.account_id, "/nacc/admin"
    with transaction():
        db.session.get_one(Account, world.busy.second.account_id).display_name = "มาลี"
    staff = {"username": "Somjai", "name": "สมใจ", "role": "officer", "provinces": ["90"], "reason": "บรรจุใหม่"}
    time = {"year": str(YEAR), "round": "12", "until": "31/12/2570", "why": "ไฟดับ", "code": "", "area": ""}
    lao = {
        "code": "6900801",
        "name": "องค์การบริหารส่วนตำบลเปลี่ยนชื่อ",
        "type": "องค์การบริหารส่วนตำบล",
        "province_code": "90",
        "district_code": "9008",
        "version": "9",
    }
    period = {"first_year": "2575", "last_year": "2579", "names": "ก\nข"}
    merging = {
        "kind": "merge",
        "successors": "6900101",
        "projects": "along",
        "document": "ประกาศ",
        "document_date": "15/3/2561",
        "since": "10/4/2561",
    }
    succession = f"{admin}/registry/6900102/succession"
    deeds: list[Deed] = [
        ("admin", f"{admin}/staff", staff | {"username": ""}),
        ("admin", f"{admin}/staff", staff | {"username": "๑๒๓"}),
        ("admin", f"{admin}/staff", staff | {"username": "MALEE"}),
        ("admin", f"{admin}/staff/{officer}", staff | {"provinces": [], "version": "1"}),
        ("admin", f"{admin}/staff/{officer}", staff | {"version": "7"}),
        ("admin", f"{admin}/staff/{own}", staff | {"version": "1"}),
        ("admin", f"{admin}/staff/{officer}/second-factor", {"reason": ""}),
        ("admin", f"{admin}/staff/{officer}/second-factor", {"reason": "เครื่องหาย"}),
        ("admin", f"{admin}/staff/{own}/second-factor", {"reason": "เครื่องหาย"}),
        ("admin", f"{admin}/staff/{officer}/link", {"reason": ""}),
        ("admin", f"{admin}/staff/{crowd.laos['6900101'].account_id}/lock", {"reason": "ก"}),
        ("admin", f"{admin}/staff/{officer}/unlock", {"reason": "ก"}),
        ("admin", f"{admin}/staff/{officer}", staff | {"role": "administrator", "version": "1"}),
        ("admin", f"{admin}/contact", {"contact": "โทร 1205", "version": "0"}),
        ("admin", f"{admin}/contact", {"contact": "โทร 1206", "version": "0"}),
        ("admin", f"{admin}/second-person", {"wanted": "bulk", "version": "0"}),
        ("admin", f"{admin}/second-person", {"wanted": "", "version": "2"}),
        ("admin", f"{admin}/reasons", {"text": ""}),
        ("admin", f"{admin}/reasons/2/retire", {}),
        ("admin", f"{admin}/reasons/2/retire", {}),
        ("admin", f"{admin}/reasons/99/retire", {}),
        ("admin", f"{admin}/reasons/1/above/2", {}),
        ("admin", f"{admin}/reasons/1/above/3", {}),
        ("admin", f"/nacc/scores/proposals/minimum?year={YEAR}", {"minimum": "30", "version": "7"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900101", "year": "2590"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900101", "until": "1/4/2561"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900101", "until": "20/4/2561"}),
        ("admin", f"{admin}/windows/more-time", time | {"code": "6900101", "version": "0"}),
        ("admin", f"{admin}/windows/more-time", time | {"area": "9001", "until": "20/4/2561"}),
        ("admin", f"{admin}/windows/more-time/{locked}/{YEAR}/12", {"ids": [str(locked)], "why": "ก"}),
        ("admin", f"{admin}/windows/{YEAR}/12", {"opens_at": "1/10/2560", "closes_at": "31/10/2561", "version": "9"}),
        ("admin", f"{admin}/windows/2590/12", {"opens_at": "1/10/2560", "closes_at": "", "version": "0"}),
        ("admin", f"{admin}/periods", period | {"last_year": "2600"}),
        ("admin", f"{admin}/periods", period | {"first_year": "2580"}),
        ("admin", f"{admin}/periods", period | {"names": "ก\nก"}),
        ("admin", f"{admin}/periods", period),
        ("admin", f"{admin}/periods/3", period | {"names": "ก\nก", "version": "1"}),
        ("admin", f"{admin}/periods/3", period | {"names": "ก\nค", "version": "4"}),
        ("admin", f"{admin}/periods/99/remove", {"version": "1"}),
        ("admin", f"{admin}/periods/1/9", {"name": "ก", "max_score": "25", "version": "1", "sub_headings": ""}),
        ("admin", f"{admin}/periods/3/1", {"name": "ข", "max_score": "25", "version": "1", "sub_headings": ""}),
        ("admin", f"{admin}/periods/3/1", {"name": "ใหม่", "max_score": "0", "version": "1", "sub_headings": ""}),
        ("admin", f"{admin}/periods/3/1", {"name": "ใหม่", "max_score": "25", "version": "5", "sub_headings": ""}),
        ("admin", f"{admin}/registry/6900801", lao),
        ("admin", f"{admin}/registry/6900801", lao | {"code": "6900101", "version": "1"}),
        ("admin", succession, merging | {"successors": "6900102"}),
        ("admin", succession, merging | {"successors": "6900104"}),
        ("admin", succession, merging | {"kind": "split", "successors": "6900101 6900103"}),
        ("admin", succession, merging),
        ("admin", f"{admin}/registry/6900101/succession", merging | {"successors": "6900102"}),
        ("admin", f"{admin}/registry/6900104/close", {"why": "ซ้ำ"}),
        ("admin", f"{admin}/black-out/999", {"what": "objective", "reason": "ก"}),
        ("admin", f"{admin}/black-out/{world.busy.projects['ครบ']}", {"what": "cannot_text", "reason": "มีชื่อ"}),
        ("admin", f"{admin}/black-out/{world.busy.projects['ครบ']}", {"what": "cannot_text", "reason": "อีกครั้ง"}),
        ("admin", f"{admin}/deleted/1", {}),
        ("admin", f"/nacc/accounts/{none}/reset", {}),
        ("admin", f"/nacc/notes/organisations/{one}", {"text": "ทับ", "version": "0"}),
    ]
    compare_deeds("refused_administrators", world, deeds)


def test_how_a_closed_round_is_amended(world: World) -> None:
    now = clock.now()
    with transaction():
        window = {"opens_at": NOW - timedelta(days=100), "closes_at": SEEN_AT - timedelta(hours=9)}
        db.session.add(Window(fiscal_year=YEAR, round=6, **window))
    with transaction():
        fix_due(now, now, world.busy.crowd.ids("6900801"))
    here, made = f"/nacc/rounds/6900801/{YEAR}/6", world.busy.projects
    line = {"status": "done", "planned": "100", "ordinance": "90.50", "spent": "80.25", "why": "ตรวจใหม่"}
    deeds: list[Deed] = [
        ("officer", here, {"why": "", "version": "1"}),
        ("officer", here, {"why": "ตามจริง", "version": "9"}),
        ("officer", here, {"why": "ตามจริง", "version": "1"}),
        ("officer", f"{here}/{made['รับรองแล้ว']}", line | {"version": "1", "status": ""}),
        ("officer", f"{here}/{made['รับรองแล้ว']}", line | {"version": "1", "status": "cannot"}),
        ("officer", f"{here}/{made['รับรองแล้ว']}", line | {"version": "9"}),
        ("officer", f"{here}/{made['รับรองแล้ว']}", line | {"version": "1"}),
        ("officer", f"{here}/{made['รับรองแล้ว']}", line | {"version": "2"}),
        ("officer", f"{here}/999", line | {"version": "2"}),
        ("officer", here, {"why": "ตามจริง", "version": "2"}),
        ("officer", f"/nacc/rounds/6650807/{YEAR}/6", {"why": "ไม่ใช่ของตน", "version": "1"}),
        ("officer", f"/nacc/rounds/6900101/{YEAR}/12", {"why": "ยังไม่ปิด", "version": "1"}),
    ]
    compare_deeds("amended", world, deeds)
