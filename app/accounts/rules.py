"""What makes a password acceptable, and codes that are handed out."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from app.accounts.common_passwords import guesses, is_common, is_named, squeezed, words_of, words_of_places
from app.clock import BUDDHIST_OFFSET
from app.words import arabic_digits, clean_line

# By itself, and with a second factor behind it (NIST SP 800-63B-4, 3.1.1.2).
SHORTEST_ALONE, SHORTEST = 15, 8
MAXIMUM_LENGTH = 200
FEWEST_GUESSES = 10**8  # of one that stands alone: more than anybody tries against a brake, or soon against the hash
RESET_LIFETIME = timedelta(minutes=30)
MOST_RESETS = 3  # to one mailbox in RESET_LIFETIME: whoever may not ask has a link there that lives
LINKS_KEPT = timedelta(days=30)  # behind their end
ACTIVATION_LIFETIME = timedelta(days=90)
# Without letters and digits that look alike on paper.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def sign_in_name(typed: str) -> str:
    """A user name as it is kept and looked for: Admin and ADMIN are admin, officer๙๐ is officer90."""
    return arabic_digits(clean_line(typed)).lower()


class PasswordFor(NamedTuple):
    """Whom a password is for. `second`: more than it is asked for at the sign-in.

    `places` reads the names of the country, which others try just as well: when a password is typed, not before.
    """

    username: str = ""
    name: str = ""
    second: bool = False
    places: Callable[[], tuple[str, ...]] = tuple

    @property
    def shortest(self) -> int:
        return SHORTEST if self.second else SHORTEST_ALONE

    @property
    def hint(self) -> str:
        """What stands beside the field."""
        words = "" if self.second else " เช่น คำไทย 4 คำที่ไม่เกี่ยวกัน เว้นวรรคได้"
        return f"อย่างน้อย {self.shortest} ตัวอักษร{words} {NOT_TO_BE_USED}"


NOT_TO_BE_USED = (
    "ห้ามใช้รหัส 7 หลัก ชื่อ อปท. จังหวัด หรืออำเภอ ชื่อของท่านเอง วันเดือนปี ตัวเลขหรือตัวอักษรเรียงกันหรือซ้ำกัน "
    "เช่น 12345678 12341234 และคำที่ใช้กันมาก เช่น password1"
)


TOO_EASY = (
    "รหัสผ่านนี้เดาง่ายเกินไป อย่าใช้รหัส 7 หลัก ชื่อ อปท. จังหวัด หรืออำเภอ ชื่อของท่านเอง วันเดือนปี "
    "ตัวเลขหรือตัวอักษรเรียงกันหรือซ้ำกัน หรือคำที่ใช้กันมาก เช่น password1 ปปช2569"
)


def password_problem(password: str, owner: PasswordFor) -> str:
    """Why `password` will not do for that account, in Thai; empty where it will."""
    return _judged(password, owner, measured=not owner.second)[0]


def _judged(password: str, owner: PasswordFor, *, measured: bool) -> tuple[str, float]:
    """Why it will not do, and how many tries it takes, where that is `measured`: it takes up to a second."""
    if len(password) < owner.shortest:
        typed = f" ตอนนี้มี {len(password)} ตัว" if password else ""
        return f"ตั้งรหัสผ่านอย่างน้อย {owner.shortest} ตัวอักษร{typed}", 0
    if len(password) > MAXIMUM_LENGTH:
        return f"ตั้งรหัสผ่านไม่เกิน {MAXIMUM_LENGTH} ตัวอักษร", 0
    plain = arabic_digits(password.lower())
    if _in_a_row(plain) or _in_a_row(squeezed(plain)) or _again_and_again(plain) or _is_a_day(plain):
        return TOO_EASY, 0
    words = _tried_words(owner)
    if _has_code(plain, owner.username) or is_common(password) or is_named(password, words):
        return TOO_EASY, 0
    tries = guesses(password, words) if measured else 0
    return TOO_EASY if tries < FEWEST_GUESSES and not owner.second else "", tries


def _tried_words(owner: PasswordFor) -> list[str]:
    return [*words_of(owner.username, owner.name), *words_of_places(owner.places())]


class Strength(NamedTuple):
    """What is said of a password while it is typed."""

    good: bool
    words: str


TRIES_A_SECOND = 10_000  # of somebody who has the table of hashes, on good machines
_UNITS = (("นาที", 60), ("ชั่วโมง", 60), ("วัน", 24), ("เดือน", 30), ("ปี", 12))


def strength(password: str, owner: PasswordFor) -> Strength:
    """Why it will not do, as the form that sets it will say; or how long it withstands whoever has stolen its hash."""
    problem, tries = _judged(password, owner, measured=True)
    if problem:
        return Strength(False, problem)
    left = tries / TRIES_A_SECOND
    unit = "วินาที"
    for longer, fold in _UNITS:
        if left < fold:
            break
        unit, left = longer, left / fold
    time = "มากกว่า 100 ปี" if unit == "ปี" and left > 100 else f"ราว {max(round(left), 1)} {unit}"
    more = "" if unit == "ปี" else " เพิ่มอีกสักคำจะเดายากขึ้นมาก"
    return Strength(True, f"ใช้ได้ ถึงข้อมูลจะรั่วก็ต้องใช้เวลาเดา{time}{more}")


def _in_a_row(text: str) -> bool:
    """Whether it is one or two characters again and again, or counts up or down: 23456789, 98765432."""
    if len(text) < SHORTEST:
        return False
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(set(text)) < 3 or steps in ({1}, {-1})


def _again_and_again(text: str) -> bool:
    """Whether a block that is too short for a password by itself makes the whole: abcabcabc, 12341234, abcabcab."""
    longest = min(SHORTEST - 1, len(text) // 2)
    return any(text[length:] == text[:-length] for length in range(1, longest + 1))


def _has_code(text: str, username: str) -> bool:
    """Whether the user name is in it, also with something between: 665-0807."""
    digits = "".join(letter for letter in text if letter.isdigit())
    return len(username) >= 7 and any(username in form for form in (text, squeezed(text), digits))


_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<one>\d\d)(?P<two>\d\d)(?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<one>\d\d)(?P<two>\d\d)",
        r"(?P<one>\d{1,2})[-./ ](?P<two>\d{1,2})[-./ ](?P<year>\d{4}|\d\d)",
        r"(?P<year>\d{4})[-./ ](?P<one>\d{1,2})[-./ ](?P<two>\d{1,2})",
    )
)
_BORN = range(1900, 2101)
_ANY_YEAR = 2000  # for one in two digits: it has a 29 February


def _is_a_day(text: str) -> bool:
    """Whether it is a date and nothing else, day or month first, in either calendar: 25012530, 25/1/1987."""
    bare = text.strip(" -./!?*#@()[]+_")
    for found in filter(None, (pattern.fullmatch(bare) for pattern in _DAYS)):
        one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
        years = [each for each in (year, year - BUDDHIST_OFFSET) if each in _BORN] if year > 99 else [_ANY_YEAR]
        if any(_is_date(each, *order) for each in years for order in ((one, two), (two, one))):
            return True
    return False


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def activation_code_from(secret: bytes, account_id: int) -> str:
    """Ten letters in two groups, about 49 bits: ABCDE-23456. Whoever has the secret can say it again, nobody else."""
    number = int.from_bytes(hmac.digest(secret, str(account_id).encode(), "sha256"))
    letters = ""
    for _letter in range(10):
        number, place = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[place]
    return f"{letters[:5]}-{letters[5:]}"


def reset_token(secret_key: str, account_id: int, asked_at: datetime) -> str:
    """256 bits, as they stand in an address: the same again for whoever has the secret, so that it need not be kept."""
    token = hmac.digest(secret_key.encode(), f"password reset {account_id} {asked_at.isoformat()}".encode(), "sha256")
    return urlsafe_b64encode(token).decode().rstrip("=")


def key_after(key: str, proof: str, secret_key: str) -> str:
    """The key that a session goes on under after a proof: the same again for the same proof, as of a double click."""
    made = hmac.digest(secret_key.encode(), f"session {key} proved by {proof}".encode(), "sha256")
    return urlsafe_b64encode(made).decode().rstrip("=")


def fingerprint(secret: str) -> str:
    """What is stored of a reset token or a session's key; they are random enough for a plain hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def activation_fingerprint(typed: str) -> str:
    """The fingerprint of an activation code, however its letters and dash were typed."""
    return fingerprint("".join(typed.upper().split()).replace("-", ""))


