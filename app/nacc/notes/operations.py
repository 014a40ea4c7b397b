"""Writing an internal note. The history tells NACC who did and when, and never the words: so they can go for good."""

from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.db import db, write
from app.history.operations import record
from app.models import InternalNote
from app.models.enums import Action, Entity
from app.nacc.notes.queries import Noted


def write_note(actor: Actor, about: Noted, text: str, version: int, now: datetime) -> bool:
    """Put `text` in the place of the note on what was read for the actor; False where it stands there already.

    Raises Stale at the commit where somebody was first.
    """
    kept = db.session.scalar(select(InternalNote).filter_by(**about.column).with_for_update())
    if kept is None and not text:
        return False
    facts = {"text": text, "changed_at": now, "changed_by_id": actor.own_account_id}
    if kept is None:
        db.session.add(InternalNote(**about.column, **facts))
        db.session.flush()
    elif kept.text == text:
        return kept.version != version  # a double click: the first one saved it
    else:
        write(kept, version, **facts)
    record(actor, Action.WRITE_NOTE, Entity.NOTE, about.key, organisation_id=about.organisation_id, at=now)
    return True
