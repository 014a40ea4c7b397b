"""What makes a password acceptable, and codes that are handed out."""

import hashlib
import secrets
from datetime import timedelta

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 200
RESET_LIFETIME = timedelta(minutes=30)
ACTIVATION_LIFETIME = timedelta(days=90)
# Without letters and digits that look alike on paper.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
TOO_EASY = frozenset(
    {"password", "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "qwertyui"}
)


def password_problem(password: str, username: str) -> str:
    """Why `password` will not do, in Thai; empty where it will."""
    if len(password) < MINIMUM_LENGTH:
        return f"ตั้งรหัสผ่านอย่างน้อย {MINIMUM_LENGTH} ตัวอักษร"
    if len(password) > MAXIMUM_LENGTH:
        return f"ตั้งรหัสผ่านไม่เกิน {MAXIMUM_LENGTH} ตัวอักษร"
    if password.lower() in TOO_EASY or len(set(password)) < 3 or (len(username) >= 7 and username in password):
        return "รหัสผ่านนี้เดาง่ายเกินไป อย่าใช้รหัส 7 หลัก ตัวเลขเรียงกัน หรือตัวอักษรซ้ำ"
    return ""


def new_activation_code() -> str:
    """Ten letters in two groups, about 49 bits: ABCDE-23456."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def fingerprint(secret: str) -> str:
    """What is stored of a reset token or activation code; both are random enough for a plain hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def activation_fingerprint(typed: str) -> str:
    """The fingerprint of an activation code, however its letters and dash were typed."""
    return fingerprint("".join(typed.upper().split()).replace("-", ""))
