"""Plan periods and their dimensions: HTTP only."""

from typing import Any

from flask import abort, flash, redirect
from werkzeug.wrappers import Response

from app import clock
from app.access import actor
from app.conflicts import Conflict
from app.db import transaction
from app.errors import Refusal, Stale
from app.models.enums import Entity
from app.nacc.administration.pages import ADMIN, blueprint, both_windows, done, page
from app.nacc.administration.periods import operations, queries
from app.nacc.administration.periods.forms import DimensionForm, PeriodForm, RemovalForm
from app.nacc.administration.periods.rules import sub_headings_text
from app.plans.queries import periods
from app.plans.rules import Period


def _periods_page(form: PeriodForm, status: int = 200) -> Response:
    return page("periods", status, periods=periods(), scores=queries.max_scores(), form=form)


@blueprint.get("/periods")
@ADMIN
def plan_periods() -> Response:
    return _periods_page(PeriodForm(formdata=None))


@blueprint.post("/periods")
@ADMIN
def add_period() -> Response:
    form = PeriodForm()
    if form.validate():
        (first, last), names = form.years, form.lines()
        try:
            operations.refuse_bad_period(first, last, names)
            if form.second_look():
                return _periods_page(form, 422)
            with transaction():
                operations.add_period(actor(), first, last, names, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("periods", f"เพิ่มแผน {first} - {last} แล้ว")
    return _periods_page(form, 422)


@blueprint.get("/periods/<int:period_id>")
@ADMIN
def edit_period(period_id: int) -> Response:
    period = _period(period_id)
    names = "\n".join(period.dimensions.values())
    form = PeriodForm(
        formdata=None,
        first_year=period.first_year,
        last_year=period.last_year,
        names=names,
        version=queries.version_of(period_id),
    )
    return _period_page(form, period)


def _period(period_id: int) -> Period:
    return next((each for each in periods() if each.id == period_id), None) or abort(404)


def _period_page(form: PeriodForm, period: Period, status: int = 200, conflict: Conflict | None = None) -> Response:
    use = queries.use_of(period.first_year, period.last_year).words
    version = queries.version_of(period.id)
    return page("period", status, period=period, form=form, use=use, conflict=conflict, kept_version=version)


@blueprint.post("/periods/<int:period_id>")
@ADMIN
def change_period(period_id: int) -> Response:
    period, form, conflict = _period(period_id), PeriodForm(), None
    if form.validate():
        (first, last), names, version = form.years, form.lines(), form.version.data or 0
        try:
            operations.refuse_bad_period(first, last, names, period_id)
            if form.second_look():
                return _period_page(form, period, 422)
            with transaction():
                saved = operations.change_period(actor(), period_id, first, last, names, version, clock.now())
        except Stale:
            period = _period(period_id)
            conflict = _both_periods(form, period)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("periods", f"แก้ไขเป็นแผน {first} - {last} แล้ว", saved)
    return _period_page(form, period, 422, conflict)


def _both_periods(form: PeriodForm, period: Period) -> Conflict:
    kept = {
        "first_year": period.first_year,
        "last_year": period.last_year,
        "names": "\n".join(period.dimensions.values()),
    }
    return both_windows(form, "แผนนี้", kept, queries.version_of(period.id), Entity.PLAN_PERIOD, period.id)


@blueprint.post("/periods/<int:period_id>/remove")
@ADMIN
def remove_period(period_id: int) -> Response:
    period, form = _period(period_id), RemovalForm()
    try:
        with transaction():
            operations.remove_period(actor(), period_id, form.version.data or 0, clock.now())
    except Refusal as refusal:  # also where somebody else changed it
        flash(refusal.message, "warn")
        return redirect(f"/nacc/admin/periods/{period_id}", 303)
    return done("periods", f"ลบ{period.label} แล้ว")


@blueprint.get("/periods/<int:period_id>/<small:dimension>")
@ADMIN
def edit_dimension(period_id: int, dimension: int) -> Response:
    period, kept = _dimension(period_id, dimension)
    return page(
        "dimension", period=period, number=dimension, form=DimensionForm(formdata=None, data=_dimension_shown(kept))
    )


def _dimension(period_id: int, dimension: int) -> Any:
    period = next((each for each in periods() if each.id == period_id), None)
    kept = queries.dimension(period_id, dimension)
    return (period, kept) if period and kept else abort(404)


def _dimension_shown(kept: Any) -> dict[str, Any]:
    below = sub_headings_text(queries.sub_headings(kept.plan_period_id, kept.number))
    return {"name": kept.name, "max_score": kept.max_score, "sub_headings": below, "version": kept.version}


@blueprint.post("/periods/<int:period_id>/<small:dimension>")
@ADMIN
def rename_dimension(period_id: int, dimension: int) -> Response:
    period, _kept = _dimension(period_id, dimension)
    form, conflict = DimensionForm(), None
    if form.validate() and form.max_score.data is not None:
        name, most, version, below = form.name.data or "", form.max_score.data, form.version.data or 0, form.headings()
        try:
            operations.refuse_bad_headings(period_id, dimension, below)
            if form.second_look(queries.sub_headings(period_id, dimension)):
                return page("dimension", 422, period=period, number=dimension, form=form)
            with transaction():
                saved = operations.rename_dimension(
                    actor(), period_id, dimension, name, most, version, clock.now(), below
                )
        except Stale:
            _period, kept = _dimension(period_id, dimension)
            shown, key = _dimension_shown(kept), f"{period_id}/{dimension}"
            form.sub_headings.data = sub_headings_text(dict(below))
            conflict = both_windows(form, "มิตินี้", shown, shown.pop("version"), Entity.DIMENSION, key)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("periods", f"แก้ไขมิติที่ {dimension} ของ{period.label} แล้ว", saved)
    return page("dimension", 422, period=period, number=dimension, form=form, conflict=conflict)
