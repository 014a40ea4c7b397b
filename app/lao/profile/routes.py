"""The LAO's profile and its home page."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, Permission, actor, requires
from app.accounts import proof, sessions
from app.accounts.operations import prepare_password
from app.conflicts import Conflict, together
from app.db import transaction
from app.deeds import note_save, own_version
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.lao.profile import jobs as _jobs  # noqa: F401 - the worker's duty
from app.lao.profile import operations, queries, workbooks
from app.lao.profile.forms import ProfileForm
from app.lao.profile.operations import FIELDS
from app.lao.projects.queries import review_counts
from app.lao.reporting.counts import recorded_by_year, round_summary
from app.lao.signs.queries import own_signs
from app.lao.tasks.queries import other_tasks, sent
from app.lao.tasks.rules import due
from app.listing import ListState
from app.models.enums import Entity, Round
from app.plans.asked import year_asked
from app.plans.queries import current_period, period_of, periods, window_for, year_gates
from app.plans.rules import open_years
from app.spreadsheets import excel
from app.web import answer, attachment

TOLD_FOR = timedelta(days=30)
blueprint = Blueprint("profile", __name__)


@blueprint.get("/profile")
@requires(Permission.PROFILE, Permission.CLAIM)
def profile() -> Response:
    who = actor()
    kept, version = _kept()
    form = ProfileForm(formdata=None, claiming=who.claiming, owner=proof.password_for(who), data=kept)
    form.open(kept, version)
    return _page(form)


def _kept() -> tuple[dict[str, Any], int]:
    """The profile as it stands, and its version; before the first login is done there is none."""
    row = queries.profile(actor())
    return ({name: getattr(row, name) for name in FIELDS}, row.version) if row else ({}, 0)


def _page(form: ProfileForm, status: int = 200, conflict: Conflict | None = None) -> Response:
    who = actor()
    period = current_period(clock.fiscal_year(clock.now()))
    return make_response(
        render_template(
            "lao/profile/page.html",
            form=form,
            place=queries.place(who),
            claiming=who.claiming,
            first_year=period.first_year,
            conflict=conflict,
        ),
        status,
    )


@blueprint.get("/profile/personal.<any(xlsx, csv):file>")
@requires(Permission.PROFILE)
def personal_file(file: str) -> Response:
    """What is kept of the LAO's coordinators, today's and former ones."""
    return attachment("ข้อมูลส่วนบุคคล", file, excel.file_content(file, workbooks.personal_file(actor(), clock.now())))


@blueprint.post("/profile")
@requires(Permission.PROFILE, Permission.CLAIM)
def save_profile() -> Response:
    who = actor()
    form = ProfileForm(claiming=who.claiming, owner=proof.password_for(who))
    conflict = None
    if form.validate():
        typed, version = form.password.data, own_version(form.sealed, form.version.data or 0)
        try:
            password_hash = _new_password(who, form, version)
            with transaction():
                saved = operations.save_profile(who, form.values(), version, password_hash, clock.now())
                begun = _begin_anew(who) if saved.new_password else None
        except Stale:
            conflict = _both_windows(form)
            if not conflict.differences and not typed:
                return _after_save(operations.Saved(new_password=False, changed=False), form.amounts, "/profile")
        except Refusal as refusal:
            form.refuse(refusal)
            return proof.told_to_wait(_page(form, 422), refusal)
        else:
            if begun:
                sessions.enter(begun)
            done = _after_save(saved, form.amounts, "/home" if who.claiming else "/profile")
            if saved.changed:
                note_save(form.sealed, version)
            return done
    return _page(form, 422, conflict)


def _new_password(who: Actor, form: ProfileForm, version: int) -> str | None:
    """The hash of the new password, where one was typed. Raises Refusal where the present one is needed, and wrong."""
    typed = form.password.data
    if not who.claiming and (typed or _moves_mail(form, version)):
        proof.prove_again(who, form.current.data or "")
    return prepare_password(typed, form.owner) if typed else None


def _moves_mail(form: ProfileForm, version: int) -> bool:
    """Whether saving would let mail, and so links for new passwords, go elsewhere. A stale form saves nothing."""
    kept, now_version = _kept()
    return version == now_version and form.email.data != kept["email"]


def _both_windows(form: ProfileForm) -> Conflict:
    """Let the form show what this window changed on top of what was saved meanwhile: sent again, that is saved."""
    who, (theirs, version), typed = actor(), _kept(), form.values()
    both = together(form.sealed, theirs, typed)
    taken = [form[name].label.text for name in FIELDS if both[name] != typed[name]]
    form.show_instead(both, theirs, version)
    first = who_was_first(who, Entity.PROFILE, who.own_organisation_id, who.organisation_id)
    return Conflict(f"ข้อมูลพื้นฐานนี้{first}", form.differences(theirs), taken)


def _begin_anew(who: Actor) -> Actor:
    """The new password has ended every session: this browser goes on in a new one."""
    return sessions.begin(replace(who, claiming=False), clock.now())


def _after_save(saved: operations.Saved, amounts: str, led_to: str) -> Response:
    anew = "ตั้งรหัสผ่านใหม่แล้ว และ" if saved.new_password else ""
    flash(*((f"{anew}บันทึกข้อมูลพื้นฐานแล้ว: {amounts}", "ok") if saved.changed else (NOTHING_CHANGED, "info")))
    return redirect(led_to)


@blueprint.get("/home")
@requires(Permission.HOME)
def home() -> Response:
    who, now = actor(), clock.now()
    gates = year_gates(who)
    year = year_asked(gates)
    period = period_of(year) or current_period(year)
    summaries = {round_: round_summary(who, year, round_) for round_ in Round}
    windows = {round_: window_for(who.own_organisation_id, year, round_) for round_ in Round}
    whole = [round_ for round_, each in summaries.items() if each.counts.total and not each.counts.waiting]
    return answer(
        "lao/profile/home.html",
        "lao/profile/_home.html",
        place=queries.place(who),
        year=year,
        period=period,
        periods=periods(),
        gates=[gate for gate in gates if gate.year in period.years],
        gate=next(gate for gate in gates if gate.year == year),
        because=queries.failed_because(who, year),
        changed=queries.changed_verdicts(who, now - TOLD_FOR),
        summaries=summaries,
        focus=max((each for each in Round if summaries[each].counts.reported), default=min(Round)),
        windows=windows,
        due={round_: due(window, now) for round_, window in windows.items()},
        sent={round_: sent(who, year, round_) for round_ in whole},
        other_tasks=[(task, due(task.window, now)) for task in other_tasks(who, {*open_years(gates)} - {year}, now)],
        signs={round_: own_signs(who, windows[round_]) for round_ in Round if summaries[round_].counts.reported},
        review=review_counts(who, ListState(year=year)),
        elsewhere=[] if summaries[min(Round)].counts.total else recorded_by_year(who),
        now=now,
    )
