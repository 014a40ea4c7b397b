"""Lets a crawler, schemathesis and sqlmap loose on a throw-away instance that runs, and on its twin with planted holes:
each planted hole is found by something, or the search proves nothing, and ours has none.
"""

import csv
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import schemathesis
from schemathesis.engine import from_schema

from tests.citizens.open_data import test_openapi
from tests.security.crawler import Crawler
from tests.security.twin import HOLES, plant_all
from tests.security.wire import make, over_the_wire, served

API = "/api/v1"
# The parameters that words or codes of a stranger are looked up by.
PARAMETERS = ("/codes?q=a&province=65", "/public/search?q=a", "/public/verify?entry=1&hash=0123456789abcdef")
PARAMETERS += (f"{API}/organisations?province=65", f"{API}/results?year=2561&round=6&kind=province&province=65")
# Not `--smart`: that goes on only where a page shows the words of the database, and no page here does.
OPTIONS = "--batch --level 1 --risk 1 --technique B --dbms sqlite --skip-waf --retries 0 --drop-set-cookie --threads 2"
PATIENCE_SECONDS = 240


class Found(NamedTuple):
    by: str
    kind: str
    where: str


def search(sqlmap: Path) -> int:
    """Prints which planted hole was found by what, and all that was found in ours; how many should not be so."""
    with ProcessPoolExecutor(2) as at_once:
        planted, ours = at_once.map(tried, (True, False), (sqlmap, sqlmap))
    missed = 0
    for name, hole in HOLES.items():
        by = {each.by for each in planted if each.where.startswith(hole.where) and of_kind(each, hole.kind)}
        missed += not by
        print(f"  {name:<50} {', '.join(sorted(by)) or 'NOTHING FOUND IT'}")
    for each in sorted(ours):
        print(f"{each.where}: {each.kind}, found by {each.by} in ours")
    print(f"{len(HOLES) - missed} of {len(HOLES)} holes of the twin found, {len(ours)} in ours")
    return missed + len(ours)


def of_kind(found: Found, kind: str) -> bool:
    return found.by != "crawler" or found.kind == kind


def tried(twin: bool, sqlmap: Path) -> set[Found]:
    """What there is to find in ours, or in the twin, while it runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app, people = make(folder)
        if twin:
            plant_all(app).logger.disabled = True  # it crashes, as it should
        with served(app) as port:
            address = f"http://127.0.0.1:{port}"
            found = by_sqlmap(sqlmap, address, folder) | by_schemathesis(address)
            crawler = Crawler(over_the_wire(port), app)
            crawler.ask_first()
            for who in people:
                crawler.walk(who)
            crawler.rows.close()
            told = (
                f"{crawler.asked} requests, {crawler.sent} forms filled in, {crawler.done} of which changed something"
            )
            print(f"{'the twin' if twin else 'ours'}: {told}", flush=True)
    return found | {Found("crawler", *each) for each in crawler.found}


def by_schemathesis(address: str) -> set[Found]:
    schema = schemathesis.openapi.from_url(f"{address}{API}/openapi.json", config=test_openapi.settings())
    told = test_openapi.found(from_schema(schema).execute())
    return {Found("schemathesis", each, f"{API}{each.split()[1].rstrip(':')}") for each in told}


def by_sqlmap(program: Path, address: str, folder: Path) -> set[Found]:
    (folder / "asked").write_text("".join(f"{address}{each}\n" for each in PARAMETERS))
    files = ("-m", folder / "asked", "--output-dir", folder / "sqlmap", "--results-file", folder / "found.csv")
    told = subprocess.run(
        [program, *files, *OPTIONS.split()], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    ).stdout
    with (folder / "found.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["Parameter"]]
    assert rows or told.count("testing URL") == len(PARAMETERS), told  # it stops at the first hole of a server
    return {Found("sqlmap", f"SQL in {row['Parameter']}", urlsplit(row["Target URL"]).path) for row in rows}
