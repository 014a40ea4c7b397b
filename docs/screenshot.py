"""Take every picture of the screens: docs/screenshot.png, and static/help/*.webp for the manual.

`make screenshot` runs this; `python -m docs.screenshot lao-home citizen-map` takes only those. A demo is started for it
alone, on a free port with a database in a temporary folder, so a demo that is running elsewhere is neither used nor
changed. Its clock stands still: the same program makes the same pictures.
"""

import base64
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from app import clock, create_app
from app.citizens.help.rules import PICTURE_WIDTH, Screen
from app.citizens.help.screens import SCREENS
from app.seeds.cli import demo as load_demo
from app.seeds.demo import ACCOUNTS

ROOT = Path(__file__).resolve().parent.parent
FRONT = "screenshot"
SCALE = 0.8  # a window of 1,375 pixels, as offices have them, in a picture of 1,100
UNDER_THE_HEAD = "it => scrollTo(0, it.getBoundingClientRect().top + scrollY - 130)"  # a table's head stays on top
FRONT_SIZE = {"width": 1366, "height": 1420}
QUALITY = 47  # of WebP: letters stay sharp, all pictures together stay under 1.5 MB
NOW = datetime(2018, 10, 15, 9, 0, tzinfo=clock.BANGKOK)
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
PASSWORDS = {username: password for _what, username, password in ACCOUNTS}


def main(names: list[str]) -> None:
    with TemporaryDirectory() as folder, demo(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        visitors = Visitors(browser, address)
        for name, screen in SCREENS.items():
            if not names or name in names:
                _write(ROOT / "static" / "help" / f"{name}.webp", _webp(visitors.page(screen.who), screen))
        if not names or FRONT in names:  # last: it changes a report
            _write(ROOT / "docs" / f"{FRONT}.png", _front(visitors.page("2900101")))
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The address of a fresh demo whose clock stands still."""
    os.environ |= {
        "EPLANNACC_ENV": "demo",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "MAIL_FOLDER": str(folder / "mail"),
        "SNAPSHOT_FOLDER": str(folder / "open-data"),
        "SECRET_KEY": "only for a picture",
    }
    setattr(clock, "now", lambda: NOW)  # noqa: B010 - mypy allows no plain assignment
    app = create_app()
    with app.app_context():
        upgrade()
    app.test_cli_runner().invoke(load_demo, catch_exceptions=False)
    app.config.update(PUBLIC_URL="https://e-plannacc.example.go.th", ENVIRONMENT="production")  # as readers will see it
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class Visitors:
    """A window for each user name, signed in once; "" is nobody."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.windows: dict[str, BrowserContext] = {}

    def page(self, username: str) -> Page:
        if username not in self.windows:
            self.windows[username] = self.browser.new_context(
                base_url=self.address, color_scheme="light", reduced_motion="reduce", locale="th-TH"
            )
            if username:
                _sign_in(self.windows[username].new_page(), username)
        return self.windows[username].new_page()


def _sign_in(page: Page, username: str) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORDS[username])
    page.get_by_role("button", name="Login").click()
    page.get_by_role("button", name="Logout").wait_for()


def _webp(page: Page, screen: Screen) -> bytes:
    size = {"width": round(PICTURE_WIDTH / SCALE), "height": round(screen.height / SCALE)}
    page.set_viewport_size(size)
    page.goto(screen.address)
    if screen.press:
        page.get_by_role("link", name=screen.press).first.click()
        page.locator(screen.to or "h1").first.wait_for()
        page.wait_for_load_state("networkidle")
    if screen.to:
        page.locator(screen.to).first.evaluate(UNDER_THE_HEAD)
    _settle(page)
    clip = size | {"x": 0, "y": page.evaluate("scrollY"), "scale": SCALE}
    how = {"format": "webp", "quality": QUALITY, "clip": clip}
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", how)
    page.close()
    return base64.b64decode(answer["data"])


def _front(page: Page) -> bytes:
    """Correct a report so that a row is marked as saved, open the next one, and take the picture."""
    page.set_viewport_size(FRONT_SIZE)
    page.goto("/reporting?year=2561&round=6")
    rows = page.locator(".rows > tbody")
    rows.nth(1).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_label("หมายเหตุ").fill("ตรวจกับฎีกาแล้ว")  # what changes nothing is not said to be saved
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.get_by_text("บันทึกแล้ว").wait_for()
    rows.nth(2).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_role("radio", name="ไม่สามารถดำเนินการได้").check()
    page.evaluate("scrollTo(0, 0)")
    _settle(page)
    return page.screenshot()


def _settle(page: Page) -> None:
    """Nothing that moves: no blinking caret, no pointer over a row, all letters there and drawn."""
    page.evaluate("document.fonts.ready")
    page.evaluate("document.activeElement?.blur()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)


def _write(path: Path, picture: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(picture)
    print(f"{path.relative_to(ROOT)}: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
