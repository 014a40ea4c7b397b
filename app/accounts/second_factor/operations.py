"""Deeds on second factors: adding and removing them, and proving by one. No secret and no code reaches the history."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

import pyotp
from sqlalchemy import delete, or_, select, update

from app.access import Actor
from app.accounts.operations import Unproved, end_sessions_of, forget_factors, owe_word
from app.accounts.rules import fingerprint
from app.accounts.second_factor import passkeys, queries
from app.accounts.second_factor.rules import (
    DIGITS,
    HOUR,
    MAILS_AN_HOUR,
    MOST_FACTORS,
    RECOVERY_CODES,
    mail_code,
    matching_step,
    read_code,
    recovery_code,
    sealed,
    unsealed,
)
from app.clock import thai_day
from app.db import db, table
from app.errors import NotTheirs, Refusal
from app.history.operations import record
from app.mails.rules import NEW_FACTOR, SIGN_IN_CODE
from app.models import Account, MailLog, SecondFactor
from app.models.enums import Action, EndedBecause, Entity, FactorKind, FailedBecause

_F = table(SecondFactor).c
WRONG = "รหัสไม่ถูกต้อง หรือใช้ไปแล้ว ถ้าใช้แอป รอให้แอปแสดงรหัสใหม่แล้วลองอีกครั้ง"
WRONG_KEY = "แอปที่เพิ่มไว้ใช้ไม่ได้แล้ว ใช้รหัสสำรองหรือพาสคีย์ หากไม่มี ให้ผู้ดูแลระบบหรือ ป.ป.ช. ประจำจังหวัดลบขั้นที่สองให้"
WRONG_MAILED = "รหัสไม่ถูกต้อง ดูรหัสล่าสุดในอีเมล หรือเริ่มเข้าสู่ระบบใหม่เพื่อขอรหัสใหม่"
WRONG_PASSKEY = "พาสคีย์นี้ใช้กับบัญชีนี้ไม่ได้ หรือหน้านี้เปิดค้างไว้นานเกินไป ลองอีกครั้ง"


class FactorQuestion(NamedTuple):
    """What was asked of an account, and when. `words`: the text that stands for it on the page, which a passkey signs.

    `mail_id`: of the mail that brought a code, 0 where none did.
    """

    account_id: int
    at: datetime
    words: str
    mail_id: int = 0


class Wrong(Unproved):
    """The second factor proved nothing: says so beside `field`."""

    def __init__(self, message: str, account_id: int, field: str) -> None:
        super().__init__(FailedBecause.WRONG_SECOND, account_id)
        self.message, self.field = message, field


def prove(question: FactorQuestion, code: str, passkey: str, secret_key: str, now: datetime) -> None:
    """Prove by a code of an app, of paper or of a mail, or by a passkey. Nothing proves twice. Raises Wrong."""
    if passkey:
        if not _by_passkey(question, passkey, now):
            raise Wrong(WRONG_PASSKEY, question.account_id, "passkey")
        return
    typed = read_code(code)
    if question.mail_id:
        if not _by_mail(question, typed, secret_key, now):
            raise Wrong(WRONG_MAILED, question.account_id, "second_code")
    elif not (
        _by_app(question.account_id, typed, secret_key, now)
        if len(typed) == DIGITS
        else _by_recovery_code(question.account_id, typed)
    ):
        raise Wrong(WRONG, question.account_id, "second_code")


def _by_app(account_id: int, code: str, secret_key: str, now: datetime) -> bool:
    wanted = select(_F.id, _F.secret).where(_F.account_id == account_id, _F.kind == FactorKind.APP)
    apps = [(id_, unsealed(kept, secret_key)) for id_, kept in db.session.execute(wanted)]
    if apps and not any(secret for _id, secret in apps):
        raise Wrong(WRONG_KEY, account_id, "second_code")
    for id_, secret in apps:
        step = matching_step(secret, code, now) if secret else None
        if step and _used(id_, now, step, _F.counter < step):
            return True
    return False


def _used(id_: int, now: datetime, counter: int, *unless: Any) -> bool:
    """Note that it proved; False where another request was first."""
    noted = update(table(SecondFactor)).where(_F.id == id_, *unless).values(used_at=now, counter=counter)
    return bool(db.session.execute(noted).rowcount)  # type: ignore[attr-defined]


def _by_recovery_code(account_id: int, code: str) -> bool:
    own = _F.account_id == account_id, _F.kind == FactorKind.RECOVERY, _F.secret == fingerprint(code)
    return bool(db.session.execute(delete(table(SecondFactor)).where(*own)).rowcount)  # type: ignore[attr-defined]


def _by_passkey(question: FactorQuestion, answer: str, now: datetime) -> bool:
    own = _F.account_id == question.account_id, _F.credential_id == passkeys.credential_id(answer)
    found = db.session.execute(select(_F.id, _F.secret, _F.counter).where(*own)).one_or_none()
    if found is None:
        return False
    counter = passkeys.signed(answer, question.words, found.secret, found.counter)
    # What it signed may not come twice: the second time it was used after the question.
    before = or_(_F.used_at.is_(None), _F.used_at <= question.at)
    return counter is not None and _used(found.id, now, counter, before)


def _by_mail(question: FactorQuestion, code: str, secret_key: str, now: datetime) -> bool:
    """Once: whoever has signed in since has used it, or needs it no more."""
    if not secrets.compare_digest(mail_code(secret_key, question.mail_id).encode(), code.encode()):
        return False
    unused = or_(Account.last_login_at.is_(None), Account.last_login_at <= question.at)
    used = update(Account).where(Account.id == question.account_id, unused).values(last_login_at=now)
    return bool(db.session.execute(used).rowcount)  # type: ignore[attr-defined]


def owe_code(organisation_id: int, now: datetime) -> int:
    """Owe a mail with a code to the LAO; gives its id. Raises Refusal where it has had enough, or has no address."""
    address = queries.email_of(organisation_id)
    if not address:
        raise Refusal("บัญชีนี้ไม่มีอีเมลผู้ประสานงาน จึงส่งรหัสไม่ได้ ติดต่อ ป.ป.ช. ประจำจังหวัดของท่าน")
    if queries.codes_mailed(organisation_id, now - HOUR) >= MAILS_AN_HOUR:
        raise Refusal(f"ส่งรหัสไปที่อีเมลแล้ว {MAILS_AN_HOUR} ครั้งใน 1 ชั่วโมง ดูในกล่องจดหมายและจดหมายขยะ หรือลองใหม่ภายหลัง")
    owed = MailLog(organisation_id=organisation_id, kind=SIGN_IN_CODE, to_address=address, day=thai_day(now))
    owed.queued_at = now
    db.session.add(owed)
    db.session.flush()
    return owed.id


def new_app_secret() -> str:
    """160 bits in base32, as RFC 4226 advises."""
    return pyotp.random_base32()


def add_app(actor: Actor, name: str, secret: str, code: str, secret_key: str, now: datetime) -> list[str]:
    """Take an app that shows the codes of `secret`; gives new recovery codes, where it is the first factor.

    So does the same app once more, as where a form is sent again: the codes of the first answer nobody may have seen.
    Raises Refusal beside `second_code` where it does not show them.
    """
    _hold(actor)
    apps = select(_F.secret).where(_F.account_id == actor.own_account_id, _F.kind == FactorKind.APP)
    if secret in {unsealed(kept, secret_key) for kept in db.session.scalars(apps)}:
        return new_recovery_codes(actor, now)
    step = matching_step(secret, read_code(code), now)
    if step is None:
        raise Refusal("รหัสจากแอปไม่ถูกต้อง ตรวจว่าเวลาของโทรศัพท์ตรง แล้วกรอกรหัสที่แสดงอยู่ตอนนี้", "second_code")
    app = SecondFactor(kind=FactorKind.APP, name=name, secret=sealed(secret, secret_key), counter=step)
    return _add(actor, app, now)


def _hold(actor: Actor) -> None:
    """Factors of one account are added and removed one after the other."""
    db.session.get_one(Account, actor.own_account_id, with_for_update=True)


def add_passkey(actor: Actor, name: str, answer: str, words: str, now: datetime) -> list[str]:
    """Take the passkey that the browser made for the question of `words`; gives recovery codes as `add_app` does.

    Raises Refusal.
    """
    _hold(actor)
    made = passkeys.made(answer, words)
    if made is None:
        raise Refusal("เพิ่มพาสคีย์ไม่สำเร็จ กดปุ่มเพื่อลองอีกครั้ง หรือใช้แอปยืนยันตัวตนแทน", "passkey")
    if db.session.scalar(select(_F.id).where(_F.credential_id == made.credential_id)) is not None:
        raise Refusal("พาสคีย์นี้เพิ่มไว้แล้ว", "passkey")
    kept = SecondFactor(kind=FactorKind.PASSKEY, name=name, secret=made.public_key, counter=made.counter)
    kept.credential_id = made.credential_id
    return _add(actor, kept, now)


def _add(actor: Actor, factor: SecondFactor, now: datetime) -> list[str]:
    if len(queries.factors_of(actor.own_account_id)) >= MOST_FACTORS:
        raise Refusal(f"เพิ่มได้ไม่เกิน {MOST_FACTORS} รายการ ลบรายการที่ไม่ใช้แล้วก่อน")
    factor.account_id, factor.added_at = actor.own_account_id, now
    db.session.add(factor)
    db.session.flush()
    _tell_of_own(actor, Action.ADD_FACTOR, now, after={"factor": factor.kind})
    return [] if queries.recovery_codes_left(actor.own_account_id) else new_recovery_codes(actor, now)


def _tell_of_own(actor: Actor, action: Action, now: datetime, **facts: Any) -> None:
    end_sessions_of(actor.own_account_id, EndedBecause.NEW_FACTOR, now, but=actor.session_id)
    _tell(actor, action, actor.own_account_id, actor.organisation_id, now, **facts)


def _tell(actor: Actor, action: Action, account_id: int, lao: int | None, now: datetime, **facts: Any) -> None:
    """In the history, and the LAO by mail."""
    record(actor, action, Entity.ACCOUNT, account_id, organisation_id=lao, at=now, **facts)
    if lao is not None and (address := queries.email_of(lao)):
        owe_word(NEW_FACTOR, lao, address, now)


def new_recovery_codes(actor: Actor, now: datetime) -> list[str]:
    """Codes on paper for whoever lost all else, each good once; those before end. Shown once, and kept as hashes."""
    codes = [recovery_code() for _code in range(RECOVERY_CODES)]
    own = _F.account_id == actor.own_account_id
    db.session.execute(delete(table(SecondFactor)).where(own, _F.kind == FactorKind.RECOVERY))
    kept = {"account_id": actor.own_account_id, "kind": FactorKind.RECOVERY, "added_at": now}
    db.session.add_all(SecondFactor(**kept, secret=fingerprint(read_code(code))) for code in codes)
    lao = actor.organisation_id
    record(actor, Action.NEW_RECOVERY_CODES, Entity.ACCOUNT, actor.own_account_id, organisation_id=lao, at=now)
    return codes


def remove(actor: Actor, factor_id: int, now: datetime, *, needed: bool) -> None:
    """Remove an own factor; with the last one go the recovery codes.

    Raises NotTheirs; Refusal for the last one where one is `needed`.
    """
    _hold(actor)
    factors = queries.factors_of(actor.own_account_id)
    found = next((each for each in factors if each.id == factor_id), None)
    if found is None:
        raise NotTheirs
    if len(factors) == 1 and needed:
        raise Refusal("บัญชีเจ้าหน้าที่ต้องมีการยืนยันตัวตนขั้นที่สองอย่างน้อย 1 อย่าง เพิ่มอย่างอื่นก่อน แล้วจึงลบรายการนี้")
    which = _F.account_id == actor.own_account_id if len(factors) == 1 else _F.id == factor_id
    db.session.execute(delete(table(SecondFactor)).where(which))
    _tell_of_own(actor, Action.REMOVE_FACTOR, now, before={"factor": found.kind})


def remove_all(actor: Actor, account_id: int, organisation_id: int | None, reason: str, now: datetime) -> None:
    """Take from an account all its second factors, whose owner has lost them, and end its sessions.

    The caller asked whether the actor may. Raises Refusal where there are none.
    """
    if not forget_factors(account_id):
        raise Refusal("บัญชีนี้ไม่มีการยืนยันตัวตนขั้นที่สอง")
    end_sessions_of(account_id, EndedBecause.NEW_FACTOR, now)
    _tell(actor, Action.REMOVE_FACTOR, account_id, organisation_id, now, reason=reason)
