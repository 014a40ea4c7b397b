"""When rounds can be reported, and more time for some LAOs: HTTP only."""

from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response

from app import clock
from app.access import actor
from app.conflicts import Conflict
from app.db import transaction
from app.errors import Refusal, Stale
from app.lao.fixed_rounds.queries import progress
from app.listing import number
from app.models.enums import Entity, Round
from app.nacc.administration import operations, queries
from app.nacc.administration.pages import ADMIN, blueprint, both_windows, done, page
from app.nacc.administration.rules import more_time_problem, said
from app.nacc.administration.windows import operations as give_and_take
from app.nacc.administration.windows import queries as extensions
from app.nacc.administration.windows.forms import MoreTimeForm, WindowForm, WithdrawalForm
from app.plans.queries import everybodys_window, period_of
from app.registry.queries import provinces_with_districts


def _windows_page(form: MoreTimeForm, status: int = 200, **more: Any) -> Response:
    now = clock.now()
    fixing = {(each.year, each.round): each for each in progress(now)}
    context = {"windows": queries.windows(), "groups": extensions.extension_groups(), "form": form, "now": now}
    context["country"] = provinces_with_districts()
    context["this_year"] = clock.fiscal_year(now)
    return page("windows", status, fixing=fixing, **context, **more)


@blueprint.get("/windows")
@ADMIN
def windows() -> Response:
    return _windows_page(MoreTimeForm(formdata=None))


@blueprint.get("/windows/<small:year>/<small:round_>")
@ADMIN
def edit_window(year: int, round_: int) -> Response:
    window, version = _window(year, round_)
    form = WindowForm(formdata=None, opens_at=window.opens_at, closes_at=window.closes_at, version=version)
    return page("window", window=window, form=form)


def _window(year: int, round_: int) -> Any:
    found = (each for each in queries.windows() if each[0].year == year and each[0].round == round_)
    return next(found, None) or abort(404)


@blueprint.post("/windows/<small:year>/<small:round_>")
@ADMIN
def set_window(year: int, round_: int) -> Response:
    window, _version = _window(year, round_)
    form, conflict = WindowForm(), None
    if form.validate() and form.opens_at.data:
        try:
            with transaction():
                saved = operations.set_window(
                    actor(),
                    year,
                    Round(round_),
                    form.opens_at.data,
                    form.closes_at.data,
                    form.version.data or 0,
                    clock.now(),
                )
        except Stale:
            window, version = _window(year, round_)
            kept = {"opens_at": window.opens_at, "closes_at": window.closes_at}
            conflict = both_windows(form, "เวลานี้", kept, version, Entity.WINDOW, f"{year}/{round_}")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            closing = f"ปิด {said(form.closes_at.data)}" if form.closes_at.data else "ไม่มีกำหนดปิด"
            times = f"เปิด {said(form.opens_at.data)} {closing}"
            return done("windows", f"ตั้งเวลา{window.round.label} ปี {year} แล้ว: {times}", saved)
    return page("window", 422, window=window, form=form, conflict=conflict)


@blueprint.post("/windows/more-time")
@ADMIN
def give_more_time() -> Response:
    form, conflict = MoreTimeForm(), None
    if form.validate() and form.until.data and form.year.data:
        year, round_ = int(form.year.data), Round(form.round.data)
        try:
            if period_of(year) is None:
                raise Refusal(f"ปี {year} ไม่อยู่ในแผนใด", "year")
            if len(form.codes) != 1:
                return _give_many(form, year, round_)
            with transaction():
                saved = operations.give_more_time(
                    actor(),
                    form.codes[0],
                    year,
                    round_,
                    form.until.data,
                    form.why.data or "",
                    form.version.data or 0,
                    clock.now(),
                )
        except Stale:
            conflict = _given_before(form, year, round_)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("windows", _given(form, year, round_), saved)
    return _windows_page(form, 422, conflict=conflict)


def _give_many(form: MoreTimeForm, year: int, round_: Round) -> Response:
    """Say once more who they are, then give it. Raises Refusal."""
    assert form.until.data
    found, until = extensions.recipients(form.codes, form.area.data or ""), said(form.until.data)
    if problem := more_time_problem(form.until.data, everybodys_window(year, round_), clock.now()):
        raise Refusal(problem, "until")
    if form.second_look(found, until):
        return _windows_page(form, 422)
    with transaction():
        given = give_and_take.give_many_more_time(
            actor(), found.ids, year, round_, form.until.data, form.why.data or "", clock.now()
        )
    return done("windows", f"{given.words}: รายงาน{round_.label} ปี {year} ได้ถึง {until}", bool(given.given))


@blueprint.get("/windows/more-time/<int:organisation_id>/<small:year>/<small:round_>")
@ADMIN
def ask_withdrawal(organisation_id: int, year: int, round_: int) -> Response:
    return _withdrawal_page(WithdrawalForm(formdata=None), organisation_id, year, round_)


def _withdrawal_page(form: WithdrawalForm, organisation_id: int, year: int, round_: int, status: int = 200) -> Response:
    """All that were given the same time, ticked unless they were unticked before."""
    given, laos = extensions.group_of(organisation_id, year, round_) or abort(404)
    ticked = request.form.getlist("ids") if request.method == "POST" else [str(lao.id) for lao in laos]
    context = {"given": given, "laos": laos, "ticked": ticked, "round": Round(round_)}
    return page("withdrawal", status, form=form, **context)


@blueprint.post("/windows/more-time/<int:organisation_id>/<small:year>/<small:round_>")
@ADMIN
def withdraw_time(organisation_id: int, year: int, round_: int) -> Response:
    form = WithdrawalForm()
    ids, now = [number(each, 0) for each in request.form.getlist("ids")], clock.now()
    if form.validate() and ids:
        with transaction():
            gone = give_and_take.withdraw_time(actor(), organisation_id, year, round_, ids, form.why.data or "", now)
        return done("windows", f"ถอนการขยายเวลาของ {gone:,} แห่งแล้ว", bool(gone))
    if not ids:
        form.form_errors = ["ยังไม่ได้เลือก อปท. ที่จะถอนการขยายเวลา"]
    return _withdrawal_page(form, organisation_id, year, round_, 422)


def _given(form: MoreTimeForm, year: int, round_: Round) -> str:
    """What was given, with the time as it was read."""
    until = said(form.until.data) if form.until.data else ""
    return f"ขยายเวลาให้ {form.codes[0]} แล้ว: รายงาน{round_.label} ปี {year} ได้ถึง {until}"


def _given_before(form: MoreTimeForm, year: int, round_: Round) -> Conflict | None:
    given = queries.more_time(form.codes[0], year, int(round_))
    if given is None:
        return None
    kept, key = {"until": given.closes_at, "why": given.reason}, f"{year}/{int(round_)}"
    if not form.version.data:  # the blank form knew of no time given before: nobody changed what it showed
        form.version.data = given.version
        sentence = f"อปท. นี้ได้ขยายเวลาไว้แล้วถึง {said(given.closes_at)} ตรวจแล้วบันทึกอีกครั้งหากต้องการเปลี่ยน"
        return Conflict(sentence, form.differences(kept))
    what = f"เวลาที่ขยายให้ อปท. รหัส {form.codes[0]} "
    return both_windows(form, what, kept, given.version, Entity.WINDOW, key, given.organisation_id)
