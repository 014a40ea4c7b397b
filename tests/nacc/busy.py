"""A desk in the middle of its work: of each thing that a screen of NACC's can show, some, and no two alike."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import thai_day
from app.db import db, transaction
from app.lao.projects.operations import edit_project
from app.models import (
    Account,
    ExportJob,
    FailedSignIn,
    MailLog,
    PlanYear,
    Profile,
    Project,
    ProposedDeed,
    RejectionReason,
    Sign,
    Window,
    WindowException,
)
from app.models.enums import (
    CannotReason,
    ExportKind,
    ExportState,
    ExportWhat,
    FailedBecause,
    PlanStatus,
    ProposalAnswer,
    ReportStatus,
    Role,
    Round,
    SecondPerson,
    SignVerdict,
    Which,
)
from app.nacc.administration.operations import set_setting
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.queries import scores_of_one
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.lao_accounts.operations import set_locked
from app.nacc.my_deeds.operations import answer_proposal
from app.nacc.notes.operations import write_note
from app.nacc.notes.queries import noted_lao, noted_project
from app.nacc.plan_years.operations import set_many, set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.review.operations import decide, decide_chosen
from app.nacc.review.rules import Verdict
from app.nacc.second_person.operations import propose
from app.nacc.second_person.rules import SETTING, AsksSecond
from app.nacc.signs.operations import judge
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_project, make_report, make_staff, make_sub_headings
from tests.nacc.crowd import CLOSED, Crowd, make_crowd

DAY = timedelta(days=1)
SEEN_AT = NOW + 9 * DAY  # when somebody looks at the screens


class Busy(NamedTuple):
    crowd: Crowd
    second: Actor
    admin: Actor
    projects: dict[str, int]


def make_busy() -> Busy:
    crowd = make_crowd()
    second = actor_of(make_staff("malee", Role.OFFICER, "90", "96").id)
    admin = actor_of(make_staff("wichai", Role.ADMINISTRATOR).id)
    busy = Busy(crowd, second, admin, {})
    _projects(busy)
    _plans(busy)
    _scores(busy)
    _signs(busy)
    _accounts(busy)
    _windows(busy)
    _mails(busy)
    _proposals(busy)
    _notes(busy)
    return busy


def _projects(busy: Busy) -> None:
    """One sent back and corrected, one approved, one rejected, one with all that a project can say."""
    officer, lao, made = busy.crowd.officer, busy.crowd.laos["6900801"], busy.projects
    with transaction():
        db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR + 1)).status = PlanStatus.PASSED
    make_sub_headings("2.10 สิบ", "2.2 ยกย่องคนดี", "2.1 ส่งเสริมวินัย", "1.1 ของมิติที่ 1")
    make_sub_headings("2.3 ของแผนหลัง", year=YEAR + 5)
    whole = facts(
        "โครงการครบทุกช่อง",
        dimension=2,
        further_dimensions=(1, 4),
        sub_heading="2.2",
        quarters=(1, 3),
        budgets={YEAR: Decimal("12345.50"), YEAR + 1: None},
        target_group="เยาวชน 80 คน",
        objective="ให้รู้สิทธิ",
    )
    names = ("ส่งกลับ", "รับรองแล้ว", "ปฏิเสธแล้ว")
    made.update({name: make_project(lao, facts(f"โครงการ{name}"), now=NOW - DAY) for name in names})
    for reason, number in (("เป็นงานตามภารกิจปกติ ไม่เกี่ยวกับการป้องกันการทุจริต", 1), ("บันทึกซ้ำกับโครงการอื่น", 3)):
        for place in range(number):
            other = make_project(busy.crowd.laos["6960101"], facts(f"โครงการอื่น {number}.{place}"), now=NOW)
            with transaction():
                decide(officer, other, 1, Verdict.REJECT, reason, NOW + 3 * DAY)
    made["ครบ"] = make_project(lao, whole, now=NOW - 40 * DAY)
    long_ago = make_project(lao, facts("โครงการเดือนก่อน"), now=NOW - 20 * DAY)
    with transaction():
        decide(officer, long_ago, 1, Verdict.APPROVE, "", NOW - 5 * DAY)
    period = period_of(YEAR)
    assert period is not None
    with transaction():
        edited = facts("โครงการส่งกลับ", objective="วัตถุประสงค์ก่อนปฏิเสธ")
        edit_project(lao, period, made["ส่งกลับ"], 1, edited, NOW - timedelta(hours=1))
    said = [("ส่งกลับ", Verdict.REJECT, 1), ("รับรองแล้ว", Verdict.APPROVE, 2), ("ปฏิเสธแล้ว", Verdict.REJECT, 3)]
    for name, verdict, after in said:
        with transaction():
            reason = f"เหตุผลของ{name}" if verdict is Verdict.REJECT else ""
            decide(officer, made[name], _version(made[name]), verdict, reason, NOW + after * DAY)
    with transaction():
        corrected = facts("โครงการส่งกลับ", target_group="บุคลากร 70 คน", quarters=(2, 4))
        edit_project(lao, period, made["ส่งกลับ"], _version(made["ส่งกลับ"]), corrected, NOW + 4 * DAY)
    money = {"ordinance_budget": Decimal("900.75"), "spent": Decimal("850.25")}
    make_report(lao, made["รับรองแล้ว"], ReportStatus.IN_PROGRESS, **money)
    make_report(
        lao,
        made["ครบ"],
        ReportStatus.CANNOT,
        cannot_reason=CannotReason.OTHER,
        cannot_text="น้ำท่วม",
    )


def _version(project_id: int) -> int:
    return db.session.get_one(Project, project_id, populate_existing=True).version


def _plans(busy: Busy) -> None:
    officer, laos = busy.crowd.officer, busy.crowd.laos
    with transaction():
        failed, without = (laos[code].own_organisation_id for code in ("6900102", "6900103"))
        set_status(officer, failed, YEAR, PlanStatus.FAILED, 1, SEEN_AT - timedelta(hours=2), "แผนไม่ครบ 4 มิติ")
        db.session.delete(db.session.get_one(PlanYear, (without, YEAR)))
    with transaction():
        set_many(
            officer, busy.crowd.ids("6960101", "6900101"), YEAR + 2, PlanStatus.PASSED, SEEN_AT - timedelta(hours=1)
        )


def _score(who: Actor, lao: Actor, reason: str = "", **values: str) -> None:
    kept = scores_of_one(who, lao.own_organisation_id, YEAR)
    cells = {ScoreCell.named(name): Decimal(value) for name, value in values.items()}
    with transaction():
        entries = {cell: ScoreEntry(value, kept.value(cell)) for cell, value in cells.items()}
        save_scores(who, lao.own_organisation_id, YEAR, entries, reason, NOW + 5 * DAY)


def _scores(busy: Busy) -> None:
    """One LAO partly scored, one whole, one closed for its own scores, one published with a change that waits."""
    officer, laos = busy.crowd.officer, busy.crowd.laos
    whole = {f"{Which.EVALUATION}_{number}": f"{number + 10}.5" for number in (1, 2, 3, 4)}
    _score(laos["6960101"], laos["6960101"], sar_1="11", sar_2="12.25")
    _score(officer, laos["6960101"], evaluation_1="9.75")
    for code in ("6900801", "6900101"):
        _score(laos[code], laos[code], sar_1="10", sar_3="8")
        _score(officer, laos[code], **whole)
    with transaction():
        do_one(officer, laos["6900801"].own_organisation_id, YEAR, ScoreDeed.CLOSE, NOW + 6 * DAY)
        do_one(officer, laos["6900101"].own_organisation_id, YEAR, ScoreDeed.PUBLISH, NOW + 7 * DAY)
    _score(officer, laos["6900101"], "รวมคะแนนผิด", evaluation_2="13", evaluation_4="12.75")
    with transaction():
        set_minimum(busy.admin, YEAR, Decimal("40.25"), 0, NOW + 5 * DAY)


def _signs(busy: Busy) -> None:
    officer = busy.crowd.officer
    (organisation_id,) = busy.crowd.ids("6900101")
    here = Sign.fiscal_year == YEAR, Sign.round == int(Round.SIX), Sign.organisation_id == organisation_id
    sign = db.session.scalars(select(Sign).where(*here)).one()
    with transaction():
        judge(officer, sign.id, 1, SignVerdict.ASKED, "โทรสอบถามแล้ว", NOW + 8 * DAY)
        db.session.get_one(Sign, sign.id).gone_at = NOW + 8 * DAY


def _accounts(busy: Busy) -> None:
    laos = busy.crowd.laos
    with transaction():
        by_code = {code: db.session.get_one(Account, lao.account_id) for code, lao in laos.items()}
        by_code["6900103"].password_hash = by_code["6900103"].claimed_at = None
        by_code["6900103"].activation_expires_at = SEEN_AT + 3 * DAY
        by_code["6900101"].last_login_at = NOW + 2 * DAY
        profile = db.session.get_one(Profile, laos["6900801"].own_organisation_id)
        profile.contact_name, profile.phone, profile.mobile, profile.email = "นางสาวจันทร์", "074000001", "0810000001", ""
        db.session.get_one(Account, busy.second.account_id).last_login_at = NOW + 3 * DAY
        db.session.add_all(
            FailedSignIn(at=SEEN_AT - timedelta(hours=n), name_print=str(n), because=because, address="203.0.113.7")
            for n, because in enumerate(FailedBecause, start=1)
        )
        db.session.add(RejectionReason(text="ไม่ใช้แล้ว", position=99, retired_at=NOW))
    ids = {code: lao.own_organisation_id for code, lao in laos.items()}
    with transaction():
        for code, locked, after in (("6900102", True, 1), ("6900101", True, 2), ("6900101", False, 3)):
            set_locked(busy.crowd.officer, ids[code], locked, f"เหตุผล {code} {after}", NOW + after * DAY)
        db.session.get_one(Profile, ids["6900103"]).contact_name = ""
    invited = make_staff("nida", Role.OFFICER, "50")
    locked = make_staff("prasit", Role.OFFICER, "65")
    with transaction():
        db.session.get_one(Account, invited.id).password_hash = None
        db.session.get_one(Account, locked.id).locked_at = NOW


def _windows(busy: Busy) -> None:
    some = {"opens_at": NOW - 100 * DAY, "closes_at": SEEN_AT - DAY}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=NOW - 50 * DAY, closes_at=SEEN_AT + 20 * DAY))
        db.session.add(Window(fiscal_year=YEAR - 1, round=12, **some))
        for code, after, reason in (
            ("6960101", 23, "น้ำท่วม"),
            ("6900103", 22, "ระบบล่ม"),
            ("6900801", 22, "ระบบล่ม"),
            ("6900101", 22, "ระบบล่ม"),
        ):
            db.session.add(
                WindowException(
                    organisation_id=busy.crowd.laos[code].own_organisation_id,
                    fiscal_year=YEAR,
                    round=12,
                    closes_at=SEEN_AT + after * DAY,
                    reason=reason,
                    given_by_id=(busy.second if code == "6900101" else busy.admin).account_id,
                )
            )
        db.session.add(Window(fiscal_year=YEAR - 1, round=6, opens_at=NOW - 300 * DAY, closes_at=SEEN_AT - 40 * DAY))
        # More time that ends soon: at one moment for several, of whom nobody wrote down who gave it to one.
        for code, round_, after, by in (
            ("6900103", 12, 5, busy.second.account_id),
            ("6900103", 6, 6, busy.admin.account_id),
            ("6900801", 6, 6, busy.admin.account_id),
            ("6900101", 12, 6, None),
            ("6960101", 6, 4, busy.admin.account_id),
            ("6900102", 6, 14, busy.admin.account_id),
            ("6900101", 6, 14, busy.admin.account_id),
            (CLOSED, 6, 3, busy.admin.account_id),
            ("6650807", 6, 3, busy.admin.account_id),
        ):
            db.session.add(
                WindowException(
                    organisation_id=busy.crowd.laos[code].own_organisation_id,
                    fiscal_year=YEAR - 1,
                    round=round_,
                    closes_at=SEEN_AT + after * DAY,
                    reason="ยังไม่ถึง",
                    given_by_id=by,
                )
            )


def _mails(busy: Busy) -> None:
    """Of each state, and two of one LAO on two days."""
    states = [
        ("6960101", 3, {"sent_at": NOW + 3 * DAY}),
        ("6960101", 5, {"sent_at": NOW + 5 * DAY + timedelta(hours=1)}),
        ("6900101", 9, {}),
        (
            "6900102",
            4,
            {"given_up_at": NOW + 6 * DAY, "attempts": 9, "error": "550 no such user", "next_try_at": SEEN_AT + DAY},
        ),
        ("6900103", 9, {"next_try_at": SEEN_AT + timedelta(hours=3), "attempts": 1, "error": "450 mailbox busy"}),
        (CLOSED, 2, {"sent_at": NOW + 2 * DAY}),
        ("6650807", 9, {}),
    ]
    with transaction():
        for code, after, more in states:
            db.session.add(
                MailLog(
                    organisation_id=busy.crowd.laos[code].own_organisation_id,
                    kind="reminder",
                    to_address=f"{code}@example.go.th",
                    day=thai_day(NOW + after * DAY),
                    fiscal_year=YEAR,
                    round=int(Round.SIX),
                    total=3,
                    waiting=2,
                    queued_at=NOW + after * DAY,
                    queued_by_id=busy.second.account_id,
                    **more,
                )
            )


def _proposals(busy: Busy) -> None:
    """One that waits for a second person, one of the officer's own that was declined."""
    officer, second, admin = busy.crowd.officer, busy.second, busy.admin
    waiting = [id_ for id_ in db.session.scalars(select(Project.id).order_by(Project.id)) if id_ <= 6]
    with transaction():
        set_setting(admin, SETTING, SecondPerson.BOTH, 0, NOW, "second_person")
    for who, some, after in ((officer, waiting[:2], 6), (second, waiting[4:6], 7)):
        try:
            with transaction():
                decide_chosen(who, some, Verdict.REJECT, f"เหตุผลข้อเสนอ {after}", NOW + after * DAY)
        except AsksSecond as asked:
            with transaction():
                propose(who, asked, NOW + after * DAY)
    own = db.session.scalar(select(ProposedDeed.id).where(ProposedDeed.proposed_by_id == officer.account_id)) or 0
    with transaction():
        answer_proposal(second, own, ProposalAnswer.DECLINE, "ยังไม่ครบ", NOW + 8 * DAY)
    with transaction():
        set_setting(admin, SETTING, SecondPerson.OFF, 1, NOW, "second_person")


