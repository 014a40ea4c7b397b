"""Amending a round that closed: HTTP only."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, asks_proof, requires
from app.conflicts import Conflict
from app.db import transaction
from app.errors import NOTHING_CHANGED, NotTheirs, Refusal, Stale
from app.history.queries import overseen, who_was_first
from app.lao.fixed_rounds.documents import FixedProject, edition_in_force, fixed_projects
from app.lao.fixed_rounds.rules import Edition
from app.models.enums import Entity, Round
from app.nacc.amendments import operations
from app.nacc.amendments.forms import LineForm, TodayForm, shown

blueprint = Blueprint("amendments", __name__, url_prefix="/nacc/rounds")
STAFF = requires(Permission.REVIEW)
ROUND = "/<string(length=7):code>/<small:year>/<small:round_>"


def _edition(code: str, year: int, round_: int) -> Edition:
    """The edition in force of a round of an LAO the actor oversees; 404 where the round is live."""
    if round_ not in set(Round):
        abort(404)
    found = edition_in_force(overseen(actor(), code).id, year, Round(round_))
    if found is None:
        raise NotTheirs
    return found


def _projects(edition: Edition) -> list[FixedProject]:
    moment = (edition.closed.year, edition.closed.round)
    return fixed_projects([edition.organisation_id], *moment)[edition.organisation_id]


def _page(name: str, edition: Edition, form: Any, status: int = 200, **more: Any) -> Response:
    path = f"/nacc/rounds/{edition.lao.code}/{edition.closed.year}/{int(edition.closed.round)}"
    context = {"edition": edition, "closed": edition.closed, "form": form, "path": path, **more}
    return make_response(render_template(f"nacc/amendments/{name}.html", **context), status)


@blueprint.get(ROUND)
@STAFF
def closed_round(code: str, year: int, round_: int) -> Response:
    edition = _edition(code, year, round_)
    form = TodayForm(formdata=None, version=edition.number)
    return _page("round", edition, form, projects=_projects(edition))


@blueprint.post(ROUND)
@STAFF
@asks_proof
def take_today(code: str, year: int, round_: int) -> Response:
    form, conflict = TodayForm(), None
    if form.validate():
        try:
            with transaction():
                saved = operations.take_today(
                    actor(), code, year, Round(round_), form.version.data or 0, form.why.data or "", clock.now()
                )
        except Stale:
            conflict = _other_edition(form, _edition(code, year, round_), {})
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(code, year, round_, saved)
    edition = _edition(code, year, round_)
    return _page("round", edition, form, 422, projects=_projects(edition), conflict=conflict)


def _done(code: str, year: int, round_: int, saved: bool) -> Response:
    flash(*(("แก้ไขผลของรอบแล้ว ทั้งฉบับใหม่และฉบับก่อนหน้าแสดงต่อประชาชน", "ok") if saved else (NOTHING_CHANGED, "info")))
    return redirect(f"/nacc/rounds/{code}/{year}/{round_}", 303)


def _project(edition: Edition, project_id: int) -> FixedProject:
    found = (each for each in _projects(edition) if each.line.project_id == project_id)
    return next(found, None) or abort(404)


@blueprint.get(f"{ROUND}/<int:project_id>")
@STAFF
def open_line(code: str, year: int, round_: int, project_id: int) -> Response:
    edition = _edition(code, year, round_)
    project = _project(edition, project_id)
    form = LineForm(formdata=None, version=edition.number, **shown(project.line))
    return _page("line", edition, form, project=project)


@blueprint.post(f"{ROUND}/<int:project_id>")
@STAFF
@asks_proof
def amend_line(code: str, year: int, round_: int, project_id: int) -> Response:
    form, conflict = LineForm(), None
    if form.validate():
        edition, why = form.version.data or 0, form.why.data or ""
        try:
            with transaction():
                saved = operations.amend_line(
                    actor(), code, year, Round(round_), project_id, edition, form.said, why, clock.now()
                )
        except Stale:
            latest = _edition(code, year, round_)
            conflict = _other_edition(form, latest, shown(_project(latest, project_id).line))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(code, year, round_, saved)
    edition_now = _edition(code, year, round_)
    return _page("line", edition_now, form, 422, project=_project(edition_now, project_id), conflict=conflict)


def _other_edition(form: LineForm | TodayForm, latest: Edition, kept: dict[str, Any]) -> Conflict:
    """What was typed beside the edition that somebody else published meanwhile. Sent again, what was typed is saved."""
    form.version.data = latest.number
    key = f"{latest.organisation_id}/{latest.closed.year}/{int(latest.closed.round)}"
    first = who_was_first(actor(), Entity.FIXED_ROUND, key, latest.organisation_id)
    return Conflict(f"ผลของรอบนี้{first}", form.differences(kept))
