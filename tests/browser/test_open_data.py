"""The page of the open data with files on it and every explanation open, for everybody."""

from pathlib import Path

import pytest
from flask import Flask

from app.citizens.open_data.snapshots import publication, take_snapshot
from tests.browser.conftest import Open
from tests.browser.test_every_page import check
from tests.citizens.open_data.data import fill
from tests.factories import NOW


def test_files_and_explanations(app: Flask, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    fill()
    take_snapshot(tmp_path, publication(NOW))
    page = opened()
    page.goto("/")
    page.get_by_role("link", name="ข้อมูลเปิด").click()
    page.get_by_role("heading", name="ไฟล์ดาวน์โหลด").wait_for()
    for summary in page.locator("main summary:visible").all():
        summary.click()
    assert check(page, "/open-data with everything open") == []
    with page.expect_download() as download:
        page.get_by_role("row", name="รายงานผลการดำเนินงาน").get_by_role("link").first.click()
    assert download.value.suggested_filename == "reports.csv.gz"
