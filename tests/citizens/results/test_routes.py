"""Results on screen and in files: golden figures, filters, rows that open in place, and what stands behind a number."""

import csv
import json
import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.db import db, transaction
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import Dimension, Organisation, PlanPeriod, PlanYear, Project
from app.models.enums import PlanStatus, ReportStatus, ReviewStatus, Role, Round
from app.registry.operations import load_registry
from app.seeds.demo import load_demo
from tests.client import Client
from tests.factories import (
    NOW,
    YEAR,
    facts,
    make_former,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.pages import enter

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
GOLDEN = Path(__file__).parents[2] / "golden"
TAGS = re.compile(r"<[^>]+>")


def words(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def workbook_of(client: Client, path: str) -> CalamineWorkbook:
    answer = client.get(path)
    assert answer.status_code == 200
    return CalamineWorkbook.from_filelike(BytesIO(answer.data))


def test_songkhla_comes_out_exactly_on_screen_and_in_the_file(app: Flask, client: Client) -> None:
    # given
    golden = json.loads((GOLDEN / "songkhla_pao_2561_round6.json").read_text(encoding="utf-8"))
    with transaction():
        load_registry()
        load_demo(NOW)
    client.sign_in("2900101", "songkhla-demo")

    # when
    page = words(client.get("/reports?year=2561&round=6").text)
    book = workbook_of(client, "/reports/places/organisations/2900101/table.xlsx?year=2561&round=6")

    # then
    total = golden["total"]
    for row in (*golden["dimensions"], total):
        for name in ("plan_budget", "ordinance_budget", "spent"):
            assert f"{Decimal(row[name]):,.2f}" in page
        assert f" {row['project_percent']} " in page
        assert f" {row['budget_percent']} " in page
    by_dimension = [row[1:] for row in book.get_sheet_by_name("ผลตามมิติ").to_python()[6:]]
    for row, dimension in zip(by_dimension, golden["dimensions"], strict=False):
        assert (row[0], row[1]) == (dimension["projects"], dimension["done"])
        assert f"{row[5]:.2f}" == dimension["project_percent"]
        assert [str(int(value)) for value in row[7:10]] == [
            dimension[name] for name in ("plan_budget", "ordinance_budget", "spent")
        ]
        assert f"{row[10]:.2f}" == dimension["budget_percent"]
    assert by_dimension[-1][:5] == [85, 24, 55, 6, 0]
    assert [row[1:3] for row in book.get_sheet_by_name("ในข้อบัญญัติ").to_python()[-1:]] == [[16, 19_679_100]]
    assert [row[1] for row in book.get_sheet_by_name("สถานะ").to_python()[-5:]] == [55, 24, 6, 0, 85]
    assert book.sheet_names == ["ตามแผน", "ในข้อบัญญัติ", "สถานะ", "ผลตามมิติ", "คำอธิบาย"]


def test_phitsanulok_comes_out_exactly_on_screen_and_in_the_file(app: Flask, client: Client) -> None:
    # given
    with (GOLDEN / "province_tables.csv").open(encoding="utf-8") as lines:
        golden = [row for row in csv.DictReader(lines) if row["table"] == "phitsanulok"]
    with transaction():
        load_registry()
        load_demo(NOW)
    client.sign_in("2900101", "songkhla-demo")

    # when
    page = client.get("/reports/province?province=65&year=2561&round=12&district=6501").text
    path = "/reports/places/provinces/65/table.xlsx?year=2561&round=12&district=6501"
    file = workbook_of(client, path).get_sheet_by_name("อปท.").to_python()[6:]

    # then
    rows = rows_of_table(page)
    for place, row in enumerate(golden):
        number, name, percent, level = row["rank"], row["organisation"], row["percent"], row["level"]
        assert rows[place] == f"{number} {name} {row['done']}/{row['total']} {percent} {level}"
        assert [str(int(file[place][1])), file[place][3], file[place][5]] == [number, name, level]
        assert f"{file[place][11]:.2f}" == percent


@pytest.fixture
def three_laos(app: Flask) -> list[int]:
    """In province 65: one high, one not reported, one whose plan did not pass; a rejected project beside."""
    high, silent = make_lao(), make_lao("5650801", name="เทศบาลตำบลวังทอง", district="6508")
    make_organisation("6650101", "องค์การบริหารส่วนตำบลท่าโพธิ์", district="6501", passed=())
    ids = [make_project(high, facts("=1+1 โครงการ")), make_project(high, facts("ถูกปฏิเสธ")), make_project(silent)]
    make_report(high, ids[0], ReportStatus.DONE, spent=Decimal("750.25"))
    review(ids[1], ReviewStatus.REJECTED, "ซ้ำกับโครงการอื่น")
    return ids


TABLE = "/public/provinces/65?year=2561&round=6"


def rows_of_table(page: str) -> list[str]:
    return [words(row) for row in re.findall(r'<tr id="o\d{7}">.*?</tr>', page, re.S)]


def test_a_table_is_grouped_and_narrowed_as_the_address_says(three_laos: list[int], client: Client) -> None:
    by_district = client.get(TABLE).text
    assert [row[:3] for row in rows_of_table(by_district)] == ["1 *", "1 อ", "2 เ"]
    by_level = words(client.get(f"{TABLE}&by=level").text)
    assert by_level.index("ระดับ: มาก") < by_level.index("ระดับ: ยังไม่รายงานผล") < by_level.index("ระดับ: ยังไม่ส่งแผน")
    assert len(rows_of_table(client.get(f"{TABLE}&level=high").text)) == 1
    assert len(rows_of_table(client.get(f"{TABLE}&district=6508").text)) == 2
    assert len(rows_of_table(client.get(f"{TABLE}&type=sao").text)) == 3
    nothing = client.get(f"{TABLE}&type=city").text
    assert "ไม่พบ อปท. ตามตัวกรองนี้" in nothing
    assert len(rows_of_table(client.get(f"{TABLE}&level=%00&by=x&type='").text)) == 3


def test_the_file_has_the_rows_of_the_screen_in_its_order(three_laos: list[int], client: Client) -> None:
    path = "/public/provinces/65/table.xlsx?year=2561&round=6"
    rows = workbook_of(client, path).get_sheet_by_name("อปท.").to_python()
    assert rows[0][0] == "ผลการนำแผนไปปฏิบัติของ อปท."
    assert rows[3][0].endswith("โดย หน้าสำหรับประชาชน")
    table, total = [row[:6] for row in rows[6:-1]], rows[-1]
    assert [row[1] for row in table] == [1, 1, 2]
    assert total[:6] == ["รวม", "", "", "", "", ""]
    assert total[6] == sum(row[6] for row in rows[6:-1])
    assert table[0][3].startswith("** ")
    assert table[1][2] == "6650807"
    assert workbook_of(client, f"{path}&level=high").get_sheet_by_name("อปท.").to_python()[6:][0][2] == "6650807"
    plain = client.get("/public/provinces/65/table.csv?year=2561&round=6")
    assert plain.data.startswith(b"\xef\xbb\xbf")
    assert "750.25" in plain.text
    assert "filename*=UTF-8''" in plain.headers["Content-Disposition"]


def test_a_plan_taken_back_marks_the_lao_and_its_figures_agree_everywhere(
    three_laos: list[int], client: Client
) -> None:
    # given
    with transaction():
        plan = db.session.get_one(PlanYear, (db.session.get_one(Project, three_laos[0]).organisation_id, YEAR))
        plan.status = PlanStatus.FAILED

    # when
    row = next(row for row in rows_of_table(client.get(f"{TABLE}&district=6508").text) if "ดินทอง" in row)
    file = workbook_of(client, "/public/provinces/65/table.xlsx?year=2561&round=6").get_sheet_by_name("อปท.")
    page = words(client.get("/public/organisations/6650807?year=2561&round=6").text)
    figure = words(client.get("/public/organisations/6650807/figures/percent?year=2561&round=6").text)

    # then
    assert row.endswith("** องค์การบริหารส่วนตำบลดินทอง 1/1 100.00 ยังไม่ส่งแผน หรือแผนไม่ผ่าน")
    assert [line[11] for line in file.to_python()[6:] if line[2] == "6650807"] == [100]
    assert "ยังไม่ส่งแผน หรือแผนไม่ผ่าน" in page
    assert "1 ÷ 1 × 100 = 100.00" in figure


def test_a_row_opens_in_place_to_its_counts_and_projects(three_laos: list[int], client: Client) -> None:
    # when
    opened = client.get("/public/organisations/6650807/open?year=2561&round=6&n=4", headers=HTMX).text

    # then
    assert opened.lstrip().startswith('<tr id="o6650807" class="is-open">')
    assert "=1+1 โครงการ" in opened
    assert "ไม่นับอีก 1 โครงการ" in words(opened)
    closed = client.get("/public/organisations/6650807/open?year=2561&round=6&n=4&view=row", headers=HTMX).text
    assert rows_of_table(closed)[0].startswith("4 องค์การบริหารส่วนตำบลดินทอง")
    plain = client.get("/public/organisations/6650807/open?year=2561&round=6")
    assert plain.location == "/public/organisations/6650807?year=2561&round=6"


def test_a_number_leads_to_its_formula_its_projects_and_their_changes(three_laos: list[int], client: Client) -> None:
    # given
    place = client.get("/public/organisations/6650807?year=2561&round=6").text
    link = "/public/organisations/6650807/figures/percent?year=2561&amp;round=6"
    assert f'href="{link}"' in place

    # when
    figure = words(client.get(link.replace("&amp;", "&")).text)
    left_out = client.get(f"{link.replace('&amp;', '&')}&side=left-out").text
    project = words(client.get(f"/public/projects/{three_laos[0]}").text)

    # then
    assert "1 ÷ 1 × 100 = 100.00" in figure
    assert "ตัวตั้ง 1 อยู่ในตัวหารเท่านั้น 0 ไม่นับ และเหตุผล 1" in figure
    assert "ป.ป.ช. ปฏิเสธ: ซ้ำกับโครงการอื่น" in left_out
    assert "รายงานผล ปี 2561 รอบ 6 เดือน" in project
    assert "สถานะ : – → ดำเนินการแล้วเสร็จ" in project


@pytest.mark.parametrize(
    "path", ["/public", "/public/regions/6", "/public/provinces/65", "/public/organisations/6650807"]
)
def test_every_number_of_a_table_is_a_link_to_its_source(three_laos: list[int], client: Client, path: str) -> None:
    """Save those of the places an LAO is compared with, which have pages of their own, and the rank in a group."""
    page = client.get(f"{path}?year=2561&round=6").text
    cells = re.findall(r'<td class="num[^"]*"[^>]*>(.*?)</td>', page, re.S)
    bare = [words(cell) for cell in cells if "<a " not in cell and words(cell) not in ("0", "")]
    if path.endswith("6650807"):
        bare = bare[:-12]  # เทียบกับ อปท. อื่น
    known = {words(row).split(" ")[0] for row in re.findall(r'<tr id="o\d{7}">.*?</tr>', page, re.S)}
    assert [cell for cell in bare if cell not in known and "/" not in cell] == []
    assert len(cells) > 20


@pytest.mark.parametrize("tail", ["/figures/nonsense", "/figures/percent?dimension=9", "/nothing"])
def test_what_is_not_there_is_not_found(three_laos: list[int], client: Client, tail: str) -> None:
    assert client.get(f"/public/provinces/65{tail}").status_code == 404


def test_a_closed_lao_has_a_page_also_for_a_year_without_projects(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_project(lao)
    with transaction():
        db.session.get_one(Organisation, lao.organisation_id).closed_at = NOW
    path = "/public/organisations/6650807"
    assert "องค์การบริหารส่วนตำบลดินทอง" in client.get(f"{path}?year=2570&round=6").text
    assert client.get(f"{path}/open?year=2570&round=6", headers=HTMX).status_code == 404
    assert client.get(f"{path}/open?year={YEAR}&round=6", headers=HTMX).status_code == 200


def test_an_old_code_still_leads_to_the_lao(app: Flask, client: Client) -> None:
    organisation = make_organisation("5650807")
    make_former(organisation, code="6650807")
    page = client.get("/public/organisations/6650807?year=2561&round=6").text
    assert 'href="/public/organisations/5650807/figures/percent?' in page


def test_a_page_that_is_no_longer_there_is_the_last_one(three_laos: list[int], client: Client) -> None:
    page = words(client.get("/public/provinces/65/figures/total?year=2561&round=6&page=7").text)
    assert "โครงการ 2 รายการ" in page
    assert "ไม่มีโครงการในส่วนนี้" not in page


@pytest.mark.parametrize("code", ["99", "%00", "๙๐", "9" * 400, "90'"])
def test_a_province_that_is_not_there_is_not_found(app: Flask, client: Client, code: str) -> None:
    enter(client, make_lao().account_id)
    assert client.get(f"/reports/province?province={code}").status_code == 404


def test_staff_start_where_they_work(app: Flask, client: Client) -> None:
    make_organisation()
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert client.get("/reports").location == "/reports/places/provinces/65"
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    assert client.get("/reports").location == "/reports/places"


def test_the_province_table_is_sent_only_when_it_has_changed(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    project_id = make_project(lao)
    enter(client, lao.account_id)
    path = f"/reports/province?province=65&year={YEAR}&round=6"
    first = client.get(path)
    asks = {"If-None-Match": first.headers["ETag"]}

    # when
    again = client.get(path, headers=asks)
    make_report(lao, project_id)
    changed = client.get(path, headers=asks)

    # then
    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200
    assert "100.00" in changed.text
    assert client.get(path, headers=asks | HTMX).status_code == 200  # the fragment is another page


def test_a_project_stands_under_its_own_periods_dimension_whatever_was_reported_last(
    app: Flask, client: Client
) -> None:
    # given
    lao = make_lao(passed=(YEAR, 2566))
    project_id = make_project(lao)
    later = make_project(lao, facts(budgets={2566: Decimal(1)}))
    with transaction():
        for period in db.session.scalars(select(PlanPeriod)):
            db.session.get_one(Dimension, (period.id, 1)).name = f"มิติของแผน {period.first_year}"
    with transaction():
        save_report(lao, later, 2566, Round.SIX, 1, ReportFacts(ReportStatus.DONE), NOW.replace(year=2023))

    # when
    pages = [client.get(f"/public/projects/{id_}").text for id_ in (project_id, later)]

    # then
    assert "มิติของแผน 2561" in pages[0]
    assert "มิติของแผน 2566" in pages[1]
