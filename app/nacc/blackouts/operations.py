"""Taking personal details out, for good and everywhere: that something stood there stays provable."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.access import Actor
from app.accounts.operations import forget_traces_of, shut_out
from app.db import db, table
from app.errors import NotTheirs, Refusal
from app.history.operations import record
from app.ledger.operations import forget_person, forget_text, place_everything
from app.ledger.rules import BLACKED_OUT, ERASED
from app.models import Account, HistoryEntry, Project, Report
from app.models.enums import Action, Entity, Role
from app.nacc.administration.queries import active_administrators
from app.nacc.administration.rules import lock_problem
from app.nacc.blackouts.rules import NOTHING_THERE, OF_REPORTS, BlackedText
from app.words import thai_sort_key

_P, _R, _H = (table(model).c for model in (Project, Report, HistoryEntry))


def black_out(actor: Actor, project_id: int, what: BlackedText, reason: str, now: datetime) -> None:
    """Put ■■■ in place of a text, in the tables and in everything the history tells of it.

    The log keeps the hash of what stood there, and loses the salt. Raises NotTheirs; Refusal where there is no text.
    """
    place_everything()  # what is in the log keeps its hash; nothing of the old text may come in later
    project = db.session.get(Project, project_id, with_for_update=True, populate_existing=True)
    if project is None:
        raise NotTheirs
    told = _black_out_reports(project, what) if what in OF_REPORTS else _black_out_project(project, what)
    if not told:
        raise Refusal(NOTHING_THERE, "what")
    forget_text(_entries_of(project_id, what), what.value)
    for entity, key in told:
        record(
            actor,
            Action.BLACK_OUT,
            entity,
            key,
            organisation_id=project.organisation_id,
            after={what.value: BLACKED_OUT},
            reason=reason,
            at=now,
        )


def _black_out_project(project: Project, what: BlackedText) -> list[tuple[Entity, str]]:
    if getattr(project, what.value) == BLACKED_OUT:
        return []
    sort = {"name_sort": thai_sort_key(BLACKED_OUT)} if what is BlackedText.NAME else {}
    changed = update(table(Project)).where(_P.id == project.id)
    db.session.execute(changed.values({what.value: BLACKED_OUT, "version": _P.version + 1, **sort}))
    return [(Entity.PROJECT, str(project.id))]


def _black_out_reports(project: Project, what: BlackedText) -> list[tuple[Entity, str]]:
    text = _R[what.value]
    changed = db.session.execute(
        update(table(Report))
        .where(_R.project_id == project.id, text.is_not(None), text.not_in(["", BLACKED_OUT]))
        .values({what.value: BLACKED_OUT, "version": _R.version + 1})
        .returning(_R.fiscal_year, _R.round)
    ).all()
    return [(Entity.REPORT, f"{project.id}/{year}/{round_}") for year, round_ in sorted(changed)]


def _entries_of(project_id: int, what: BlackedText) -> Sequence[int]:
    """The history entries that may tell of the text: also of a year the project no longer runs in."""
    if what in OF_REPORTS:
        mine = [_H.entity == Entity.REPORT.value, _H.entity_key.like(f"{project_id}/%")]
    else:
        mine = [_H.entity == Entity.PROJECT.value, _H.entity_key == str(project_id)]
    return db.session.scalars(select(_H.id).where(*mine)).all()


def erase_person(actor: Actor, username: str, reason: str, now: datetime) -> None:
    """Take a staff member's name out of the system, for good: what they did stays, under a pseudonym nobody resolves.

    Their account can never be used again. Raises NotTheirs; Refusal for the last administrator and who asks.
    """
    place_everything()  # what they did has its pseudonym before that is nobody's any more
    account = db.session.scalar(select(Account).where(Account.username == username).with_for_update())
    if account is None:
        raise NotTheirs
    last = active_administrators()
    if problem := lock_problem(account.id == actor.account_id, last, account.role is Role.ADMINISTRATOR):
        raise Refusal(problem)
    shut_out(account, now)
    forget_traces_of(account.id)
    account.display_name, account.username = ERASED, f"erased-{account.id}"
    account.password_hash, account.locked_at = None, now
    db.session.flush()
    record(actor, Action.ERASE, Entity.ACCOUNT, forget_person(account.id), reason=reason, at=now)