def _notes(busy: Busy) -> None:
    officer, second, laos = busy.crowd.officer, busy.second, busy.crowd.laos
    with transaction():
        write_note(officer, noted_project(officer, busy.projects["ส่งกลับ"]), "รอเอกสารจาก อปท.", 0, NOW + 5 * DAY)
        write_note(second, noted_lao(second, laos["6900801"].own_organisation_id), "ผู้ประสานงานใหม่", 0, NOW + 6 * DAY)


def add_files(account_id: int) -> None:
    """Files of the exports page in each state."""
    for number, state in enumerate(ExportState):
        with transaction():
            db.session.add(
                ExportJob(
                    account_id=account_id,
                    what=ExportWhat.PROJECTS if number % 2 else ExportWhat.RESULTS,
                    place="90",
                    fiscal_year=YEAR + number % 2,
                    round=6,
                    kind=ExportKind.XLSX if number % 2 else ExportKind.CSV,
                    name=f"ไฟล์ที่ {number}",
                    state=state,
                    rows_done=number * 100,
                    rows_total=1000 + number,
                    heartbeat_at=SEEN_AT,
                    created_at=NOW + number * DAY,
                    expires_at=SEEN_AT + (number + 1) * DAY,
                    size=2048 * (number + 1) if state is ExportState.DONE else None,
                    sha256="ab" * 32 if state is ExportState.DONE else None,
                    claim=f"claim{number}",
                    finished_at=SEEN_AT if state not in (ExportState.QUEUED, ExportState.RUNNING) else None,
                )
            )
