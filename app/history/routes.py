"""Who changed what: for the LAO concerned, for NACC, and of the administration itself."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.history import queries, workbooks
from app.history.forms import OF_AN_LAO, OF_THE_ADMINISTRATION, HistoryFilterForm
from app.history.rules import OF_NACC_ONLY
from app.listing import PAGES, number, query_of
from app.models.enums import Entity, Role
from app.registry.queries import place_of
from app.spreadsheets import excel
from app.web import attachment

blueprint = Blueprint("history", __name__)
ADMINISTRATION = "การดูแลระบบ"
NARROWS = ("since", "until", "role", "entity", "project")


@dataclass(frozen=True)
class Timeline:
    """Whose history a page shows, and where it stands; `organisation_id` None: the administration's."""

    organisation_id: int | None
    name: str
    path: str

    def page(self) -> str:
        form = HistoryFilterForm(formdata=request.args)
        page = min(max(1, number(request.args.get("page", ""), 1, PAGES)), 10_000)
        asked = form.asked(request.args)
        entries, more = queries.entries_of(actor(), self.organisation_id, asked, page)
        return render_template(
            "history/page.html",
            entries=entries,
            more=more,
            page=page,
            whose=self,
            form=form,
            asked=asked,
            query=query_of({name: request.args.get(name, "") for name in NARROWS}),
            roles=Role,
            entities=_entities(self.organisation_id),
        )

    def file(self, kind: str) -> Response:
        asked = HistoryFilterForm(formdata=request.args).asked(request.args)
        name = self.name if self.organisation_id is None else place_of(self.organisation_id).whole_name
        table = workbooks.history(actor(), self.organisation_id, name, asked, clock.now())
        return attachment(f"ประวัติการเปลี่ยนแปลง {self.name}", kind, excel.file_content(kind, table))


def _entities(organisation_id: int | None) -> tuple[Entity, ...]:
    """What a history can be narrowed to."""
    if organisation_id is None:
        return OF_THE_ADMINISTRATION
    return OF_AN_LAO if actor().role is Role.LAO else (*OF_AN_LAO, *OF_NACC_ONLY)


def _own() -> Timeline:
    return Timeline(actor().own_organisation_id, actor().name, "/history")


def _overseen(code: str) -> Timeline:
    organisation = queries.overseen(actor(), code)
    return Timeline(organisation.id, organisation.name, f"/nacc/history/{organisation.code}")


def _administration() -> Timeline:
    return Timeline(None, ADMINISTRATION, "/nacc/admin/history")


@blueprint.get("/history")
@requires(Permission.HISTORY)
def own() -> str:
    return _own().page()


@blueprint.get("/nacc/history/<code>")
@requires(Permission.REVIEW)
def overseen(code: str) -> str:
    return _overseen(code).page()


@blueprint.get("/nacc/admin/history")
@requires(Permission.ADMINISTRATION)
def administration() -> str:
    return _administration().page()


@blueprint.get("/history/table.<any(xlsx, csv):file>")
@requires(Permission.HISTORY)
def own_file(file: str) -> Response:
    return _own().file(file)


@blueprint.get("/nacc/history/<code>/table.<any(xlsx, csv):file>")
@requires(Permission.REVIEW)
def overseen_file(code: str, file: str) -> Response:
    return _overseen(code).file(file)


@blueprint.get("/nacc/admin/history/table.<any(xlsx, csv):file>")
@requires(Permission.ADMINISTRATION)
def administration_file(file: str) -> Response:
    return _administration().file(file)
