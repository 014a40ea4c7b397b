"""PocketBase with the projects as a collection, read and changed by somebody signed in, over its JSON API."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.server import Line, free_port, running

NAME, PASSWORD = "bench@example.go.th", "only for measuring"
JSON = {"Content-Type": "application/json"}
TEXTS, NUMBERS = ("name", "kind", "review", "status", "note"), ("dimension", "planned", "ordinance", "spent")
RECORDS = "/api/collections/projects/records"


@contextmanager
def pocketbase(program: Path, folder: Path) -> Iterator[tuple[Line, dict[str, str], str]]:
    """A server with the rows of rows.json, the headers of a signed-in user, and the id of the first row."""
    data = f"--dir={folder / 'pocketbase'}"
    subprocess.run([program, "superuser", "upsert", NAME, PASSWORD, data], check=True, capture_output=True)
    port = free_port()
    with running([str(program), "serve", f"--http=127.0.0.1:{port}", data], port, {}) as line:
        superuser = signed_in(line, "_superusers")
        only_users = "@request.auth.id != ''"
        rules = dict.fromkeys(("listRule", "viewRule", "updateRule"), only_users)
        fields = [{"name": name, "type": "text"} for name in TEXTS] + [
            {"name": name, "type": "number"} for name in NUMBERS
        ]
        told(line, "/api/collections", superuser, {"name": "projects", "type": "base", "fields": fields, **rules})
        rows = json.loads((folder / "rows.json").read_text())
        ids = [told(line, RECORDS, superuser, row)["id"] for row in rows]
        told(
            line,
            "/api/collections/users/records",
            superuser,
            {"email": NAME, "password": PASSWORD, "passwordConfirm": PASSWORD, "verified": True},
        )
        yield line, signed_in(line, "users"), ids[0]


def told(line: Line, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    answer, _headers = line.ask("POST", path, {**headers, **JSON}, json.dumps(body))
    given: dict[str, Any] = json.loads(answer)
    return given


def signed_in(line: Line, collection: str) -> dict[str, str]:
    path = f"/api/collections/{collection}/auth-with-password"
    return {"Authorization": told(line, path, {}, {"identity": NAME, "password": PASSWORD})["token"]}
