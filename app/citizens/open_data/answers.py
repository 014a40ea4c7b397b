"""How the API answers: validators, packing, other sites' scripts, and errors that are never a page of HTML.

The API knows nobody: no cookie is read or set, so every answer is the same for everybody and any cache may keep it.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from flask import Flask, Request, make_response, request
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from app import clock
from app.packing import CODINGS, asked_coding, may_be_packed, packed
from app.session_cookies import SessionCookies, TwoPartSession

API = "/api/"
NO_COOKIES = (API, "/open-data/", "/static/")  # the page /open-data is a page like others, what lies below it are files
JSON, PROBLEM = "application/json", "application/problem+json"
KEPT = "public, max-age=60"
# A change is told apart from the one before by the second: one that is this young may not be the last of its second.
SETTLED = timedelta(seconds=2)
OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Content-Disposition",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Modified-Since, Range",
    "Access-Control-Max-Age": "86400",
}
SENTENCES = {
    400: ("คำขอไม่ถูกต้อง", "The request cannot be understood."),
    404: ("ไม่พบข้อมูลนี้", "There is no such thing here."),
    405: ("ข้อมูลนี้อ่านได้เท่านั้น ใช้ GET หรือ HEAD", "This can only be read: use GET or HEAD."),
    500: ("ระบบขัดข้องชั่วคราว ลองอีกครั้ง", "Something failed here. Please try again."),
    503: ("ระบบยังไม่พร้อมใช้งานชั่วคราว รอสักครู่แล้วลองอีกครั้ง", "Out of service for a moment. Please try again later."),
}


def for_api() -> bool:
    """Whether a program asks; it gets no page, whatever goes wrong."""
    return request.path.startswith(API)


class NoCookies(SessionCookies):
    """Sessions for people; the API has none, and says nothing of cookies to caches."""

    def open_session(self, app: Flask, request: Request) -> TwoPartSession | None:
        return TwoPartSession() if request.path.startswith(NO_COOKIES) else super().open_session(app, request)

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        if not request.path.startswith(NO_COOKIES):
            super().save_session(app, session, response)


def body_of(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(
    body: bytes, mimetype: str, changed: datetime | None = None, headers: dict[str, str] | None = None
) -> Response:
    """`body` with a strong ETag of each coding, packed where the client can read that, or 304 where it has it already.

    Only If-None-Match makes a 304: Last-Modified is told to the second, and two changes can fall into one.
    """
    etag = sha256(body).hexdigest()[:32]
    coding = asked_coding() if may_be_packed(mimetype.split(";", maxsplit=1)[0], len(body)) else ""
    wanted = request.if_none_match
    if any(wanted.contains_weak(tag) for tag in (etag, *(f"{etag}-{each}" for each in CODINGS))):
        response = make_response(b"", HTTPStatus.NOT_MODIFIED)
        del response.headers["Content-Type"]
    else:
        response = make_response(packed(body, coding) if coding else body)
        response.content_type = mimetype
        if coding:
            response.headers["Content-Encoding"] = coding
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = KEPT
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{etag}-{coding}" if coding else etag)
    if changed and clock.now() - changed > SETTLED:
        response.headers["Last-Modified"] = http_date(changed)
    return open_to_all(response)


def open_to_all(response: Response) -> Response:
    """Let scripts of any site read the answer, and tell a browser that asks first that they may."""
    response.headers.update(OPEN_TO_ALL)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
    return response


def problem(status: int, thai: str = "", english: str = "", **more: str) -> Response:
    """An error as RFC 9457 has it, with a sentence each in English and in Thai."""
    said_thai, said_english = SENTENCES.get(status, SENTENCES[400])
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": english or said_english,
        "detail_th": thai or said_thai,
        **more,
    }
    response = make_response(body_of(told), status)
    response.content_type = PROBLEM
    return open_to_all(response)
