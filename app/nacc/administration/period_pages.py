"""Plan periods and their dimensions: HTTP only."""

from typing import Any

from flask import abort
from werkzeug.wrappers import Response

from app import clock
from app.access import actor
from app.db import transaction
from app.errors import Refusal, Stale
from app.models.enums import Entity
from app.nacc.administration import operations, queries
from app.nacc.administration.forms import DimensionForm, PeriodForm
from app.nacc.administration.pages import ADMIN, blueprint, both_windows, done, page
from app.plans.queries import periods


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
    if form.validate() and form.first_year.data and form.last_year.data:
        first, last = int(form.first_year.data), int(form.last_year.data)
        try:
            with transaction():
                operations.add_period(actor(), first, last, form.lines(), clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("periods", f"เพิ่มแผน {first} - {last} แล้ว")
    return _periods_page(form, 422)


@blueprint.get("/periods/<int:period_id>/<int:dimension>")
@ADMIN
def edit_dimension(period_id: int, dimension: int) -> Response:
    period, kept = _dimension(period_id, dimension)
    form = DimensionForm(formdata=None, obj=kept)
    return page("dimension", period=period, number=dimension, form=form)


def _dimension(period_id: int, dimension: int) -> Any:
    period = next((each for each in periods() if each.id == period_id), None)
    kept = queries.dimension(period_id, dimension)
    return (period, kept) if period and kept else abort(404)


@blueprint.post("/periods/<int:period_id>/<int:dimension>")
@ADMIN
def rename_dimension(period_id: int, dimension: int) -> Response:
    period, _kept = _dimension(period_id, dimension)
    form, conflict = DimensionForm(), None
    if form.validate() and form.max_score.data is not None:
        name, most, version = form.name.data or "", form.max_score.data, form.version.data or 0
        try:
            with transaction():
                saved = operations.rename_dimension(actor(), period_id, dimension, name, most, version, clock.now())
        except Stale:
            _period, kept = _dimension(period_id, dimension)
            values, key = {"name": kept.name, "max_score": kept.max_score}, f"{period_id}/{dimension}"
            conflict = both_windows(form, "มิตินี้", values, kept.version, Entity.DIMENSION, key)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return done("periods", f"แก้ไขมิติที่ {dimension} ของ{period.label} แล้ว", saved)
    return page("dimension", 422, period=period, number=dimension, form=form, conflict=conflict)
