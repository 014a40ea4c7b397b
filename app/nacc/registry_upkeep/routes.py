"""Registry upkeep for administrators: one LAO, or a file, by the rules of the import. HTTP only."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, asks_proof, costs, requires
from app.conflicts import Conflict
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.listing import MAX_SEARCH
from app.models.enums import Entity
from app.nacc.registry_upkeep import operations as upkeep
from app.nacc.registry_upkeep.forms import CloseForm, OrganisationForm, RegistryFileForm, SuccessionForm
from app.registry import operations, past, queries
from app.registry.finding.index import Finding
from app.registry.finding.queries import find_laos
from app.registry.lines import BrokenFile
from app.registry.rules import ImportPlan, plan_import
from app.registry.workbooks import file_lines
from app.words import clean_line

blueprint = Blueprint("registry_upkeep", __name__, url_prefix="/nacc/admin/registry")
ADMIN = requires(Permission.ADMINISTRATION)
SHOWN = 50


def _list_page(status: int = 200, **more: Any) -> Response:
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    found = find_laos(q, closed=True) if q else Finding()
    shown: dict[str, Any] = {"plan": None, "problems": [], "problem_total": 0, "done": False}
    shown["form"] = RegistryFileForm(formdata=None)
    context = {"q": q, "rows": found.fitting[:SHOWN], "total": len(found.fitting), "near": found.near} | shown | more
    return make_response(render_template("nacc/administration/registry.html", **context), status)


@blueprint.get("")
@ADMIN
def search() -> Response:
    return _list_page()


@blueprint.get("/new")
@ADMIN
def new() -> Response:
    return _form_page(OrganisationForm(formdata=None), None)


def _form_page(
    form: OrganisationForm,
    known: queries.ListedOrganisation | None,
    status: int = 200,
    conflict: Conflict | None = None,
    closing: CloseForm | None = None,
) -> Response:
    page = render_template(
        "nacc/administration/organisation.html",
        form=form,
        known=known,
        closing=closing or CloseForm(formdata=None),
        past=past.past_of(known.id) if known else [],
        kin=past.kin_of(known.id) if known else [],
        conflict=conflict,
        country=queries.provinces_with_districts(),
    )
    return make_response(page, status)


def _known(code: str) -> queries.ListedOrganisation:
    return queries.find_by_code(code) or abort(404)


@blueprint.get("/<string(length=7):code>")
@ADMIN
def edit(code: str) -> Response:
    known = _known(code)
    return _form_page(_opened(known), known)


def _opened(known: queries.ListedOrganisation) -> OrganisationForm:
    return OrganisationForm(formdata=None, data=_shown(known) | {"version": queries.version_of(known.id)})


def _shown(known: queries.ListedOrganisation) -> dict[str, Any]:
    return {
        "code": known.code,
        "name": known.name,
        "type": known.type.label,
        "province_code": known.province_code,
        "district_code": known.district_code or "",
    }


@blueprint.post("/new")
@ADMIN
def add() -> Response:
    return _save(None)


@blueprint.post("/<string(length=7):code>")
@ADMIN
def change(code: str) -> Response:
    return _save(_known(code))


def _save(known: queries.ListedOrganisation | None) -> Response:
    form, conflict = OrganisationForm(), None
    if form.validate() and not form.asks_of_the_type():
        try:
            with transaction():
                saved = _change(form, known)
        except Stale:
            known, conflict = _both_windows(form, known)
        except Refusal as refusal:
            form.refuse(refusal)
        except BrokenFile as broken:
            form.show_problems(broken.problems)
        else:
            flash(*(("บันทึกทะเบียนแล้ว", "ok") if saved else (NOTHING_CHANGED, "info")))
            return redirect(f"/nacc/admin/registry/{form.code.data}", 303)
    return _form_page(form, known, 422, conflict)


def _change(form: OrganisationForm, known: queries.ListedOrganisation | None) -> bool:
    if known is None:
        upkeep.add_lao(actor(), form.code.data or "", form.lines(""), form.effect(clock.now()))
        return True
    version, effect = form.version.data or 0, form.effect(clock.now())
    return operations.change_one(actor(), known.id, version, form.lines(known.code), effect)


def _both_windows(
    form: OrganisationForm, known: queries.ListedOrganisation | None
) -> tuple[queries.ListedOrganisation, Conflict]:
    """What was typed beside what the registry says now. Sent again, what was typed is saved."""
    assert known  # a new LAO has no version that could be old
    latest = _known(known.code)
    form.version.data = queries.version_of(latest.id)
    first = who_was_first(actor(), Entity.ORGANISATION, latest.id, latest.id)
    return latest, Conflict(f"ทะเบียนนี้{first}", form.differences(_shown(latest)))


@blueprint.post("/<string(length=7):code>/close")
@ADMIN
@asks_proof
def close(code: str) -> Response:
    return _set_closed(code, True)


@blueprint.post("/<string(length=7):code>/open")
@ADMIN
def open_again(code: str) -> Response:
    return _set_closed(code, False)


def _set_closed(code: str, closed: bool) -> Response:
    known = _known(code)
    form = CloseForm()
    if not form.validate():
        return _form_page(_opened(known), known, 422, closing=form)
    now = clock.now()
    try:
        with transaction():
            operations.set_closed(actor(), known.id, closed, form.why.data or "", now, form.effect(now))
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(_opened(known), known, 422, closing=form)
    flash("ปิด อปท. แล้ว ประวัติและข้อมูลเดิมยังอยู่" if closed else "เปิด อปท. อีกครั้งแล้ว", "ok")
    return redirect(f"/nacc/admin/registry/{known.code}", 303)


@blueprint.get("/<string(length=7):code>/succession")
@ADMIN
def succession(code: str) -> Response:
    return _succession_page(SuccessionForm(formdata=None), _known(code))


def _succession_page(form: SuccessionForm, known: queries.ListedOrganisation, status: int = 200) -> Response:
    kin = past.kin_of(known.id)
    return make_response(
        render_template("nacc/administration/succession.html", form=form, known=known, kin=kin), status
    )


@blueprint.post("/<string(length=7):code>/succession")
@ADMIN
@asks_proof
def succeed(code: str) -> Response:
    known, form = _known(code), SuccessionForm()
    if form.validate():
        try:
            with transaction():
                upkeep.succeed(actor(), known.id, form.facts(clock.now()), clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash("บันทึกการยุบรวมหรือแยก อปท. แล้ว", "ok")
            return redirect(f"/nacc/admin/registry/{known.code}", 303)
    return _succession_page(form, known, 422)


@blueprint.post("/file")
@ADMIN
@asks_proof
@costs
def import_file() -> Response:
    """Tell what a file would do (`do=check`), or do it."""
    form = RegistryFileForm()
    if not form.validate():
        return _list_page(422, form=form)
    try:
        lines, effect = file_lines(form.sent()), form.effect(clock.now())
        plan: ImportPlan
        if request.form.get("do") == "import":
            with transaction():
                plan = operations.import_lines(actor(), lines, effect)
        else:
            plan = plan_import(lines, queries.registry(), effect)
    except Refusal as refusal:
        form.refuse(refusal)
        return _list_page(422, form=form)
    except BrokenFile as broken:
        return _list_page(422, form=form, problems=broken.problems[:SHOWN], problem_total=len(broken.problems))
    return _list_page(form=form, plan=plan, done=request.form.get("do") == "import")
