"""A plan recorded from a file, a document or a pasted table: HTTP only."""

import uuid
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, costs, requires
from app.db import transaction
from app.deeds import shows_once
from app.errors import Refusal, Stale
from app.lao.plan_files import operations, queries, workbooks
from app.lao.plan_files.columns import ROLE_LABELS, ColumnRole, plain_head
from app.lao.plan_files.forms import PlanFileForm
from app.lao.plan_files.outcomes import ASKED, DryRun, What
from app.lao.plan_files.reading import understand, years_of
from app.lao.plan_files.rules import Understood
from app.lao.profile.queries import place
from app.listing import number
from app.plans.asked import opening_year
from app.plans.queries import current_period, period_of, year_gates
from app.plans.rules import Period
from app.uploads.pasted import read_pasted
from app.uploads.reader import Grid, read_grids
from app.uploads.seals import packed, seal, unpacked, unseal
from app.web import attachment

blueprint = Blueprint("plan_files", __name__)
SEALED_AS = "plan file"
MOST_ROWS = 5000
MOST_SEALED = 6_000_000  # bytes of a form: what goes along in the page until it is confirmed
SHOWN = 200
CHANGED = "รายการหรือค่าที่กรอกเปลี่ยนไปจากที่แสดงไว้ ยังไม่มีอะไรถูกนำเข้า ตรวจรายการด้านล่าง แล้วยืนยันอีกครั้ง"
Page = str | tuple[str, int]


class PlanFile(NamedTuple):
    """A file that was read, and what came of checking it. `shown`: the print of the dry run that was shown."""

    grids: list[Grid]
    found: Understood
    period: Period
    run: DryRun
    shown: str
    key: str
    seen: dict[str, int]


@blueprint.get("/projects/import")
@requires(Permission.PROJECTS)
def choose_file() -> str:
    return _file_page(PlanFileForm(formdata=None, quarters=[1, 2, 3, 4]))


@blueprint.get("/projects/import/template.xlsx")
@requires(Permission.PROJECTS)
def template_file() -> Response:
    who, period = actor(), _period([number(request.args.get("year", ""), 0)])
    gates = [gate for gate in year_gates(who) if gate.year in period.years]
    filled = queries.standing_projects(who, period).values() if request.args.get("filled") else ()
    content = workbooks.template(period, gates, (who.organisation_code, place(who).whole_name), filled)
    return attachment(f"แบบนำเข้าแผน {who.organisation_code} {period.label}", "xlsx", content)


@blueprint.post("/projects/import")
@requires(Permission.PROJECTS)
@shows_once
@costs
def check_file() -> Page:
    """The dry run. Of a file nothing is kept but what its heads were said to mean."""
    form = PlanFileForm()
    try:
        grids = _sent(form)
        form.validate()
        _keep_columns()
        return _dry_run_page(form, _checked(form, grids, str(uuid.uuid4())))
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form), 422


@blueprint.post("/projects/import/confirm")
@requires(Permission.PROJECTS)
def confirm_file() -> Response | Page:
    form = PlanFileForm()
    try:
        file = _unsealed(form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form), 422
    left = file.run.counts[What.WRONG] + file.run.counts[What.ASKS]
    if left and not form.valid_only.data:
        form.refuse(Refusal(f"มี {left:,} รายการที่ยังนำเข้าไม่ได้ แก้ก่อน หรือเลือกนำเข้าเฉพาะรายการที่ถูกต้อง", "valid_only"))
    if form.problems:
        return _dry_run_page(form, file)
    who, now = actor(), clock.now()
    try:
        with transaction():
            done = operations.import_plan(who, file.period, file.found.lines, form.given, file.shown, file.key, now)
    except Stale:
        form.form_errors = [*form.form_errors, CHANGED]
        return _dry_run_page(form, _checked(form, file.grids, file.key, file.seen))
    except Refusal as refusal:
        form.form_errors = [*form.form_errors, refusal.message]
        return _dry_run_page(form, _checked(form, file.grids, file.key, file.seen))
    flash(f"นำเข้าแล้ว บันทึกใหม่ {done.recorded:,} รายการ แก้ไข {done.changed:,} รายการ", "ok")
    years = [year for each in file.run.outcomes if each.after for year in each.after.budgets]
    return redirect(f"/projects?year={min(years) if years else 'all'}", 303)


