"""Saving the profile; at the first login this also claims the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.access import Actor
from app.accounts.operations import change_password, claim
from app.db import db
from app.errors import Stale
from app.history.operations import record
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
    "website",
)


def save_profile(
    actor: Actor, values: Mapping[str, Any], version: int, password_hash: str | None, now: datetime
) -> int | None:
    """Save the profile, and the password where one is given. Gives the new session epoch, or None without one.

    Raises Stale where somebody else saved first, Refusal where the account was claimed meanwhile.
    """
    epoch = None
    if password_hash is not None:  # first: who claims too late must not be shown what the other one filled in
        epoch = (claim if actor.claiming else change_password)(actor, password_hash, now)
    profile = db.session.get(Profile, actor.own_organisation_id, with_for_update=True)
    before = {name: getattr(profile, name) for name in FIELDS} if profile else None
    after = {name: values[name] for name in FIELDS}
    if before == after:
        return epoch  # also what a double submit comes to
    if profile is None:
        profile = Profile(organisation_id=actor.own_organisation_id, version=0)
    elif profile.version != version:
        raise Stale
    for name, value in after.items():
        setattr(profile, name, value)
    profile.updated_at, profile.version = now, profile.version + 1
    db.session.add(profile)
    db.session.flush()
    record(
        actor,
        Action.EDIT if before else Action.FILL,
        Entity.PROFILE,
        profile.organisation_id,
        organisation_id=profile.organisation_id,
        before=before,
        after=after,
        at=now,
    )
    return epoch
