"""What a person sees when something is refused or fails: always a page, always a sentence.

The API's programs get a problem document instead, whatever goes wrong.
"""

import errno
from contextlib import suppress
from typing import cast

from flask import Flask, current_app, flash, g, make_response, redirect, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from app.accounts.resume import ask_to_repeat
from app.citizens.open_data.answers import for_api, problem
from app.db import db, is_out_of_reach, is_read_only
from app.errors import Busy, NotTheirs, Stale
from app.language import said
from app.logs import request_number
from app.turns import BUSY, BUSY_STATUS
from app.web import is_htmx, same_origin

SENTENCES = {
    400: ("คำขอไม่สมบูรณ์", "ลองย้อนกลับไปหน้าก่อนหน้า แล้วทำรายการอีกครั้ง"),
    403: ("ท่านไม่มีสิทธิ์เปิดหน้านี้", "บัญชีที่เข้าสู่ระบบอยู่ใช้หน้านี้ไม่ได้ ลองกลับไปหน้าแรก"),
    404: ("ไม่พบหน้าหรือรายการนี้", "อาจถูกลบไปแล้ว หรือที่อยู่ไม่ถูกต้อง"),
    409: ("มีการแก้ไขรายการนี้หลังจากเปิดหน้านี้", "ยังไม่มีอะไรถูกบันทึก ย้อนกลับไปเปิดหน้าเดิมใหม่ แล้วทำรายการอีกครั้ง"),
    405: ("เปิดหน้านี้ด้วยวิธีนี้ไม่ได้", "ลองเปิดจากเมนูของระบบ"),
    413: ("ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป", "ลดข้อความหรือขนาดไฟล์ แล้วส่งอีกครั้ง"),
    415: ("ข้อมูลที่ส่งมาไม่ใช่แบบฟอร์มของระบบ", "ยังไม่มีอะไรถูกบันทึก เปิดหน้านี้ใหม่ แล้วส่งจากแบบฟอร์มในหน้า"),
    429: ("มีคำขอจากที่อยู่นี้มากเกินไป", "รอประมาณ 1 นาที แล้วลองอีกครั้ง"),
    500: ("ระบบขัดข้องชั่วคราว", "ยังไม่มีอะไรถูกบันทึก ลองอีกครั้ง หากยังไม่ได้ ให้แจ้งรหัสด้านล่าง"),
    503: ("ระบบยังไม่พร้อมใช้งานชั่วคราว", "ยังไม่มีอะไรถูกบันทึก รอสักครู่แล้วลองอีกครั้ง หากยังไม่ได้ ให้แจ้งรหัสด้านล่าง"),
}
BUSY_WORDS = ("ขณะนี้มีผู้ใช้งานพร้อมกันจำนวนมาก", "ยังไม่มีอะไรถูกบันทึก รอประมาณ 15 วินาที แล้วลองอีกครั้ง")
READ_ONLY_WORDS = ("ขณะนี้เปิดให้อ่านอย่างเดียว", "ระบบกำลังปรับปรุง ยังไม่มีอะไรถูกบันทึก รอสักครู่ ย้อนกลับไปหน้าเดิม แล้วลองอีกครั้ง")
MAYBE_WORDS = (
    "ไม่ทราบว่าบันทึกแล้วหรือยัง",
    "ระบบขัดข้องขณะกำลังบันทึก รอสักครู่ เปิดรายการนี้ดูว่าบันทึกแล้วหรือยัง ส่งแบบฟอร์มเดิมอีกครั้งก็ได้ ระบบไม่บันทึกซ้ำ",
)
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
LOGOUT = "accounts.logout"
COMES_BACK = 15  # seconds after which it is worth asking again


