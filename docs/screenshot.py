"""Take docs/screenshot.png: the report list of Songkhla with an open row, from a demo started for it alone.

`make screenshot` runs this. The demo stands on a free port with a database in a temporary folder, and is stopped
afterwards, so a demo that is running elsewhere is neither used nor changed.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "screenshot.png"
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
USERNAME, PASSWORD = "2900101", "songkhla-demo"
SIZE = {"width": 1366, "height": 1420}
PATIENCE = 60  # seconds until the demo answers


def main() -> None:
    with TemporaryDirectory() as folder, demo(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=address, viewport=SIZE, color_scheme="light")
        take(page)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The address of a fresh demo."""
    port = free_port()
    environment = os.environ | {
        "EPLANNACC_ENV": "demo",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "MAIL_FOLDER": str(folder / "mail"),
        "SECRET_KEY": "only for a picture",
    }
    for step in (["db", "upgrade"], ["seed", "demo"]):
        subprocess.run([*FLASK, *step], cwd=ROOT, env=environment, check=True, capture_output=True)
    server = subprocess.Popen(
        [*FLASK, "run", "--port", str(port), "--no-debugger", "--no-reload"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/healthz")
        yield address
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Return when `address` answers. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer")


def take(page: Page) -> None:
    """Sign in, correct a report so that a row is marked as saved, open the next one, and take the picture."""
    page.goto("/login")
    page.get_by_label("Username").fill(USERNAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.goto("/reporting?year=2561&round=6")
    rows = page.locator(".rows > tbody")
    rows.nth(1).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.get_by_text("บันทึกแล้ว").wait_for()
    rows.nth(2).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_role("radio", name="ไม่สามารถดำเนินการได้").check()
    page.evaluate("document.fonts.ready")
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
