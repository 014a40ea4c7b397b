"""The LAO's profile and its home page."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.accounts.operations import prepare_password
from app.accounts.queries import actor_of
from app.accounts.routes import open_session
from app.db import transaction
from app.errors import Refusal, Stale
from app.listing import ListState, number
from app.models.enums import Round
from app.plans.queries import current_period, period_of, periods, window_for, year_gates
from app.plans.rules import default_year
from app.profile import operations, queries
from app.profile.forms import ProfileForm
from app.profile.operations import FIELDS
from app.projects.queries import review_counts
from app.reporting.counts import recorded_by_year, round_summary
from app.web import answer

blueprint = Blueprint("profile", __name__)


@blueprint.get("/profile")
@requires(Permission.PROFILE, Permission.CLAIM)
def profile() -> Response:
    who = actor()
    kept = queries.profile(who)
    values = {name: getattr(kept, name) for name in FIELDS} if kept else {}
    form = ProfileForm(formdata=None, claiming=who.claiming, data=values | {"version": kept.version if kept else 0})
    return _page(form)


def _page(form: ProfileForm, status: int = 200, latest: object = None) -> Response:
    who = actor()
    period = current_period(clock.fiscal_year(clock.now()))
    return make_response(
        render_template(
            "profile/page.html",
            form=form,
            place=queries.place(who),
            claiming=who.claiming,
            first_year=period.first_year,
            latest=latest,
        ),
        status,
    )


@blueprint.post("/profile")
@requires(Permission.PROFILE, Permission.CLAIM)
def save_profile() -> Response:
    who = actor()
    form = ProfileForm(claiming=who.claiming)
    latest = None
    if form.validate():
        try:
            typed = form.password.data
            password_hash = prepare_password(typed, who.organisation_code) if typed else None
            with transaction():
                epoch = operations.save_profile(who, form.values(), form.version.data or 0, password_hash, clock.now())
        except Stale as stale:
            latest = queries.profile(who)
            form.form_errors = [stale.message]
            if latest is not None:
                form.version.data = latest.version
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _saved(epoch)
    return _page(form, 422, latest)


def _saved(epoch: int | None) -> Response:
    """Go on with this session; a new password has ended all others."""
    who = actor()
    if epoch is not None and who.account_id is not None:
        session.clear()
        open_session(actor_of(who.account_id))
    flash("บันทึกข้อมูลพื้นฐานแล้ว", "ok")
    return redirect("/home" if who.claiming else "/profile")


@blueprint.get("/home")
@requires(Permission.HOME)
def home() -> Response:
    who, now = actor(), clock.now()
    gates = year_gates(who)
    year = number(request.args.get("year", ""), 0)
    known = [gate.year for gate in gates]
    if year not in known:
        year = default_year(known, gates, clock.fiscal_year(now))
    period = period_of(year) or current_period(year)
    summaries = {round_: round_summary(who, year, round_) for round_ in Round}
    return answer(
        "profile/home.html",
        "profile/_home.html",
        place=queries.place(who),
        year=year,
        period=period,
        periods=periods(),
        gates=[gate for gate in gates if gate.year in period.years],
        gate=next(gate for gate in gates if gate.year == year),
        summaries=summaries,
        focus=Round.TWELVE if summaries[Round.TWELVE].counts.reported else Round.SIX,
        windows={round_: window_for(who.own_organisation_id, year, round_) for round_ in Round},
        review=review_counts(who, ListState(year=year)),
        elsewhere=[] if summaries[Round.SIX].counts.total else recorded_by_year(who),
        now=now,
    )
