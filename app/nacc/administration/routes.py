"""Administrators' pages: HTTP only."""

from collections.abc import Callable

from flask import abort, current_app, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import actor, asks_proof
from app.accounts.queries import all_failures
from app.accounts.rights.queries import all_changed_rights
from app.accounts.rules import FAILURES_KEPT
from app.accounts.second_factor.queries import factors_of
from app.citizens.figures.tombstones import deletions_of
from app.conflicts import Conflict
from app.db import transaction
from app.deeds import shows_once
from app.errors import Refusal, Stale
from app.listing import Pager
from app.models.enums import Entity
from app.nacc.administration import operations, queries
from app.nacc.administration.forms import (
    ContactForm,
    RejectionReasonForm,
    SecondPersonForm,
    StaffForm,
    StaffReasonForm,
    staff_form,
)
from app.nacc.administration.pages import ADMIN, blueprint, both_windows, done, page
from app.nacc.administration.periods import period_pages as _period_pages  # noqa: F401 - adds its views
from app.nacc.administration.windows import window_pages as _window_pages  # noqa: F401 - adds its views
from app.nacc.desk.forms import place_and_words
from app.nacc.desk.queries import PAGE_SIZE
from app.nacc.desk.rules import DeskFilter
from app.nacc.mails.queries import failed_total
from app.nacc.second_person.queries import second_person as second_person_wanted
from app.nacc.second_person.rules import SETTING
from app.registry.queries import provinces_by_region

SHOWN_FAILURES = 200


@blueprint.get("")
@ADMIN
def overview() -> str:
    return render_template("nacc/administration/page.html", mails_given_up=failed_total())


@blueprint.get("/failed-sign-ins")
@ADMIN
def failed_sign_ins() -> Response:
    failures, rights = all_failures(SHOWN_FAILURES), all_changed_rights(clock.now() - FAILURES_KEPT, SHOWN_FAILURES)
    told_for = FAILURES_KEPT.days
    return page("failed_sign_ins", failures=failures, rights=rights, told_for=told_for, shown=SHOWN_FAILURES)


# --- rejection reasons, contact, deleted projects --------------------------------------------------


@blueprint.get("/reasons")
@ADMIN
def reasons() -> Response:
    return page("reasons", reasons=queries.reasons(), form=RejectionReasonForm(formdata=None))


