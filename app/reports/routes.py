"""Reports on screen: the province table, for those signed in and for citizens."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, public, requires
from app.errors import NotTheirs
from app.listing import number
from app.models.enums import Role, Round
from app.plans.queries import current_period, latest_recorded_year, period_of, periods
from app.registry.queries import provinces
from app.reporting.rules import THRESHOLDS, in_table_order
from app.reports import queries
from app.web import answer

blueprint = Blueprint("reports", __name__)


@blueprint.get("/reports/province")
@requires(Permission.PROVINCE_TABLE)
def province_table() -> Response:
    who = actor()
    own = who.province_code if who.role is Role.LAO else min(who.province_codes, default="")
    return answer("reports/province.html", "reports/_province.html", path="/reports/province", **_table(own))


@blueprint.get("/public")
@public
def public_table() -> Response:
    return answer("public/page.html", "reports/_province.html", path="/public", **_table(""))


def _table(default_province: str) -> dict[str, Any]:
    """What the table shows: as the address says, else the given province and its latest year with projects."""
    known = dict(provinces())
    code = request.args.get("province") or default_province or next(iter(known))
    if code not in known:
        raise NotTheirs
    year = number(request.args.get("year", ""), 0)
    if not period_of(year):
        year = latest_recorded_year(code) or clock.fiscal_year(clock.now())
    round_ = Round.TWELVE if request.args.get("round") == "12" else Round.SIX
    rows = queries.province_rows(code, year, round_)
    return {
        "provinces": known,
        "province": code,
        "year": year,
        "period": period_of(year) or current_period(year),
        "periods": periods(),
        "round": round_,
        "thresholds": THRESHOLDS[round_],
        "districts": in_table_order(rows),
        "total": len(rows),
    }
