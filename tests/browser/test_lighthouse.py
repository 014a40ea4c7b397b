"""What Lighthouse says of the eight screens that people come by: nothing to mend, in any of its categories.

It says how fast a page is by this machine's clock, so here stands what of it is the same each time: what is sent, in
which form and how it moves. The score itself is a row of `make bench`; round trips and bytes are test_bytes.py.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import browser_path
from tests.browser.steps import session_of
from tests.client import Client

NPM = Path(__file__).parents[1] / "house" / "npm"
NODE = shutil.which("node")
PATIENCE_SECONDS = 600
MOMENT = "year=2561&round=6"
FOR_EVERYBODY = {
    "landing": "/",
    "login": "/login",
    "map": f"/public?{MOMENT}",
    "public": f"/public/organisations/2900101?{MOMENT}",
}
SIGNED_IN = {
    "home": "/home?year=2561",
    "list": f"/reporting?{MOMENT}",
    "grid": f"/reporting/grid?{MOMENT}",
    "province table": f"/reports/province?province=90&{MOMENT}",
}
WHOLE = {"accessibility": 100, "best-practices": 100, "seo": 100}


@pytest.mark.skipif(not NODE or not (NPM / "node_modules/lighthouse").exists(), reason="needs Lighthouse: make test")
def test_lighthouse_finds_nothing_to_mend(site: str, client: Client, songkhla: int) -> None:
    # given
    cookie = "=".join(session_of(client, songkhla))
    pages = {name: (f"{site}{path}", "") for name, path in FOR_EVERYBODY.items()}
    pages |= {name: (f"{site}{path}", cookie) for name, path in SIGNED_IN.items()}

    # when
    asked = [str(NODE), str(NPM / "lighthouse.mjs"), browser_path(), json.dumps(pages)]
    answer = subprocess.run(asked, check=False, capture_output=True, timeout=PATIENCE_SECONDS)
    assert answer.returncode == 0, answer.stderr.decode()[-1000:]
    told = json.loads(answer.stdout)

    # then
    assert {name: page["faults"] + page["moved"] for name, page in told.items()} == {name: [] for name in pages}
    scores = {name: {kind: page["scores"][kind] for kind in WHOLE} for name, page in told.items()}
    assert scores == dict.fromkeys(pages, WHOLE)