def kept_activation(code_print: str, secret_key: str) -> str:
    """What is stored of an activation code: whoever has that alone cannot try all codes, as of its fingerprint."""
    return hmac.digest(secret_key.encode(), f"activation code {code_print}".encode(), "sha256").hex()


SEEN_EVERY = timedelta(minutes=5)  # a page costs no write: a session is seen no more often than this
# After they are over: their owner sees where they were, and from where rights were changed.
SESSIONS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lives from its sign-in, whatever is done in it, and how long without being used."""

    longest: timedelta
    idle: timedelta

    def is_over(self, begun_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
        return now - begun_at >= self.longest or now - last_seen_at >= self.idle


# --- tries that failed ----------------------------------------------------------------------------------------------
TOO_OFTEN = "ลองเข้าสู่ระบบหลายครั้งเกินไป"
FAILURES_KEPT = timedelta(days=30)
BRAKE_OVER = timedelta(hours=1)  # failures that slow the next try under the same name, whatever their addresses
FREE_TRIES, FIRST_WAIT, LONGEST_WAIT = 10, timedelta(seconds=5), timedelta(minutes=5)
# So many failures of a day are worth a mail: at one account to its owner, any such account or so many in all to NACC.
ALARM_AT_ACCOUNT, ALARM_IN_ALL = 20, 500
KNOWN_FOR = timedelta(days=180)  # how long a device that signed in once is told from a stranger's
MOST_KNOWN = 8  # names that one device is known for


def brake(failures: int, last: datetime | None, now: datetime) -> timedelta:
    """How long a name has to wait for its next try, after so many failures in BRAKE_OVER; it grows, and ends."""
    if failures < FREE_TRIES or last is None:
        return timedelta()
    doubled: int = 2 ** min(failures - FREE_TRIES, 10)
    pause = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return max(last + pause - now, timedelta())


def too_often(wait: timedelta, what: str = TOO_OFTEN) -> str:
    """The sentence that says what was done too often, and how long to wait."""
    seconds = max(1, ceil(wait.total_seconds()))
    words = f"{seconds} วินาที" if seconds < 60 else f"{ceil(seconds / 60)} นาที"
    return f"{what} รออีกประมาณ {words} แล้วลองอีกครั้ง"


def password_mark(password_hash: str | None) -> str:
    """Says after which password something was proved; once there is another one, or none, it was not."""
    return fingerprint(password_hash or "")[:32]


def print_of(name: str, secret: str) -> str:
    """What stands for a user name in rows and cookies, however it was typed."""
    return hmac.new(secret.encode(), f"name {sign_in_name(name)}".encode(), "sha256").hexdigest()


# What a browser calls itself, the more special name first: all of them also say Mozilla and Safari.
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {name: name for name in ("Windows", "Android", "iPhone", "iPad")} | {"Mac OS X": "Mac", "Linux": "Linux"}


def browser_words(user_agent: str) -> str:
    """What somebody signs in with, as its owner knows it: Chrome บน Windows. "" where it does not say."""
    names = (next((name for sign, name in known.items() if sign in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return " บน ".join(filter(None, names))
