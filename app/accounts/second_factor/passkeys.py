"""Passkeys: what the browser is asked, and whether its answer is one. WebAuthn level 2, by the library `webauthn`.

A passkey belongs to the name in PUBLIC_URL, and answers no other site: a page that looks like ours gets nothing.
"""

import re
from typing import Any, NamedTuple

import webauthn
from flask import current_app
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.second_factor.rules import challenge_of, origin_of, passkey_host

LONGEST_ANSWER = 20_000  # letters; an answer without attestation has some hundred
UNREADABLE = (WebAuthnException, ValueError, RecursionError)
ID = re.compile(r"[A-Za-z0-9_-]+")
PREFERRED = UserVerificationRequirement.PREFERRED  # it stands beside a password: a key that only is touched will do


class NewPasskey(NamedTuple):
    credential_id: str
    public_key: str
    counter: int


def host() -> str:
    return passkey_host(current_app.config["PUBLIC_URL"])


def to_make(asked: str, account_id: int, username: str, known: list[str]) -> str:
    """What the browser makes a passkey from, as JSON; "" where it cannot make one."""
    if not host():
        return ""
    options = webauthn.generate_registration_options(
        rp_id=host(),
        rp_name="e-PlanNACC",
        user_id=f"e-plannacc {account_id}".encode(),
        user_name=username,
        challenge=_challenge(asked),
        exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=PREFERRED
        ),
    )
    return webauthn.options_to_json(options)


def to_prove(asked: str, known: list[str]) -> str:
    """What the browser is asked to sign with one of the passkeys, as JSON; "" where there is none."""
    if not host() or not known:
        return ""
    options = webauthn.generate_authentication_options(
        rp_id=host(), challenge=_challenge(asked), allow_credentials=_described(known), user_verification=PREFERRED
    )
    return webauthn.options_to_json(options)


def made(answer: str, asked: str) -> NewPasskey | None:
    """The passkey that the browser made; None for anything else."""
    if not _short(answer):
        return None
    try:
        verified = webauthn.verify_registration_response(credential=answer, **_expected(asked))
    except UNREADABLE:
        return None
    return NewPasskey(
        bytes_to_base64url(verified.credential_id),
        bytes_to_base64url(verified.credential_public_key),
        verified.sign_count,
    )


def credential_id(answer: str) -> str:
    """Which passkey an answer says it is from; "" where it says none."""
    try:
        told = webauthn.helpers.parse_authentication_credential_json(answer).id if _short(answer) else ""
    except UNREADABLE:
        return ""
    return told if ID.fullmatch(told) else ""


def signed(answer: str, asked: str, public_key: str, counter: int) -> int | None:
    """How often the passkey says it has signed, where the answer is signed by it; None where it is not."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=counter,
            **_expected(asked),
        )
    except UNREADABLE:
        return None
    return verified.new_sign_count


def _expected(asked: str) -> dict[str, Any]:
    origin = origin_of(current_app.config["PUBLIC_URL"])
    return {"expected_challenge": _challenge(asked), "expected_rp_id": host(), "expected_origin": origin}


def _challenge(asked: str) -> bytes:
    return challenge_of(current_app.config["SECRET_KEY"], asked)


def _described(known: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known]


def _short(answer: str) -> bool:
    return 0 < len(answer) <= LONGEST_ANSWER
