"""Reports for those signed in: the LAO's own summary, the province table, and the results of every place."""

from typing import Any

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from app.access import Permission, actor, requires
from app.citizens.comparing.pages import mount_comparisons
from app.citizens.places.queries import find
from app.citizens.places.rules import is_code
from app.citizens.results import queries
from app.citizens.results.kept import KEPT, KeptProvinces
from app.citizens.results.pages import lao_table, mount, own_code, place_page
from app.citizens.results.sites import FOR_THOSE_SIGNED_IN, asked_moment, frame
from app.errors import NotTheirs
from app.history.kept_lists import ListPage, answer_unless_known
from app.models.enums import PlaceKind, Role
from app.plans.queries import periods
from app.registry.queries import provinces
from app.web import along

blueprint = Blueprint("reports", __name__)
TABLE = ListPage(
    "citizens/results/province.html", "citizens/results/_province.html", "citizens/results/_province_main.html"
)
mount(blueprint, FOR_THOSE_SIGNED_IN, requires(Permission.RESULTS))
mount_comparisons(blueprint, FOR_THOSE_SIGNED_IN, requires(Permission.RESULTS))


@blueprint.record_once
def prepare(state: Any) -> None:
    state.app.extensions[KEPT] = KeptProvinces()


@blueprint.get("/reports")
@requires(Permission.RESULTS)
def reports() -> Any:
    """An LAO's own summary; for staff the largest place they have to do with."""
    who = actor()
    if who.role is not Role.LAO:
        codes = who.province_codes
        one = f"/provinces/{min(codes)}" if who.role is Role.OFFICER and codes else ""
        return redirect(along(FOR_THOSE_SIGNED_IN.base + one))
    return place_page(FOR_THOSE_SIGNED_IN, PlaceKind.ORGANISATION.value, who.organisation_code)


@blueprint.get("/reports/province")
@requires(Permission.RESULTS)
def province_table() -> Response:
    code = request.args.get("province") or _default_province() or provinces()[0][0]
    if not is_code(code):
        raise NotTheirs
    stand = current_app.extensions[KEPT].stand_of(code)  # before anything that the table shows is read
    moment, known = asked_moment([code]), dict(provinces())

    def facts() -> Any:
        # An address without a year or round means another one after the next report, or the next plan period.
        return queries.table_state(code, moment.year, moment.round), known, moment, periods()

    def parts() -> dict[str, Any]:
        told = frame(FOR_THOSE_SIGNED_IN, find(PlaceKind.PROVINCE, code), moment)
        rows = queries.province_rows(code, moment.year, moment.round)
        return told | lao_table(FOR_THOSE_SIGNED_IN, rows, "/reports/province", moment) | {"provinces": known}

    return answer_unless_known(TABLE, stand, (code, moment, own_code(FOR_THOSE_SIGNED_IN)), parts, facts)


def _default_province() -> str:
    who = actor()
    return who.province_code if who.role is Role.LAO else min(who.province_codes, default="")
