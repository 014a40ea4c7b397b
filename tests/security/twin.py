"""A twin of the application with one planted hole of each kind, for `make security` and its test.

Each function plants one, by putting a view or a hook of one app object in place of ours; nothing in `app/` knows of it.
What looks for holes (tests/security/crawler.py, schemathesis, sqlmap) must find each, or finding none in ours proves
nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, g, get_flashed_messages, make_response, redirect, request
from markupsafe import escape
from sqlalchemy import select, text, update
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from app.access import actor, public
from app.accounts import sessions
from app.accounts.queries import actor_of
from app.citizens.public.cache import Kept, PageCache
from app.db import db, transaction
from app.models import Account, Profile, Project

View = Callable[..., Any]


class Hole(NamedTuple):
    """`kind`: what a finding of it is called. `where`: the address begins so."""

    kind: str
    where: str
    plant: Callable[[Flask], None]


HOLES: dict[str, Hole] = {}


def hole(kind: str, where: str) -> Callable[[Callable[[Flask], None]], Callable[[Flask], None]]:
    def kept(plant: Callable[[Flask], None]) -> Callable[[Flask], None]:
        HOLES[plant.__name__.replace("_", " ")] = Hole(kind, where, plant)
        return plant

    return kept


def plant_all(app: Flask) -> Flask:
    for each in HOLES.values():
        each.plant(app)
    return app


def put(app: Flask, endpoint: str, view: View, **declared: Any) -> View:
    """`view` in place of the one at `endpoint`, with what that declares and `declared` instead; gives the old one."""
    old = app.view_functions[endpoint]
    vars(view).update({**vars(old), **declared})
    app.view_functions[endpoint] = view
    return old


def put_below(app: Flask, endpoint: str, more: Callable[[], str]) -> None:
    """The page of `endpoint` with `more` in it, as it is: nothing is escaped."""

    def view(**given: Any) -> Response:
        response = make_response(old(**given))
        response.set_data(response.get_data(as_text=True).replace("</main>", f"{more()}</main>"))
        return response

    old = put(app, endpoint, view)


@hole("crash", "/codes")
def text_of_a_search_in_SQL(app: Flask) -> None:
    def found() -> str:
        words = request.args.get("q", "")
        rows = db.session.execute(text(f"SELECT name FROM organisations WHERE name LIKE '%{words}%' LIMIT 5"))
        return f"<p>{len(rows.all())}</p>"

    put_below(app, "registry.codes", found)


@hole("crash", "/api/v1/organisations")
def parameter_of_the_API_in_SQL(app: Flask) -> None:
    def view(dataset: str) -> Any:
        told = request.args.to_dict()
        if typed := told.pop("province", ""):
            found = db.session.execute(text(f"SELECT id FROM organisations WHERE province_code = '{typed}'"))
            if not found.first():
                return {"data": [], "next": None}
            request.args = ImmutableMultiDict(told)
        return old(dataset=dataset)

    old = put(app, "open_data.listing", view)


@hole("stored", "/reporting")
def name_of_a_project_that_is_not_escaped(app: Flask) -> None:
    put_below(app, "reporting.report_list", lambda: " ".join(db.session.scalars(select(Project.name).limit(3))))


@hole("reflected", "/projects")
def search_that_comes_back_as_it_was_typed(app: Flask) -> None:
    put_below(app, "projects.project_list", lambda: request.args.get("q", ""))


@hole("forged", "/nacc/notes/")
def form_without_a_token(app: Flask) -> None:
    def check() -> Any:
        return None if request.endpoint == "notes.write_of_lao" else csrf()

    hooks = app.before_request_funcs[None]
    (place,) = (place for place, each in enumerate(hooks) if each.__name__ == "csrf_protect")
    csrf, hooks[place] = hooks[place], check


@hole("redirect", "/login")
def signing_in_leads_anywhere(app: Flask) -> None:
    def view() -> Any:
        response = make_response(old())
        leads = response.status_code == 302 and request.form.get("next")
        return sent(response, leads) if leads else response

    def sent(response: Response, to: str) -> Response:
        response.headers["Location"] = to
        return response

    old = put(app, "accounts.sign_in", view)


@hole("traversal", "/help/paper")
def file_by_the_name_in_an_address(app: Flask) -> None:
    def paper() -> Response:
        path = Path(app.root_path) / request.args.get("name", "")
        return Response(path.read_text() if path.is_file() else "", content_type="text/plain; charset=utf-8")

    app.add_url_rule("/help/paper", "twin.paper", public(paper))
    put_below(app, "help.manual", lambda: '<a href="/help/paper?name=words.py">-</a>')


@hole("host", "/help/questions")
def link_to_whatever_host_was_asked_for(app: Flask) -> None:
    put_below(app, "help.questions", lambda: f'<a href="{request.host_url}">-</a>')


@hole("private", "/home")
def coordinators_of_all_LAOs(app: Flask) -> None:
    put_below(app, "profile.home", lambda: str(escape(db.session.scalars(select(Profile.contact_name)).all())))


def as_its_owner(app: Flask, endpoint: str) -> None:
    """Whoever asks is taken for the LAO whose project it is."""

    def view(project_id: int, **given: Any) -> Any:
        of = select(Account.id).join(Project, Project.organisation_id == Account.organisation_id)
        if owner := db.session.scalar(of.where(Project.id == project_id)):
            g._login_user = actor_of(owner)
        return old(project_id=project_id, **given)

    old = put(app, endpoint, view)


@hole("foreign read", "/projects/")
def page_of_a_project_for_any_LAO(app: Flask) -> None:
    as_its_owner(app, "projects.open_project")


@hole("foreign write", "/reporting/")
def report_by_any_LAO(app: Flask) -> None:
    as_its_owner(app, "reporting.save_report")


@hole("extra field", "/projects/")
def column_that_no_form_has(app: Flask) -> None:
    def view(project_id: int) -> Any:
        answer = old(project_id=project_id)
        columns = {name: value for name, value in request.form.items() if name == "name_sort"}
        mine = (Project.id == project_id, Project.organisation_id == actor().organisation_id)
        with transaction():
            db.session.execute(update(Project).where(*mine).values(columns))
        return answer

    old = put(app, "projects.edit_project", view)


@hole("kept", "/public")
def kept_page_with_words_of_whoever_asked_first(app: Flask) -> None:
    class Careless(PageCache):
        def put(self, key: Any, kept: Kept) -> None:
            said = f"{request.headers.get('X-Forwarded-Host')}{request.args}{get_flashed_messages()}"
            super().put(key, kept._replace(body=kept.body + said.encode()))

    app.extensions["public-pages"] = Careless()


@hole("outlives", "/logout")
def session_that_outlives_signing_out(app: Flask) -> None:
    def view() -> Response:
        sessions.leave()
        return redirect("/login")

    put(app, "accounts.logout", view)


@hole("unproved", "/nacc/accounts/")
def deed_that_asks_for_no_proof(app: Flask) -> None:
    def view(**given: Any) -> Any:
        return old(**given)

    old = put(app, "nacc_accounts.hand_over", view, asks_proof=False)
