"""The internal note on a project or an LAO: HTTP only."""

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.conflicts import Conflict
from app.db import transaction
from app.errors import NOTHING_CHANGED, Stale
from app.history.queries import who_was_first
from app.listing import query_of
from app.models.enums import Entity
from app.nacc.notes import operations, queries
from app.nacc.notes.forms import NoteForm
from app.nacc.notes.queries import Noted

blueprint = Blueprint("notes", __name__, url_prefix="/nacc/notes")


@blueprint.get("/projects/<int:project_id>")
@requires(Permission.REVIEW)
def open_of_project(project_id: int) -> Response:
    return _opened(queries.noted_project(actor(), project_id))


@blueprint.post("/projects/<int:project_id>")
@requires(Permission.REVIEW)
def write_of_project(project_id: int) -> Response:
    return _written(queries.noted_project(actor(), project_id))


@blueprint.get("/organisations/<int:organisation_id>")
@requires(Permission.REVIEW)
def open_of_lao(organisation_id: int) -> Response:
    return _opened(queries.noted_lao(actor(), organisation_id))


@blueprint.post("/organisations/<int:organisation_id>")
@requires(Permission.REVIEW)
def write_of_lao(organisation_id: int) -> Response:
    return _written(queries.noted_lao(actor(), organisation_id))


def _opened(about: Noted) -> Response:
    note = queries.note_on(about)
    return _note_page(about, NoteForm(formdata=None, data=note and {"text": note.text, "version": note.version}))


def _note_page(about: Noted, form: NoteForm, status: int = 200, conflict: Conflict | None = None) -> Response:
    text = render_template(
        "nacc/notes/page.html",
        about=about,
        note=queries.note_on(about),
        form=form,
        conflict=conflict,
        here=_with_query(request.path),
        back=_with_query(about.page),
    )
    return make_response(text, status)


def _with_query(path: str) -> str:
    """With the filter of the queue that the note was opened from."""
    return f"{path}?{query_of(request.args)}".rstrip("?")


def _written(about: Noted) -> Response:
    form = NoteForm()
    if not form.validate():
        return _note_page(about, form, 422)
    try:
        with transaction():
            saved = operations.write_note(actor(), about, form.text.data or "", form.version.data or 0, clock.now())
    except Stale:
        return _note_page(about, form, 422, _both_notes(about, form))
    flash(*(("บันทึกภายในแล้ว เห็นเฉพาะ ป.ป.ช.", "ok") if saved else (NOTHING_CHANGED, "info")))
    return redirect(_with_query(about.page), 303)


def _both_notes(about: Noted, form: NoteForm) -> Conflict:
    """What was typed beside what stands there now. Sent again, what was typed is saved."""
    kept = queries.note_on(about)
    form.version.data = kept.version if kept else 0
    first = who_was_first(actor(), Entity.NOTE, about.key, about.organisation_id)
    return Conflict(f"บันทึกนี้{first}", form.differences({"text": kept.text if kept else ""}))