def init_error_pages(app: Flask) -> None:
    app.before_request(_refuse_where_busy)
    app.register_error_handler(Busy, lambda _error: _busy())
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotTheirs, lambda _error: _answer(404))
    app.register_error_handler(Stale, lambda _error: _answer(409))
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Exception, _crash)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, InternalServerError):  # a page or a header that failed while it was being made
        return _crash(error.original_exception or error)
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    if for_api():
        return make_response(problem(error.code), headers)
    if isinstance(error, MethodNotAllowed) and request.method in ("GET", "HEAD") and not is_htmx():
        return _to_the_form()
    response = _answer(error.code)
    response.headers.update(headers)
    return response


def _to_the_form() -> Response:
    """An address that only takes what a form sends was opened by hand, or again after the session ended.

    The form stands on the nearest page above it. Nothing was done, and whoever is signed in is told so.
    """
    path, page = request.path, False
    while not page:
        path = path.rpartition("/")[0] or "/"
        page = path == "/" or _opens(path)
    if current_user.is_authenticated:
        flash("ที่อยู่ที่เปิดใช้ส่งแบบฟอร์มเท่านั้น ครั้งนี้ยังไม่มีอะไรถูกบันทึก หากต้องการทำรายการ กดปุ่มในหน้านี้", "info")
    query = request.query_string.decode()
    return redirect(f"{path}?{query}" if query else path, 303)


def _opens(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, "GET"))
    except RequestRedirect:
        return True
    except HTTPException:
        return False


def _csrf(error: CSRFError) -> Response:
    """The page is older than the session. What was typed comes back with a fresh token, if it was typed here.

    Signing out types nothing, and is done: whoever leaves a desk must not stay signed in for a page that was old.
    """
    if not same_origin():
        return _answer(400)
    if request.endpoint == LOGOUT:
        return cast(Response, current_app.view_functions[LOGOUT]())
    return ask_to_repeat()


def _crash(error: BaseException) -> Response:
    if current_app.config["TESTING"] and not current_app.config.get("SHOW_ERROR_PAGES"):
        raise error
    with suppress(SQLAlchemyError):
        db.session.rollback()  # PostgreSQL answers nothing more until what failed is ended
    if is_read_only(error):
        words: tuple[str, str] | None = READ_ONLY_WORDS
    else:
        current_app.logger.exception("the request failed")
        words = None
    if "maybe_kept" in g:  # a deed before the one that failed may be
        words = MAYBE_WORDS
    return _still(503 if _comes_back(error) else 500, request_number(), words)


def _refuse_where_busy() -> Response | None:
    return _busy() if BUSY in request.environ else None


def _busy() -> Response:
    """The same for everybody: there is nothing to look for in the log, and no number."""
    return _still(BUSY_STATUS, "", BUSY_WORDS)


def _comes_back(error: BaseException) -> bool:
    """Whether it is what this server stands on that failed: the database, or a disk without room."""
    return is_out_of_reach(error) or is_read_only(error) or (isinstance(error, OSError) and error.errno in DISK)


def _still(status: int, reference: str, words: tuple[str, str] | None = None) -> Response:
    """The answer that asks nobody anything: neither who is signed in, nor the database, nor a session."""
    headers = {"Retry-After": str(COMES_BACK)} if status == 503 else {}
    if for_api():
        return make_response(problem(status, **({"reference": reference} if reference else {})), headers)
    title, advice = map(said, words or SENTENCES[status])
    if is_htmx():
        return make_response(f"{title} – {advice} {reference}".rstrip(), status, headers | {"X-Answer": "sentence"})
    # Not `render_template`: that looks up who is signed in, for every page.
    page = current_app.jinja_env.get_template("errors/still.html")
    return make_response(page.render(title=title, advice=advice, reference=reference), status, headers)


def _answer(status: int) -> Response:
    title, advice = map(said, SENTENCES.get(status, SENTENCES[400]))
    if is_htmx():
        # app.js shows this as a bar; the page behind it stays as it is.
        return make_response(f"{title} – {advice}", status, {"X-Answer": "sentence"})
    page = render_template("errors/page.html", title=title, advice=advice, reference=request_number())
    return make_response(page, status)
