"""Saving the profile; at the first login this also claims the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, false, func, or_, update

from app.access import Actor
from app.accounts.links.operations import spend_links
from app.accounts.operations import change_password, claim, owe_word
from app.db import db, table, write
from app.history.operations import record
from app.lao.profile import queries
from app.ledger.operations import forget_text
from app.ledger.rules import BLACKED_OUT
from app.mails.queries import WAITS
from app.mails.rules import NEW_EMAIL, NEW_PASSWORD
from app.models import MailLog, Profile
from app.models.enums import Action, Entity

_M = table(MailLog).c
FIELDS = (
    "size",
    "address",
    "area_km2",
    "population",
    "income_own",
    "income_subsidy",
    "executive_name",
    "clerk_name",
    "contact_name",
    "contact_position",
    "contact_department",
    "phone",
    "mobile",
    "fax",
    "email",
    "mail_notices",
    "website",
)


def forget_former_contacts(
    actor: Actor, organisation_id: int, reason: str, replaced_before: datetime, now: datetime
) -> int:
    """Take who no longer stands in the profile out of the history and the log of mails; gives how many details.

    Only what was replaced before that moment. The public log never told of profiles.
    """
    former = queries.former_details(organisation_id, replaced_before)
    for each in former:
        forget_text([each.entry_id], each.name, (each.side,))
    for address in {each.text.lower() for each in former if each.name == "email"}:
        _forget_mails_to(address, organisation_id)
    if former:
        record(
            actor,
            Action.ERASE,
            Entity.PROFILE,
            organisation_id,
            organisation_id=organisation_id,
            reason=reason,
            at=now,
        )
    return len(former)


def _forget_mails_to(address: str, organisation_id: int) -> None:
    """The LAO's own, and those somebody asked for by typing the address, which are for no LAO.

    Both are kept where it is today's address still: the LAO's in other letters, or of another LAO that shares it.
    """
    laos = queries.laos_at(address)
    whose = [] if organisation_id in laos else [_M.organisation_id == organisation_id]
    whose += [] if laos else [_M.organisation_id.is_(None)]
    theirs = or_(false(), *whose)
    to_it, of_it = func.lower(_M.to_address) == address, func.lower(_M.error).contains(address, autoescape=True)
    mails = table(MailLog)
    db.session.execute(delete(mails).where(theirs, to_it, WAITS))
    db.session.execute(update(mails).where(theirs, of_it).values(error=BLACKED_OUT))
    db.session.execute(update(mails).where(theirs, to_it).values(to_address=BLACKED_OUT))


class Saved(NamedTuple):
    """What saving came to: `new_password` where one was set, `changed` where anything was written."""

    new_password: bool
    changed: bool


def save_profile(
    actor: Actor, values: Mapping[str, Any], version: int, password_hash: str | None, now: datetime
) -> Saved:
    """Save the profile, and the password where one is given.

    Raises Refusal where the account was claimed meanwhile; Stale at the commit where the profile was saved meanwhile.
    """
    new_password = password_hash is not None
    if password_hash is not None:  # first: who claims too late must not be shown what the other one filled in
        (claim if actor.claiming else change_password)(actor, password_hash, now)
    own = actor.own_organisation_id
    profile = db.session.get(Profile, own, with_for_update=True)
    before = {name: getattr(profile, name) for name in FIELDS} if profile else None
    after = {name: values[name] for name in FIELDS}
    if before and not actor.claiming:
        moved = before["email"].lower() != after["email"].lower()
        if moved:
            spend_links(actor.own_account_id, now)  # the mails that brought them lie in the old mailbox
        _tell_the_old_address(own, before["email"], now, new_password=new_password, moved=moved)
    if profile is None:
        db.session.add(Profile(organisation_id=own, updated_at=now, **after))
        db.session.flush()
    elif before == after:  # a double click is no "nothing changed": the first one saved it
        return Saved(new_password, new_password or profile.version != version)
    else:
        write(profile, version, updated_at=now, **after)
    action = Action.EDIT if before else Action.FILL
    record(actor, action, Entity.PROFILE, own, organisation_id=own, before=before, after=after, at=now)
    return Saved(new_password, changed=True)


def _tell_the_old_address(own: int, old: str, now: datetime, *, new_password: bool, moved: bool) -> None:
    """Whoever has the account should hear of what takes it away, where the mail went until now."""
    if not old:
        return
    if new_password:
        owe_word(NEW_PASSWORD, own, old, now)
    if moved:
        owe_word(NEW_EMAIL, own, old, now)
