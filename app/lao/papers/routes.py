"""The papers an LAO signs and publishes: HTTP only."""

from datetime import datetime

from flask import Blueprint, abort, current_app, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, costs, requires
from app.lao.papers import queries, rules
from app.lao.profile.queries import place
from app.lao.sending.pages import receipt_address
from app.ledger.receipts import proven_history
from app.listing import ListState
from app.models.enums import Round
from app.plans.asked import round_asked, year_asked
from app.plans.queries import period_of, year_gates
from app.plans.rules import Period, open_years
from app.typeset.content import Paper
from app.web import attachment

blueprint = Blueprint("papers", __name__, url_prefix="/reporting/papers")


def _year() -> int:
    return year_asked(year_gates(actor()))


def _period(year: int) -> Period:
    period = period_of(year)
    if period is None:
        abort(404)
    return period


@blueprint.get("")
@requires(Permission.REPORTS)
def papers() -> str:
    who, year, now = actor(), _year(), clock.now()
    period = _period(year)
    round_ = round_asked()
    return render_template(
        "lao/papers/page.html",
        place=place(who),
        gates=year_gates(who),
        state=ListState(year=year, round=int(round_)),
        period=period,
        planned=len(queries.planned_projects(who, period)),
        plan_draft=_plan_draft(period),
        rounds_told=[queries.round_told(who, year, each, now) for each in Round],
        titles=rules.TITLES,
        as_of=rules.as_of,
        executive=queries.executive(who),
        now=now,
    )


def _plan_draft(period: Period) -> str:
    """A plan can be signed once it passed for a year."""
    passed = set(open_years(year_gates(actor()))) & set(period.years)
    return "" if passed else "แผนของปีงบประมาณในช่วงนี้ยังไม่ผ่าน"


@blueprint.get("/plan.<any(docx, pdf):written_as>")
@requires(Permission.REPORTS)
@costs
def plan_file(written_as: str) -> Response:
    who, year, now = actor(), _year(), clock.now()
    period, here = _period(year), place(who)
    projects = queries.planned_projects(who, period)
    address = _public(here.code, f"year={year}")
    paper = rules.plan_paper(
        here.whole_name, period, projects, queries.executive(who), address, now, _plan_draft(period)
    )
    return _written(paper, written_as, f"{rules.PLAN} {here.code} {period.first_year}-{period.last_year}", now)


@blueprint.get("/round.<any(docx, pdf):written_as>")
@requires(Permission.REPORTS)
@costs
def round_file(written_as: str) -> Response:
    who, year, now = actor(), _year(), clock.now()
    told = queries.round_told(who, year, round_asked(), now)
    proven = proven_history(told.sent.id) if told.sent else None
    paper = rules.round_paper(
        told,
        _period(year).dimensions,
        queries.executive(who),
        _public(told.now.code, f"year={year}&round={int(told.now.round)}"),
        now,
        receipt_address(proven) if proven and proven.head else "",
    )
    return _written(paper, written_as, f"รายงานผล {told.now.code} ปี {year} รอบ {int(told.now.round)} เดือน", now)


def _public(code: str, query: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}/public/organisations/{code}?{query}"


def _written(paper: Paper, written_as: str, name: str, now: datetime) -> Response:
    from app.typeset import pdf, word  # fpdf2 takes half a second, which no start of the program should wait for

    write = pdf.paper_pdf if written_as == "pdf" else word.paper_docx
    return attachment(name, written_as, write(paper, now))