@blueprint.post("/projects/import/copy")
@requires(Permission.PROJECTS)
@shows_once
@costs
def annotated_copy() -> Response | Page:
    form = PlanFileForm()
    try:
        file = _unsealed(form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form), 422
    content = workbooks.annotated(file.grids, file.found, file.run)
    return attachment(f"ผลตรวจไฟล์แผน {actor().organisation_code}", "xlsx", content)


def _sent(form: PlanFileForm) -> list[Grid]:
    """The rows of what was sent: a file, a pasted table, or what was read before. Raises Refusal."""
    if form.sealed.data:
        return unpacked(unseal(SEALED_AS, actor(), form.sealed.data)[0])
    if pasted := form.pasted_table():
        return read_pasted(pasted, MOST_ROWS)
    return read_grids(form.sent(), MOST_ROWS)


def _unsealed(form: PlanFileForm) -> PlanFile:
    """The file as it was shown, checked again as things stand now."""
    grids, shown, key, seen = unseal(SEALED_AS, actor(), form.sealed.data)
    form.validate()
    return _checked(form, unpacked(grids), key, seen)._replace(shown=shown)


def _checked(form: PlanFileForm, grids: list[Grid], key: str, seen: dict[str, int] | None = None) -> PlanFile:
    """Raises Refusal where it is the template of another LAO."""
    who, kept = actor(), queries.kept_columns(actor())
    period = _period(years_of(grids, kept))
    found = understand(grids, period.dimensions, kept, period.sub_headings)
    if found.code and found.code != who.organisation_code:
        words = f"ไฟล์นี้เป็นแบบของ อปท. รหัส {found.code} ไม่ใช่ของท่าน (รหัส {who.organisation_code})"
        raise Refusal(f"{words} ดาวน์โหลดแบบของท่าน แล้วคัดลอกรายการมาใส่", "file")
    run = operations.check_plan(who, period, found.lines, form.given, clock.now())
    return PlanFile(grids, found, period, run, run.digest, key, seen or {})


def _period(years: list[int]) -> Period:
    """The period that most of the years belong to, the first of several; else that of the year a page opens with."""
    known = [period for year in years if (period := period_of(year))]
    if known:
        return max(known, key=known.count)
    return current_period(opening_year(year_gates(actor())))


def _keep_columns() -> None:
    """Remember heads that were given another meaning by hand than the page had shown."""
    sent = zip(*(request.form.getlist(name) for name in ("head", "was", "role")), strict=False)
    roles = {*ROLE_LABELS, *(str(gate.year) for gate in year_gates(actor()))}
    said = {plain_head(head): role for head, was, role in sent if role in roles and role != was and plain_head(head)}
    if said:
        words = [f"{head} = {ROLE_LABELS.get(role, f'งบประมาณปี {role}')}" for head, role in said.items()]
        with transaction():
            operations.keep_columns(actor(), said, words, clock.now())


def _dry_run_page(form: PlanFileForm, file: PlanFile) -> Page:
    """Refused (422) while there is something to put right, like any form."""
    seen = {str(each.before.id): each.version for each in file.run.outcomes if each.before}
    form.sealed.data = seal(SEALED_AS, actor(), [packed(file.grids), file.run.digest, file.key, seen])
    if len(form.sealed.data) > MOST_SEALED:
        raise Refusal("ไฟล์มีข้อความมากเกินไป แบ่งเป็นหลายไฟล์", "file")
    meanwhile = {id_ for id_, version in file.seen.items() if seen.get(id_, version) != version}
    page = _file_page(form, file=file, meanwhile=meanwhile)
    bad = form.problems or file.run.problems or not file.found.lines
    return (page, 422) if bad else page


def _file_page(form: PlanFileForm, file: PlanFile | None = None, **more: Any) -> str:
    who = actor()
    gates = year_gates(who)
    period = file.period if file else _period([number(request.args.get("year", ""), 0)])
    return render_template(
        "lao/plan_files/page.html",
        form=form,
        file=file,
        What=What,
        asked=ASKED,
        roles={
            role: words for role, words in ROLE_LABELS.items() if period.sub_headings or role != ColumnRole.SUB_HEADING
        },
        all_years=[gate.year for gate in gates],
        shown=SHOWN,
        period=period,
        **more,
    )
