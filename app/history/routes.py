"""Who changed what: for the LAO concerned, and for NACC."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.history import queries, workbooks
from app.listing import number
from app.registry.queries import place_of
from app.spreadsheets import excel
from app.web import attachment

blueprint = Blueprint("history", __name__)


def _page(organisation_id: int, name: str, path: str) -> str:
    page = min(max(1, number(request.args.get("page", ""), 1)), 10_000)
    entries, more = queries.entries_of(actor(), organisation_id, page)
    return render_template("history/page.html", entries=entries, more=more, page=page, name=name, path=path)


@blueprint.get("/history")
@requires(Permission.HISTORY)
def own() -> str:
    who = actor()
    return _page(who.own_organisation_id, who.name, "/history")


@blueprint.get("/nacc/history/<code>")
@requires(Permission.REVIEW)
def overseen(code: str) -> str:
    organisation = queries.overseen(actor(), code)
    return _page(organisation.id, organisation.name, f"/nacc/history/{organisation.code}")


@blueprint.get("/history/table.<any(xlsx, csv):file>")
@requires(Permission.HISTORY)
def own_file(file: str) -> Response:
    who = actor()
    return _file(who.own_organisation_id, who.name, file)


@blueprint.get("/nacc/history/<code>/table.<any(xlsx, csv):file>")
@requires(Permission.REVIEW)
def overseen_file(code: str, file: str) -> Response:
    organisation = queries.overseen(actor(), code)
    return _file(organisation.id, organisation.name, file)


def _file(organisation_id: int, name: str, file: str) -> Response:
    table = workbooks.history(actor(), organisation_id, place_of(organisation_id).whole_name, clock.now())
    return attachment(f"ประวัติการเปลี่ยนแปลง {name}", file, excel.file_content(file, table))
