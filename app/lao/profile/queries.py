"""Reads of the LAO's own profile and place."""

from app.access import Actor
from app.db import db
from app.models import Profile
from app.registry.queries import RegistryPlace, place_of


def place(actor: Actor) -> RegistryPlace:
    return place_of(actor.own_organisation_id)


def profile(actor: Actor) -> Profile | None:
    """The LAO's profile; None before its first login is done."""
    return db.session.get(Profile, actor.own_organisation_id)