@blueprint.post("/reasons")
@ADMIN
def add_reason() -> Response:
    form = RejectionReasonForm()
    if form.validate():
        try:
            with transaction():
                operations.add_reason(actor(), form.text.data or "", clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("reasons", "เพิ่มเหตุผลแล้ว")
    return page("reasons", 422, reasons=queries.reasons(), form=form)


@blueprint.post("/reasons/<int:reason_id>/retire")
@ADMIN
def retire_reason(reason_id: int) -> Response:
    with transaction():
        operations.retire_reason(actor(), reason_id, clock.now())
    return done("reasons", "เลิกใช้เหตุผลแล้ว โครงการที่เคยถูกปฏิเสธด้วยเหตุผลนี้ยังคงแสดงอยู่")


@blueprint.post("/reasons/<int:reason_id>/above/<int:other_id>")
@ADMIN
def raise_reason(reason_id: int, other_id: int) -> Response:
    with transaction():
        operations.raise_reason(actor(), reason_id, other_id, clock.now())
    return done("reasons", "เปลี่ยนลำดับเหตุผลแล้ว")


@blueprint.get("/contact")
@ADMIN
def contact() -> Response:
    text, version = _contact()
    return page("contact", form=ContactForm(formdata=None, contact=text, version=version))


def _contact() -> tuple[str, int]:
    """The contact as it stands, and its version: 0 while it is that of the configuration."""
    kept = queries.kept_setting("contact")
    return (kept.value, kept.version) if kept else (current_app.config["CONTACT"], 0)


@blueprint.post("/contact")
@ADMIN
def set_contact() -> Response:
    form, conflict = ContactForm(), None
    if form.validate():
        text, version = form.contact.data or "", form.version.data or 0
        try:
            with transaction():
                saved = operations.set_setting(actor(), "contact", text, version, clock.now())
        except Stale:
            text, version = _contact()
            conflict = both_windows(form, "ข้อความนี้", {"contact": text}, version, Entity.SETTING, "contact")
        else:
            return done("contact", "บันทึกข้อความติดต่อแล้ว", saved)
    return page("contact", 422, form=form, conflict=conflict)


@blueprint.get("/second-person")
@ADMIN
def second_person() -> Response:
    kept = queries.kept_setting(SETTING)
    form = SecondPersonForm(formdata=None, wanted=second_person_wanted(), version=kept.version if kept else 0)
    return page("second_person", form=form)


@blueprint.post("/second-person")
@ADMIN
@asks_proof
def set_second_person() -> Response:
    form, conflict = SecondPersonForm(), None
    if form.validate():
        wanted, version = form.wanted.data, form.version.data or 0
        try:
            with transaction():
                saved = operations.set_setting(actor(), SETTING, wanted, version, clock.now(), "second_person")
        except Stale:
            kept = queries.kept_setting(SETTING)
            now_wanted, version = {"wanted": second_person_wanted()}, kept.version if kept else 0
            conflict = both_windows(form, "ค่านี้", now_wanted, version, Entity.SETTING, SETTING)
        else:
            return done("second-person", "บันทึกแล้ว ข้อเสนอที่รออยู่ยังยืนยันหรือถอนได้", saved)
    return page("second_person", 422, form=form, conflict=conflict)


@blueprint.get("/deleted")
@ADMIN
def deleted() -> Response:
    asked = DeskFilter(**place_and_words(request.args))
    rows, total = queries.deleted_projects(asked)
    why = deletions_of([row.id for row in rows])
    return page("deleted", rows=rows, why=why, asked=asked, pager=Pager(asked.page, total, PAGE_SIZE))


@blueprint.post("/deleted/<int:project_id>")
@ADMIN
def bring_back(project_id: int) -> Response:
    try:
        with transaction():
            operations.bring_back(actor(), project_id, clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
        return redirect("/nacc/admin/deleted", 303)
    return done("deleted", "กู้คืนโครงการแล้ว โครงการกลับไปอยู่ในรายการของ อปท.")


# --- staff -----------------------------------------------------------------------------------------


@blueprint.get("/staff")
@ADMIN
def staff() -> Response:
    return _staff_page(staff_form(provinces_by_region())(formdata=None))


def _staff_page(form: StaffForm, status: int = 200) -> Response:
    return page("staff", status, staff=queries.staff(), form=form)


@blueprint.post("/staff")
@ADMIN
@asks_proof
@shows_once
def invite() -> Response:
    form = staff_form(provinces_by_region())()
    username, whole = form.username.data or "", form.validate()
    if not username:
        form.refuse(Refusal("กรอกชื่อผู้ใช้", "username"))
    if whole and username:
        try:
            with transaction():
                token = operations.invite_staff(
                    actor(),
                    username,
                    form.name.data or "",
                    form.role.data,
                    form.chosen,
                    form.reason.data or "",
                    clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _link_page(username, token)
    return _staff_page(form, 422)


def _link_page(username: str, token: str) -> Response:
    """The link, shown this once: only its hash is kept."""
    return page("link", username=username, link=f"{current_app.config['PUBLIC_URL']}/forgot/{token}")


def _staff_row(account_id: int) -> queries.StaffRow:
    row = next((each for each in queries.staff() if each.id == account_id), None)
    return row or abort(404)


@blueprint.get("/staff/<int:account_id>")
@ADMIN
def edit_staff(account_id: int) -> Response:
    return _member_page(_staff_row(account_id))


def _member_page(
    row: queries.StaffRow,
    form: StaffForm | None = None,
    conflict: Conflict | None = None,
    asked: StaffReasonForm | None = None,
    deed: str = "",
) -> Response:
    """A page of several forms; `form` or `asked`: the one that comes back, and of the latter its `deed`."""
    empty = StaffReasonForm(formdata=None)
    reasons = dict.fromkeys(("lock", "unlock", "link", "second-factor"), empty) | {deed: asked or empty}
    status, factors = 422 if form or asked else 200, factors_of(row.id)
    form = form or staff_form(provinces_by_region())(
        formdata=None,
        name=row.name,
        role=row.role,
        provinces=queries.province_codes_of(row.id),
        version=row.version,
        username=row.username,
    )
    told = {"row": row, "form": form, "conflict": conflict, "factors": factors}
    return page("staff_member", status, **told, reasons=reasons, asked=asked or form, deed=deed)


@blueprint.post("/staff/<int:account_id>")
@ADMIN
@asks_proof
def change_staff(account_id: int) -> Response:
    row = _staff_row(account_id)
    form, conflict = staff_form(provinces_by_region())(), None
    if form.validate():
        try:
            with transaction():
                saved = operations.change_staff(
                    actor(),
                    account_id,
                    form.name.data or "",
                    form.role.data,
                    form.chosen,
                    form.reason.data or "",
                    form.version.data or 0,
                    clock.now(),
                )
        except Stale:
            row = _staff_row(account_id)
            kept = {"name": row.name, "role": row.role, "provinces": sorted(queries.province_codes_of(account_id))}
            form.provinces.data, form.regions.data = list(form.chosen), []
            conflict = both_windows(form, "บัญชีนี้", kept, row.version, Entity.ACCOUNT, account_id)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("staff", f"แก้ไข {row.username} แล้ว", saved)
    return _member_page(row, form, conflict)


def _for_a_reason(account_id: int, deed: str, do: Callable[[queries.StaffRow, str], Response]) -> Response:
    """The answer of `do` to the reason that was typed; the page again where there is none, or the deed is refused."""
    row, asked = _staff_row(account_id), StaffReasonForm()
    if asked.validate():
        try:
            return do(row, asked.reason.data or "")
        except Refusal as refusal:
            asked.refuse(refusal)
    return _member_page(row, asked=asked, deed=deed)


@blueprint.post("/staff/<int:account_id>/second-factor")
@ADMIN
@asks_proof
def remove_factors(account_id: int) -> Response:
    def do(row: queries.StaffRow, reason: str) -> Response:
        with transaction():
            operations.remove_factors(actor(), account_id, reason, clock.now())
        return done("staff", f"ลบการยืนยันตัวตนขั้นที่สองของ {row.username} แล้ว")

    return _for_a_reason(account_id, "second-factor", do)


@blueprint.post("/staff/<int:account_id>/lock")
@ADMIN
@asks_proof
def lock_staff(account_id: int) -> Response:
    return _set_staff_locked(account_id, "lock", locked=True)


@blueprint.post("/staff/<int:account_id>/unlock")
@ADMIN
@asks_proof
def unlock_staff(account_id: int) -> Response:
    return _set_staff_locked(account_id, "unlock", locked=False)


def _set_staff_locked(account_id: int, deed: str, *, locked: bool) -> Response:
    def do(row: queries.StaffRow, reason: str) -> Response:
        with transaction():
            operations.lock_staff(actor(), account_id, locked, reason, clock.now())
        return done("staff", f"{'ล็อก' if locked else 'ปลดล็อก'} {row.username} แล้ว")

    return _for_a_reason(account_id, deed, do)


@blueprint.post("/staff/<int:account_id>/link")
@ADMIN
@asks_proof
@shows_once
def renew_staff(account_id: int) -> Response:
    def do(row: queries.StaffRow, reason: str) -> Response:
        with transaction():
            token = operations.renew_staff(actor(), account_id, reason, clock.now())
        return _link_page(row.username, token)

    return _for_a_reason(account_id, "link", do)
