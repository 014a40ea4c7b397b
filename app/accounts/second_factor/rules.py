"""What a second factor is checked against, and for how long a proof is fresh. Facts in, answer out."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import pyotp
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from app.accounts.rules import CODE_LETTERS
from app.words import arabic_digits

FRESH_FOR = timedelta(minutes=15)  # a proof, before what opens or takes away much
ASKED_FOR = timedelta(minutes=10)  # the second step of a sign-in, and a code by mail
HOUR, MAILS_AN_HOUR = timedelta(hours=1), 5  # codes to one LAO
MOST_FACTORS = 10
# Twenty-four of these letters are 118 bits: nobody finds one by trying, so a plain hash is enough to keep of it.
RECOVERY_CODES, RECOVERY_GROUPS, GROUP = 10, 6, 4
STEP, STEPS_OFF = 30, 1  # seconds of an app's code; clocks may be one step apart
DIGITS = 6
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_fresh(proved_at: datetime | None, now: datetime) -> bool:
    return proved_at is not None and now - proved_at < FRESH_FOR


def recovery_code() -> str:
    """ABCD-EFGH-… drawn at random."""
    groups = ("".join(secrets.choice(CODE_LETTERS) for _letter in range(GROUP)) for _group in range(RECOVERY_GROUPS))
    return "-".join(groups)


def read_code(typed: str) -> str:
    """A code as it is compared, however it was typed: with spaces, dashes, small letters or Thai digits."""
    return "".join(arabic_digits(typed).upper().split()).replace("-", "")


def time_step(now: datetime) -> int:
    """The step of an app's code: RFC 6238 counts them from 1970."""
    return int(now.timestamp()) // STEP


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, where it is one of now or next to it."""
    codes, at, typed = pyotp.TOTP(secret), time_step(now), code.encode()
    steps = range(max(at - STEPS_OFF, 0), at + STEPS_OFF + 1)
    matching = [step for step in steps if hmac.compare_digest(codes.generate_otp(step).encode(), typed)]
    return matching[-1] if matching else None


def mail_code(secret_key: str, mail_id: int) -> str:
    """The six digits that a mail brings: kept nowhere, and the same when the mail is tried again."""
    number = int.from_bytes(hmac.digest(secret_key.encode(), f"sign-in code {mail_id}".encode(), "sha256"))
    return f"{number % 10**DIGITS:0{DIGITS}}"


def challenge_of(secret_key: str, asked: str) -> bytes:
    """What a passkey signs: nobody else can make it, and it belongs to one question."""
    return hmac.digest(secret_key.encode(), f"passkey {asked}".encode(), "sha256")


def sealed(secret: str, secret_key: str) -> str:
    """An app's secret as it is kept: a copy of the database alone does not give it away."""
    return SecretBox(_key(secret_key)).encrypt(secret.encode()).hex()


def unsealed(kept: str, secret_key: str) -> str | None:
    """None where it was sealed under another SECRET_KEY."""
    try:
        return SecretBox(_key(secret_key)).decrypt(bytes.fromhex(kept)).decode()
    except CryptoError:
        return None


def _key(secret_key: str) -> bytes:
    return hashlib.blake2b(b"second factor", key=secret_key.encode()[:64], digest_size=SecretBox.KEY_SIZE).digest()


def passkey_host(public_url: str) -> str:
    """The name that passkeys belong to; "" where the site is opened by a number, for which no browser makes one."""
    host = urlsplit(public_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host.encode("idna").decode() if host else ""
    return ""


def origin_of(public_url: str) -> str:
    """The address as browsers tell it: in small letters, in ASCII, without the port that goes without saying."""
    parts = urlsplit(public_url)
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{passkey_host(public_url)}{port}"
