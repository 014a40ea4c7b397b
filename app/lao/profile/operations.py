"""Saving the profile; at the first login this also claims the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, update

from app.access import Actor
from app.accounts.operations import change_password, claim, owe_word
from app.db import db, table, write
from app.history.operations import record
from app.lao.profile import queries
from app.ledger.operations import forget_text, place_everything
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

    Only what was replaced before that moment. The log keeps the hash of what stood there, and loses the salt.
    """
    place_everything()  # what is in the log keeps its hash; nothing of the old details may come in later
    former = queries.former_details(organisation_id, replaced_before)
    for each in former:
        forget_text([each.entry_id], each.name, (each.side,))
    addresses = {each.text for each in former if each.name == "email"}
    theirs = _M.organisation_id == organisation_id, _M.to_address.in_(addresses)
    db.session.execute(delete(table(MailLog)).where(*theirs, WAITS))
    db.session.execute(update(table(MailLog)).where(*theirs).values(to_address=BLACKED_OUT))
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
        _tell_the_old_address(own, before["email"], after["email"], new_password, now)
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


def _tell_the_old_address(own: int, old: str, new: str, new_password: bool, now: datetime) -> None:
    """Whoever has the account should hear of what takes it away, where the mail went until now."""
    if not old:
        return
    if new_password:
        owe_word(NEW_PASSWORD, own, old, now)
    if old.lower() != new.lower():
        owe_word(NEW_EMAIL, own, old, now)
