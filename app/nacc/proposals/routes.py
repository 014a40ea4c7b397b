"""Who passes by the minimum score: proposed by the system, confirmed by an officer. HTTP only."""

from decimal import Decimal

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Permission, actor, asks_proof, requires
from app.conflicts import Conflict
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.models.enums import Entity, PlanStatus
from app.nacc.desk.queries import filter_words
from app.nacc.evaluation.queries import max_scores
from app.nacc.plan_years.pages import plan_filter
from app.nacc.proposals import operations, queries
from app.nacc.proposals.forms import MinimumForm, ProposedNumbersForm
from app.nacc.second_person.proposing_pages import done_or_proposed
from app.plans.queries import periods

blueprint = Blueprint("proposals", __name__)
SHOWN = 100  # the page says how many there are
ZERO = Decimal(0)


@blueprint.get("/nacc/scores/proposals")
@requires(Permission.SCORES)
def proposals() -> BaseResponse:
    return _proposals(ProposedNumbersForm(formdata=None))


def _proposals(
    form: ProposedNumbersForm, minimum: MinimumForm | None = None, status: int = 200, conflict: Conflict | None = None
) -> BaseResponse:
    who, asked = actor(), plan_filter()
    kept = queries.minimum_score(asked.year)
    found = queries.proposals(who, asked)
    passing = sum(each.status is PlanStatus.PASSED for each in found)
    text = render_template(
        "nacc/proposals/page.html",
        asked=asked,
        form=form,
        minimum=minimum or MinimumForm(formdata=None, data=kept and {"minimum": kept.score, "version": kept.version}),
        kept=kept,
        conflict=conflict,
        found=found[:SHOWN],
        passing=passing,
        failing=len(found) - passing,
        maxima=max_scores(asked.year),
        words=filter_words(asked),
        may_set=who.may(Permission.MINIMUM_SCORE),
        periods=periods(),
    )
    return make_response(text, status)


@blueprint.post("/nacc/scores/proposals")
@requires(Permission.SCORES)
@asks_proof
def confirm_proposals() -> BaseResponse:
    asked, form = plan_filter(), ProposedNumbersForm()
    expected = form.passing.data or 0, form.failing.data or 0
    try:
        outcome = done_or_proposed(lambda: operations.confirm_proposals(actor(), asked, expected, clock.now()))
    except Refusal as refusal:
        form.form_errors = [refusal.message]
        return _proposals(form, status=422)
    flash(outcome.told(f"เปลี่ยนผลแผนแล้ว {outcome.done:,} แห่ง"), "ok")
    return redirect(f"/nacc/plan-years?{asked.query(page=1)}", 303)


@blueprint.post("/nacc/scores/proposals/minimum")
@requires(Permission.MINIMUM_SCORE)
def set_minimum() -> BaseResponse:
    asked, form = plan_filter(), MinimumForm()
    conflict = None
    if form.validate():
        try:
            with transaction():
                saved = operations.set_minimum(
                    actor(), asked.year, form.minimum.data or ZERO, form.version.data or 0, clock.now()
                )
        except Stale:
            conflict = _minimum_conflict(form, asked.year)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = f"คะแนนขั้นต่ำปี {asked.year} คือ {form.minimum.data:,.2f}", "ok"
            flash(*(said if saved else (NOTHING_CHANGED, "info")))
            return redirect(f"/nacc/scores/proposals?{asked.query()}", 303)
    return _proposals(ProposedNumbersForm(formdata=None), form, 422, conflict)


def _minimum_conflict(form: MinimumForm, year: int) -> Conflict | None:
    """What was typed beside what is kept now. Sent again, what was typed is saved."""
    kept = queries.minimum_score(year)
    if kept is None:
        return None
    form.version.data = kept.version
    first = who_was_first(actor(), Entity.MINIMUM_SCORE, year, None)
    return Conflict(f"คะแนนขั้นต่ำนี้{first}", form.differences({"minimum": kept.score}))
