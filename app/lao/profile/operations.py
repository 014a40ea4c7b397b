"""Saving the profile; at the first login this also claims the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from app.access import Actor
from app.accounts.operations import change_password, claim, owe_word
from app.db import db, write
from app.history.operations import record
from app.mails.rules import NEW_EMAIL, NEW_PASSWORD
from app.models import Profile
from app.models.enums import Action, Entity

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
