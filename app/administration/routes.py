"""Administrators' pages: HTTP only."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.administration import operations, queries
from app.administration.forms import (
    ContactForm,
    DimensionForm,
    MoreTimeForm,
    PeriodForm,
    ReasonForm,
    StaffForm,
    WindowForm,
    staff_form,
)
from app.db import transaction
from app.errors import Refusal, Stale
from app.listing import MAX_SEARCH, number
from app.models.enums import Round
from app.plans.queries import period_of, periods
from app.registry.queries import provinces
from app.words import clean_line

blueprint = Blueprint("administration", __name__, url_prefix="/nacc/admin")
ADMIN = requires(Permission.ADMINISTRATION)


@blueprint.get("")
@ADMIN
def overview() -> str:
    return render_template("administration/page.html")


def _page(section: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"administration/{section}.html", **context), status)


def _kept(section: str, message: str) -> Response:
    flash(message, "ok")
    return redirect(f"/nacc/admin/{section}", 303)


# --- windows ---------------------------------------------------------------------------------------


def _windows_page(form: MoreTimeForm, status: int = 200) -> Response:
    context = {"windows": queries.windows(), "exceptions": queries.exceptions(), "form": form, "now": clock.now()}
    return _page("windows", status, **context)


@blueprint.get("/windows")
@ADMIN
def windows() -> Response:
    return _windows_page(MoreTimeForm(formdata=None))


@blueprint.get("/windows/<int:year>/<int:round_>")
@ADMIN
def edit_window(year: int, round_: int) -> Response:
    window, version = _window(year, round_)
    form = WindowForm(formdata=None, opens_at=window.opens_at, closes_at=window.closes_at, version=version)
    return _page("window", window=window, form=form)


def _window(year: int, round_: int) -> Any:
    found = (each for each in queries.windows() if each[0].year == year and each[0].round == round_)
    return next(found, None) or abort(404)


@blueprint.post("/windows/<int:year>/<int:round_>")
@ADMIN
def set_window(year: int, round_: int) -> Response:
    window, version = _window(year, round_)
    form = WindowForm()
    if form.validate() and form.opens_at.data:
        try:
            with transaction():
                operations.set_window(
                    actor(),
                    year,
                    Round(round_),
                    form.opens_at.data,
                    form.closes_at.data,
                    form.version.data or 0,
                    clock.now(),
                )
        except Stale as stale:
            form.form_errors = [f"{stale.message}: {window.sentence(clock.now())}"]
            form.version.data = version
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _kept("windows", f"ตั้งเวลา{window.round.label} ปี {year} แล้ว")
    return _page("window", 422, window=window, form=form)


@blueprint.post("/windows/more-time")
@ADMIN
def give_more_time() -> Response:
    form = MoreTimeForm()
    if form.validate() and form.until.data and form.year.data:
        year, round_ = int(form.year.data), Round(form.round.data)
        try:
            if period_of(year) is None:
                raise Refusal(f"ปี {year} ไม่อยู่ในแผนใด", "year")
            with transaction():
                operations.give_more_time(
                    actor(), form.code.data or "", year, round_, form.until.data, form.why.data or "", clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _kept("windows", f"ขยายเวลาให้ {form.code.data} แล้ว")
    return _windows_page(form, 422)


# --- plan periods ----------------------------------------------------------------------------------


def _periods_page(form: PeriodForm, status: int = 200) -> Response:
    return _page("periods", status, periods=periods(), scores=queries.max_scores(), form=form)


@blueprint.get("/periods")
@ADMIN
def plan_periods() -> Response:
    return _periods_page(PeriodForm(formdata=None))


@blueprint.post("/periods")
@ADMIN
def add_period() -> Response:
    form = PeriodForm()
    if form.validate() and form.first_year.data and form.last_year.data:
        first, last = int(form.first_year.data), int(form.last_year.data)
        try:
            with transaction():
                operations.add_period(actor(), first, last, form.lines(), clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _kept("periods", f"เพิ่มแผน {first} - {last} แล้ว")
    return _periods_page(form, 422)


@blueprint.get("/periods/<int:period_id>/<int:dimension>")
@ADMIN
def edit_dimension(period_id: int, dimension: int) -> Response:
    period, name = _dimension(period_id, dimension)
    form = DimensionForm(formdata=None, name=name, max_score=queries.max_scores()[period_id, dimension])
    return _page("dimension", period=period, number=dimension, form=form)


def _dimension(period_id: int, dimension: int) -> Any:
    found = ((each, each.dimensions.get(dimension)) for each in periods() if each.id == period_id)
    period, name = next(found, (None, None))
    return (period, name) if name else abort(404)


@blueprint.post("/periods/<int:period_id>/<int:dimension>")
@ADMIN
def rename_dimension(period_id: int, dimension: int) -> Response:
    period, _name = _dimension(period_id, dimension)
    form = DimensionForm()
    if not form.validate() or form.max_score.data is None:
        return _page("dimension", 422, period=period, number=dimension, form=form)
    with transaction():
        operations.rename_dimension(
            actor(), period_id, dimension, form.name.data or "", form.max_score.data, clock.now()
        )
    return _kept("periods", f"แก้ไขมิติที่ {dimension} ของ{period.label} แล้ว")


# --- rejection reasons, contact, deleted projects --------------------------------------------------


@blueprint.get("/reasons")
@ADMIN
def reasons() -> Response:
    return _page("reasons", reasons=queries.reasons(), form=ReasonForm(formdata=None))


@blueprint.post("/reasons")
@ADMIN
def add_reason() -> Response:
    form = ReasonForm()
    if not form.validate():
        return _page("reasons", 422, reasons=queries.reasons(), form=form)
    with transaction():
        operations.add_reason(actor(), form.text.data or "", clock.now())
    return _kept("reasons", "เพิ่มเหตุผลแล้ว")


@blueprint.post("/reasons/<int:reason_id>/retire")
@ADMIN
def retire_reason(reason_id: int) -> Response:
    with transaction():
        operations.retire_reason(actor(), reason_id, clock.now())
    return _kept("reasons", "เลิกใช้เหตุผลแล้ว โครงการที่เคยถูกปฏิเสธด้วยเหตุผลนี้ยังคงแสดงอยู่")


@blueprint.get("/contact")
@ADMIN
def contact() -> Response:
    kept = queries.setting("contact", current_app.config["CONTACT"])
    return _page("contact", form=ContactForm(formdata=None, contact=kept))


@blueprint.post("/contact")
@ADMIN
def set_contact() -> Response:
    form = ContactForm()
    if not form.validate():
        return _page("contact", 422, form=form)
    with transaction():
        operations.set_setting(actor(), "contact", form.contact.data or "", clock.now())
    return _kept("contact", "บันทึกข้อความติดต่อแล้ว")


@blueprint.get("/deleted")
@ADMIN
def deleted() -> Response:
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    page = min(max(1, number(request.args.get("page", ""), 1)), 10_000)
    rows, total = queries.deleted_projects(q, page)
    return _page("deleted", rows=rows, total=total, q=q, page=page, page_size=queries.PAGE_SIZE)


@blueprint.post("/deleted/<int:project_id>")
@ADMIN
def bring_back(project_id: int) -> Response:
    with transaction():
        operations.bring_back(actor(), project_id, clock.now())
    return _kept("deleted", "กู้คืนโครงการแล้ว โครงการกลับไปอยู่ในรายการของ อปท.")


# --- staff -----------------------------------------------------------------------------------------


@blueprint.get("/staff")
@ADMIN
def staff() -> Response:
    return _staff_page(staff_form(provinces())(formdata=None))


def _staff_page(form: StaffForm, status: int = 200) -> Response:
    return _page("staff", status, staff=queries.staff(), form=form)


@blueprint.post("/staff")
@ADMIN
def invite() -> Response:
    form = staff_form(provinces())()
    username = form.username.data or ""
    if form.validate():
        try:
            if not username:
                raise Refusal("กรอกชื่อผู้ใช้", "username")
            with transaction():
                token = operations.invite_staff(
                    actor(), username, form.name.data or "", form.role.data, tuple(form.provinces.data), clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _link_page(username, token)
    return _staff_page(form, 422)


def _link_page(username: str, token: str) -> Response:
    """The link, shown this once: only its hash is kept."""
    return _page("link", username=username, link=f"{current_app.config['PUBLIC_URL']}/forgot/{token}")


def _staff_row(account_id: int) -> queries.StaffRow:
    row = next((each for each in queries.staff() if each.id == account_id), None)
    return row or abort(404)


@blueprint.get("/staff/<int:account_id>")
@ADMIN
def edit_staff(account_id: int) -> Response:
    row = _staff_row(account_id)
    given = queries.province_codes_of(account_id)
    form = staff_form(provinces())(
        formdata=None, name=row.name, role=row.role, provinces=given, version=row.version, username=row.username
    )
    return _page("staff_member", row=row, form=form)


@blueprint.post("/staff/<int:account_id>")
@ADMIN
def change_staff(account_id: int) -> Response:
    row = _staff_row(account_id)
    form = staff_form(provinces())()
    if form.validate():
        try:
            with transaction():
                operations.change_staff(
                    actor(),
                    account_id,
                    form.name.data or "",
                    form.role.data,
                    tuple(form.provinces.data),
                    form.version.data or 0,
                    clock.now(),
                )
        except Stale as stale:
            form.form_errors = [stale.message]
            form.version.data = row.version
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _kept("staff", f"แก้ไข {row.username} แล้ว")
    return _page("staff_member", 422, row=row, form=form)


@blueprint.post("/staff/<int:account_id>/lock")
@ADMIN
def lock_staff(account_id: int) -> Response:
    row = _staff_row(account_id)
    try:
        with transaction():
            operations.lock_staff(actor(), account_id, not row.locked, clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
        return redirect("/nacc/admin/staff", 303)
    return _kept("staff", f"{'ปลดล็อก' if row.locked else 'ล็อก'} {row.username} แล้ว")


@blueprint.post("/staff/<int:account_id>/link")
@ADMIN
def renew_staff(account_id: int) -> Response:
    row = _staff_row(account_id)
    with transaction():
        token = operations.renew_staff(actor(), account_id, clock.now())
    return _link_page(row.username, token)
