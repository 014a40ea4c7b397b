"""Reads of the second factors of an account."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select

from app.db import db, table
from app.mails.queries import WAITS
from app.mails.rules import SIGN_IN_CODE
from app.models import MailLog, Profile, SecondFactor
from app.models.enums import FactorKind

_F, _M, _P = (table(model).c for model in (SecondFactor, MailLog, Profile))


class FactorLine(NamedTuple):
    """A factor as its owner sees it."""

    id: int
    kind: FactorKind
    name: str
    added_at: datetime
    used_at: datetime | None


def factors_of(account_id: int) -> list[FactorLine]:
    """Apps and passkeys, the first one added first."""
    columns = (_F.id, _F.kind, _F.name, _F.added_at, _F.used_at)
    wanted = select(*columns).where(_F.account_id == account_id, _F.kind != FactorKind.RECOVERY).order_by(_F.id)
    return [FactorLine(*row) for row in db.session.execute(wanted)]


def recovery_codes_left(account_id: int) -> int:
    codes = _F.account_id == account_id, _F.kind == FactorKind.RECOVERY
    return db.session.scalar(select(func.count()).select_from(table(SecondFactor)).where(*codes)) or 0


def passkeys_of(account_id: int) -> list[str]:
    """Credential ids, in base64url."""
    wanted = _F.account_id == account_id, _F.kind == FactorKind.PASSKEY
    return list(db.session.scalars(select(_F.credential_id).where(*wanted).order_by(_F.id)))


def codes_mailed(organisation_id: int, since: datetime) -> int:
    """How many codes for a sign-in the LAO was owed after `since`."""
    wanted = _M.kind == SIGN_IN_CODE, _M.organisation_id == organisation_id, _M.queued_at > since
    return db.session.scalar(select(func.count()).select_from(table(MailLog)).where(*wanted)) or 0


def is_held_up(mail_id: int) -> bool:
    """Whether a mail waits for a server that did not take it, or was out of reach when it was last asked."""
    told = WAITS, _M.error != "", or_(_M.id == mail_id, _M.next_try_at.is_(None))
    return bool(db.session.scalar(select(exists().where(*told))))


def email_of(organisation_id: int) -> str:
    return db.session.scalar(select(_P.email).where(_P.organisation_id == organisation_id)) or ""
