"""The review desk: HTTP only."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, Permission, actor, requires
from app.db import transaction
from app.errors import Refusal, Stale
from app.history.queries import who_was_first
from app.listing import Choice, Pager, number
from app.models.enums import Entity
from app.nacc.desk.pages import NOTHING_LEFT, chosen_rows, filter_choices, in_menu, kept_for_a_moment, with_own_province
from app.nacc.desk.queries import PAGE_SIZE, filter_words
from app.nacc.desk.rules import MOST_IN_A_FILE
from app.nacc.review import operations, queries, workbooks
from app.nacc.review.details import review_detail
from app.nacc.review.forms import VerdictForm, queue_of
from app.nacc.review.rules import ReviewQueue, Verdict
from app.nacc.second_person.proposing_pages import DoneOrProposed, done_or_proposed
from app.nacc.second_person.queries import dropped_at
from app.spreadsheets import excel
from app.web import answer, attachment, nothing_chosen, sent_moment

blueprint = Blueprint("review", __name__)


@blueprint.app_template_global()
@in_menu
def waiting_reviews() -> int:
    """How many projects wait for the actor: the number in the menu."""
    return kept_for_a_moment("waiting reviews", lambda: queries.queue_count(actor(), ReviewQueue(), clock.now()))


def asked_queue() -> ReviewQueue:
    return with_own_province(queue_of(request.args))


def _review_desk(
    queue: ReviewQueue, project_id: int | None, status: int = 200, form: VerdictForm | None = None
) -> Response:
    """The queue with one project open: the asked one, else the first."""
    who, now = actor(), clock.now()
    rows, total = queries.queue_rows(who, queue, now), queries.queue_count(who, queue, now)
    opened = project_id is not None
    if project_id is None and rows:
        project_id = rows[0].id
    before, after = queries.neighbours(who, queue, project_id, now) if project_id else (None, None)
    undo = request.args.get("undo", "")
    return answer(
        "nacc/review/page.html",
        "nacc/review/_desk.html",
        status,
        rows=rows,
        opened=opened,
        problem=form is not None,
        words=filter_words(queue),
        pager=Pager(queue.page, total, PAGE_SIZE),
        project=review_detail(who, project_id) if project_id else None,
        before=before,
        after=after,
        form=form or VerdictForm(formdata=None),
        reasons=queries.rejection_reasons(),
        undo=undo,
        dropped=_dropped(who, undo),
        proposed=number(request.args.get("proposed", ""), 0),
        decided=number(request.args.get("decided", ""), 0),
        dimensions=queries.queue_dimensions(queue),
        **filter_choices(queue),
    )


def _dropped(who: Actor, undo: str) -> int:
    """How many proposals of others fell with the decision that can be undone."""
    try:
        at = datetime.fromisoformat(undo)
    except ValueError:
        return 0
    return dropped_at(who, at) if at.tzinfo else 0


@blueprint.get("/nacc/review")
@requires(Permission.REVIEW)
def desk() -> Response:
    return _review_desk(asked_queue(), None)


@blueprint.get("/nacc/review/table.<any(xlsx, csv):file>")
@requires(Permission.REVIEW)
def queue_file(file: str) -> Response:
    who, queue, now = actor(), asked_queue(), clock.now()
    if queries.queue_count(who, queue, now) > MOST_IN_A_FILE:
        flash(f"มีมากกว่า {MOST_IN_A_FILE:,} โครงการ เลือกจังหวัดหรือตัวกรองอื่นก่อน หรือใช้ไฟล์ส่งออก", "warn")
        return redirect(f"/nacc/review?{queue.query()}", 303)
    return attachment(
        f"โครงการ {queue.status.label}", file, excel.file_content(file, workbooks.queue_file(who, queue, now))
    )


@blueprint.get("/nacc/review/<int:project_id>")
@requires(Permission.REVIEW)
def open_project(project_id: int) -> Response:
    return _review_desk(asked_queue(), project_id)


@blueprint.post("/nacc/review/<int:project_id>")
@requires(Permission.REVIEW)
def decide(project_id: int) -> Response:
    who, queue, now = actor(), asked_queue(), clock.now()
    form = VerdictForm()
    _before, after = queries.neighbours(who, queue, project_id, now)
    if form.validate():
        reason = form.full_reason(queries.rejection_reasons())
        try:
            outcome = done_or_proposed(lambda: _say(who, project_id, form, reason, now))
        except Stale:
            lao = review_detail(who, project_id).organisation_id
            first = who_was_first(who, Entity.PROJECT, project_id, lao)
            form.refuse(Refusal(f"โครงการนี้{first} ด้านล่างเป็นข้อมูลล่าสุด อ่านแล้วพิจารณาอีกครั้ง"))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _onward(queue, project_id if form.change.data else after, now, outcome)
    return _review_desk(queue, project_id, 422, form)


def _say(who: Actor, project_id: int, form: VerdictForm, reason: str, now: datetime) -> int:
    """The word the form brings: the first one on a project that waits, or another one than was given before."""
    say = operations.change_verdict if form.change.data else operations.decide
    return say(who, project_id, form.version.data or 0, form.verdict.data, reason, now)


def _onward(queue: ReviewQueue, project_id: int | None, decided_at: datetime, outcome: DoneOrProposed) -> Response:
    """To the next project, with the way back to the decision just made; a proposal leads to it, too."""
    path = f"/nacc/review/{project_id}" if project_id else "/nacc/review"
    said = {"undo": decided_at.isoformat(), "decided": outcome.done} if not outcome.proposed else {}
    return redirect(f"{path}?{queue.query(**said, proposed=outcome.proposed)}", 303)


@blueprint.get("/nacc/review/many")
@requires(Permission.REVIEW)
def ask_many() -> str | Response:
    queue, choice = asked_queue(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/review?{queue.query()}")
    return _many_verdicts_page(queue, VerdictForm(formdata=None), choice)


def _many_verdicts_page(queue: ReviewQueue, form: VerdictForm, choice: Choice) -> str:
    who, ids, now = actor(), list(choice.ids), clock.now()
    total = len(queries.waiting(who, ids)) if ids else queries.queue_count(who, queue, now)
    return render_template(
        "nacc/review/many.html",
        asked=queue,
        choice=choice,
        total=total,
        named=queries.named_first(who, queue, ids, now),
        form=form,
        reasons=queries.rejection_reasons(),
        words=filter_words(queue),
    )


@blueprint.post("/nacc/review/many")
@requires(Permission.REVIEW)
def decide_many() -> Response | tuple[str, int]:
    who, queue, now = actor(), asked_queue(), clock.now()
    form, choice = VerdictForm(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/review?{queue.query()}")
    if form.validate():
        reason = form.full_reason(queries.rejection_reasons())
        verdict: Verdict = form.verdict.data
        try:
            if choice.ids:
                ids = list(choice.ids)
                outcome = done_or_proposed(lambda: operations.decide_chosen(who, ids, verdict, reason, now))
            else:
                said = form.expected.data or 0
                outcome = done_or_proposed(lambda: operations.decide_all(who, queue, said, verdict, reason, now))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _onward(queue, None, now, outcome)
    return _many_verdicts_page(queue, form, choice), 422


@blueprint.post("/nacc/review/take-back")
@requires(Permission.REVIEW)
def take_back() -> Response:
    queue = asked_queue()
    decided_at = sent_moment()
    with transaction():
        returned = operations.take_back(actor(), decided_at, clock.now())
    said = f"เลิกทำแล้ว {returned:,} โครงการกลับไปรอพิจารณา"
    flash(said if returned else NOTHING_LEFT, "ok" if returned else "info")
    return redirect("/nacc/deeds" if request.form.get("back") == "deeds" else f"/nacc/review?{queue.query()}", 303)
