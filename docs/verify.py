"""Checks the public log of e-PlanNACC without believing the program that made it.

    python docs/verify.py http://127.0.0.1:5000        an installation, by its public addresses
    python docs/verify.py FOLDER                       what `flask log export FOLDER` wrote, offline
    python docs/verify.py … --head head.json           with a head that was saved earlier, by anybody
    python docs/verify.py … --key KEY                  with the public key from another source than the installation

It needs Python's standard library and PyNaCl (pip install pynacl), and shares no code with the application. Exit 0:
all holds. 1: something does not, and what and where is told. 2: it could not be checked.

What is checked: the bytes of every entry against the chain; the chain and the tree (RFC 9162) against every head that
was ever signed; every disclosed text against the salted hash in its entry; and whether the entries, one after the
other, give exactly the rows that the tables hold now. Memory stays flat: rows go through files in a temporary folder.
"""

import argparse
import functools
import hashlib
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

TABLES = {
    "organisations": "organisation",
    "plan-periods": "plan period",
    "dimensions": "dimension",
    "windows": "window",
    "own-windows": "window",
    "minimum-scores": "minimum score",
    "accounts": "account",
    "plan-years": "plan year",
    "scores": "scores",
    "projects": "project",
    "reports": "report",
    "fixed-rounds": "fixed round",
}
# What a row is made of. Facts that an entry tells beyond these are told, and stand in no table.
FACTS = {
    "organisation": {"code", "name", "type", "province_code", "district_code", "founded_at", "closed_at"},
    "plan period": {"years"},
    "dimension": {"name", "max_score"},
    "window": {"opens_at", "closes_at", "reason"},
    "minimum score": {"score"},
    "account": {"role", "provinces", "locked_at"},
    "plan year": {"status"},
    "scores": {"sar_closed_at", "published_at"}
    | {f"{which}_{number}" for which in ("sar", "evaluation") for number in range(1, 10)},
    "project": {"name", "kind", "dimension", "further_dimensions", "quarters", "target_group", "objective", "budgets"}
    | {"organisation", "review_status", "review_reason", "reviewed_at", "created_at", "deleted_at"},
    "fixed round": {"in_force", *map(str, range(1, 100))},
    "report": {"status", "ordinance_budget", "spent", "cannot_reason", "cannot_text", "note", "reported_at"},
}
NO_ROW = {"plan year": "not_sent", "report": "not_reported"}
ROWS_AT_ONCE = 150_000  # of a part of the tables, in memory
NO_CHAIN = bytes(32)
sha256 = hashlib.sha256


class Wrong(Exception):
    """Something does not hold; the message says what and where."""


class Unchecked(Exception):
    """It cannot be checked: no answer, no library, no such folder."""


# ------------------------------------------------------------------------------------------------ where it comes from


class Site:
    """An installation, by its public addresses."""

    def __init__(self, address: str) -> None:
        self.base = address.rstrip("/") + "/public/log/"
        self.lives = True

    def one(self, name: str) -> Any:
        return json.loads(self._read(self.base + name)[0])

    def heads(self) -> Iterator[bytes]:
        return self._lines(self.base + "heads")

    def entries(self, start: int = 0) -> Iterator[bytes]:
        return self._lines(f"{self.base}entries?start={start}")

    def rows(self, table: str) -> Iterator[bytes]:
        return self._lines(f"{self.base}state/{table}")

    def pending(self) -> set[tuple[str, str]]:
        """What was changed a moment ago has its entry within a minute: it is asked for again."""
        return set()

    def _lines(self, address: str) -> Iterator[bytes]:
        while address:
            body, link = self._read(address)
            yield from body.splitlines()
            address = self.base.removesuffix("/public/log/") + link[1 : link.index(">")] if link else ""

    def _read(self, address: str) -> tuple[bytes, str]:
        try:
            with urlopen(address, timeout=60) as answer:
                return answer.read(), answer.headers.get("Link", "")
        except HTTPError as error:
            if error.code == 404:
                raise Unchecked(f"{address}: {json.loads(error.read() or b'{}').get('detail', 'not found')}") from error
            raise Wrong(f"{address} answers {error.code}: {error.read()[:300].decode(errors='replace')}") from error
        except (URLError, TimeoutError, OSError) as error:
            raise Unchecked(f"{address}: {error}") from error


class Folder:
    """The same as files: key.json, heads.jsonl, entries.jsonl, pending.jsonl, state/TABLE.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lives = False

    def one(self, name: str) -> Any:
        return json.loads(self._file(f"{name}.json").read_bytes())

    def heads(self) -> Iterator[bytes]:
        return self._lines("heads.jsonl")

    def entries(self, start: int = 0) -> Iterator[bytes]:
        lines = self._lines("entries.jsonl")
        return (line for number, line in enumerate(lines) if number >= start)

    def rows(self, table: str) -> Iterator[bytes]:
        return self._lines(f"state/{table}.jsonl")

    def pending(self) -> set[tuple[str, str]]:
        """Rows that were changed while the files were written: no entry tells of it yet."""
        lines = map(json.loads, self._lines("pending.jsonl"))
        return {(line["entity"], line["key"]) for line in lines}

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._file(name).open("rb") as lines:
            for line in lines:
                yield line.rstrip(b"\n")

    def _file(self, name: str) -> Path:
        path = self.path / name
        if not path.is_file():
            raise Unchecked(f"{path} is not there")
        return path


# ------------------------------------------------------------------------------------------------ heads


def verifier(key: str) -> Callable[[bytes, bytes], Any]:
    """Checks a signature over a message; raises where it is not that key's."""
    try:
        from nacl.signing import VerifyKey
    except ImportError as error:
        raise Unchecked("signatures need PyNaCl: pip install pynacl (`make run` installs it into .venv)") from error
    return VerifyKey(bytes.fromhex(key)).verify


def checked_head(head: dict[str, Any], key: str, verify: Callable[[bytes, bytes], Any]) -> dict[str, Any]:
    """The head, if its signature is the key's."""
    signed = {name: head.get(name) for name in ("at", "chain", "key", "root", "size")}
    if head.get("key") != key:
        raise Wrong(f"the head of {head.get('size')} entries names another key: {head.get('key')}")
    try:
        verify(canonical(signed), bytes.fromhex(head["signature"]))
    except Exception as error:
        raise Wrong(f"the signature of the head of {head.get('size')} entries is not that of the key") from error
    return head


def canonical(value: Any) -> bytes:
    """RFC 8785, as far as it is needed: strings, whole numbers, true, null, lists, objects with plain names."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# ------------------------------------------------------------------------------------------------ chain and tree


class Tree:
    """A growing tree of which only the right edge is kept: its full subtrees, the widest first."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        at, edge = self.size, self.edge
        while at & 1:
            leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
            at >>= 1
        edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.edge:
            return sha256(b"").digest()
        hash_ = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            hash_ = sha256(b"\x01" + left + hash_).digest()
        return hash_


class Heads:
    """Signed heads, met in the order of their sizes while the log is walked."""

    def __init__(self, heads: Iterable[dict[str, Any]]) -> None:
        self.due = sorted(heads, key=lambda head: head["size"], reverse=True)
        self.met = 0

    @property
    def next_size(self) -> int:
        return self.due[-1]["size"] if self.due else -1

    def meet(self, tree: Tree, chain: bytes) -> None:
        """All heads of this size. Raises Wrong where the log was another when one of them was signed."""
        while self.next_size == tree.size:
            head = self.due.pop()
            if head["root"] != tree.root().hex() or head["chain"] != chain.hex():
                raise Wrong(
                    f"the head of {head['size']} entries, signed {head['at']}, is no beginning of today's log: "
                    f"an entry below {head['size']} is not the one it was"
                )
            self.met += 1


def walk(lines: Iterable[bytes], heads: Heads, keep: Callable[[bytes, int], None]) -> tuple[int, bytes]:
    """Check chain, tree and heads; hand each line on. Gives size and end of the chain."""
    tree, chain = Tree(), NO_CHAIN
    heads.meet(tree, chain)
    add = tree.add
    for seq, line in enumerate(lines):
        at = line.rfind(b',"entry":{')
        if at < 0 or line[:10] != b'{"chain":"' or line[-1:] != b"}":
            raise Wrong(f"entry {seq}: its line is not the published form")
        leaf = sha256(b"\x00" + line[at + 9 : -1]).digest()
        chain = sha256(chain + leaf).digest()
        if line[10:74].decode() != chain.hex():
            raise Wrong(f"entry {seq}: it is not the entry that was put into the chain there")
        if not line.endswith(b'"seq":%d}}' % seq):
            raise Wrong(f"entry {seq}: it bears another number")
        add(leaf)
        keep(line, at)
        if tree.size == heads.next_size:
            heads.meet(tree, chain)
    if heads.due:
        raise Wrong(
            f"the log has {tree.size} entries, but a head of {heads.due[0]['size']} was signed: the end of it is gone"
        )
    return tree.size, chain


# ------------------------------------------------------------------------------------------------ rows


def identity(entry: dict[str, Any]) -> tuple[str, str]:
    """Which row an entry tells of."""
    own = entry["entity"] == "window" and entry["organisation"] is not None
    return entry["entity"], f"{entry['key']}/{entry['organisation']}" if own else entry["key"]


def opened(line: bytes) -> dict[str, Any]:
    """The entry of a line, with what is disclosed in place of its hashes. Raises Wrong where one is another's."""
    read = json.loads(line)
    entry: dict[str, Any] = read["entry"]
    for path, (salt, value) in read["disclosed"].items():
        side, _, name = path.partition("/")
        place, name = (entry[side], name) if name else (entry, side)
        if place is None or name not in place or place[name] != commitment(salt, value):
            raise Wrong(f"entry {entry['seq']}: {path} was another when it was committed to")
        place[name] = value
    return entry


def commitment(salt: Any, value: Any) -> dict[str, str]:
    try:
        return {"hash": sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()}
    except (TypeError, ValueError):
        return {}


def replay(row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """What an entry makes of the facts of its row; empty: no row."""
    entity, action, at = entry["entity"], entry["action"], entry["at"]
    facts = entry["after"] or {}
    if action == "stand":
        return known(entity, {**facts, "organisation": entry["organisation"]} if facts else {})
    if entity == "account":
        return replay_account(row, entry)
    if entity == "fixed round":
        return replay_round(row, facts)
    if entity == "report" and entry["after"] is None:
        return {}
    row = {**row, **facts, "organisation": entry["organisation"]}
    if entity == "report" and action in ("report", "correct report"):
        row["reported_at"] = at
    elif entity == "window" and entry["organisation"] is not None:
        row["reason"] = entry["reason"] or None
    elif entity == "project":
        replay_project(row, entry)
    return known(entity, row)


def replay_account(row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Locking an account of which nothing else is known, that of an LAO, is an event and no row."""
    if entry["action"] == "erase":
        return {}
    if entry["action"] in ("lock", "unlock"):
        return known("account", {**row, "locked_at": entry["at"] if entry["action"] == "lock" else None}) if row else {}
    return known("account", {**row, **(entry["after"] or {})})


def replay_round(row: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """All editions of a closed round, and which is in force: none once it is live again."""
    if "edition" not in facts:
        return {name: value for name, value in row.items() if name != "in_force"}
    told = {name: facts.get(name) for name in ("total", "done", "level", "spent", "sha256")}
    return {**row, str(facts["edition"]): told, "in_force": facts["edition"]}


def replay_project(row: dict[str, Any], entry: dict[str, Any]) -> None:
    action, at = entry["action"], entry["at"]
    if action == "record":
        row.setdefault("review_status", "pending")
        row["created_at"] = at
    elif action == "delete" or (action == "hand on" and entry["after"] is None):
        row["deleted_at"] = at
    elif action == "bring back":
        row["deleted_at"] = None
    elif action in ("approve", "reject"):
        row["reviewed_at"] = at
        row["review_reason"] = entry["reason"] or None if action == "reject" else None
    elif action != "black out" and row.get("review_status") == "pending":
        row["reviewed_at"] = row["review_reason"] = None


def known(entity: str, row: dict[str, Any]) -> dict[str, Any]:
    """The facts a table has a place for."""
    names = FACTS[entity] - ({"provinces"} if entity == "account" and row.get("role") != "officer" else set())
    row = {name: value for name, value in row.items() if value is not None and name in names}
    waits = row.get("status") == NO_ROW.get(entity, "") and not any(row[name] for name in row if name != "status")
    return {} if waits else row


class Parts:
    """Lines sorted into files by their row, so that each file's rows fit into memory."""

    def __init__(self, folder: Path, number: int) -> None:
        self.paths = [folder / f"{part}.jsonl" for part in range(number)]
        self.files = [path.open("wb", buffering=1 << 16) for path in self.paths]

    def keep(self, line: bytes, at: int) -> None:
        """By the bytes between `"entity":` and `"organisation":`, which all entries of a row share."""
        start = line.rfind(b',"entity":"', at)
        key = line[start : line.index(b',"organisation":', start)]
        self.files[hash_of(key) % len(self.files)].write(line + b"\n")

    def keep_row(self, entity: str, line: bytes) -> None:
        key = json.loads(line)["key"]
        told = key.rpartition("/")[0] if entity == "window" and key.count("/") == 2 else key
        place = b',"entity":%b,"key":%b' % (canonical(entity), canonical(told))
        self.files[hash_of(place) % len(self.files)].write(b'{"row":%b,"of":%b}\n' % (line, canonical(entity)))

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self.files:
            file.close()


def hash_of(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "little")


def check_part(path: Path, pending: Collection[tuple[str, str]] = ()) -> tuple[int, list[str]]:
    """Of one part: how many rows there are, and what is wrong with them."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    last: dict[tuple[str, str], int] = {}
    live: dict[tuple[str, str], dict[str, Any]] = {}
    problems: list[str] = []
    with path.open("rb") as lines:
        for line in lines:
            if line.startswith(b'{"row":'):
                read = json.loads(line)
                live[read["of"], read["row"]["key"]] = read["row"]["facts"]
                continue
            try:
                entry = opened(line)
            except Wrong as wrong:
                problems.append(str(wrong))
                continue
            if entry["entity"] in FACTS:
                row = identity(entry)
                rows[row] = replay(rows.get(row, {}), entry)
                last[row] = entry["seq"]
    for row in (rows.keys() | live.keys()) - set(pending):
        if problem := difference(rows.get(row, {}), live.get(row, {})):
            since = f" (its last entry is {last[row]})" if row in last else ""
            problems.append(f"{row[0]} {row[1]}{since}: {problem}")
    return len(live), problems


def difference(told: dict[str, Any], holds: dict[str, Any]) -> str:
    """How a row of the tables is another than its entries say; empty where it is the same."""
    if told and not holds:
        return "the log tells of it, the tables do not hold it"
    if holds and not told:
        return "the tables hold it, no entry of the log made it"
    for name in sorted(told.keys() | holds.keys()):
        if told.get(name) != holds.get(name):
            return f"{name} is {short(holds.get(name))} in the tables, {short(told.get(name))} by the log"
    return ""


def short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


# ------------------------------------------------------------------------------------------------ all of it


def check(source: Site | Folder, saved: dict[str, Any] | None, key: str, processes: int) -> str:
    """All checks, once. Gives a sentence; raises Wrong, Unchecked."""
    published = source.one("key")["key"]
    if key and key != published:
        raise Wrong(f"the installation's key is {published}, not the one you gave")
    verify = verifier(published)
    told = [json.loads(line) for line in source.heads()]
    heads = Heads(checked_head(head, published, verify) for head in [*told, *([saved] if saved else [])])
    if not told:
        raise Unchecked("no head is signed: nothing is provable (the first one comes within a minute)")
    latest = max(head["size"] for head in told)
    with tempfile.TemporaryDirectory(prefix="verify_") as folder:
        with Parts(Path(folder), 1 + 2 * latest // ROWS_AT_ONCE) as parts:
            size, _chain = walk(source.entries(), heads, parts.keep)
            for table, entity in TABLES.items():
                for line in source.rows(table):
                    parts.keep_row(entity, line)
        pending = source.pending()
        rows, problems = compared(parts.paths, pending, processes)
    if problems:
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise Wrong("\n".join(sorted(problems, key=place)[:20]) + more)
    said = f"{size:,} entries, {heads.met:,} signed heads, {rows:,} rows: all holds. Signed up to entry {latest - 1:,}."
    return said + (f" {len(pending):,} rows are not told of yet." if pending else "")


def place(problem: str) -> tuple[int, str]:
    """Entries come before rows, the first one first."""
    words = problem.split()
    return (int(words[1].rstrip(":")), problem) if words[0] == "entry" else (sys.maxsize, problem)


def compared(paths: list[Path], pending: Collection[tuple[str, str]], processes: int) -> tuple[int, list[str]]:
    check_one = functools.partial(check_part, pending=pending)
    if processes < 2 or len(paths) < 2:
        results = [check_one(path) for path in paths]
    else:
        with multiprocessing.Pool(processes) as pool:
            results = pool.map(check_one, paths, chunksize=1)
    return sum(rows for rows, _ in results), [each for _, problems in results for each in problems]


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the public log of e-PlanNACC.")
    parser.add_argument("source", help="address of an installation, or a folder that `flask log export` wrote")
    parser.add_argument("--head", type=Path, help="a head saved earlier: the log must still begin as it did then")
    parser.add_argument("--key", default="", help="the public key, in hex, from another source")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--patience", type=float, default=150, help="seconds to look again while people go on saving")
    asked = parser.parse_args()
    web = asked.source.startswith(("http://", "https://"))
    source = Site(asked.source) if web else Folder(Path(asked.source))
    until = time.monotonic() + (asked.patience if source.lives else 0)
    try:
        saved = json.loads(asked.head.read_bytes()) if asked.head else None
        while True:
            try:
                print(check(source, saved, asked.key, asked.processes))
                return 0
            except Wrong as wrong:
                if time.monotonic() >= until or str(wrong).startswith(("entry", "the ")):
                    print(f"WRONG\n{wrong}", file=sys.stderr)
                    return 1
                # Between reading the entries and the tables somebody may have saved: it must settle.
                print("rows differ: looking again in 20 seconds", file=sys.stderr)
                time.sleep(20)
    except Unchecked as unchecked:
        print(f"CANNOT BE CHECKED\n{unchecked}", file=sys.stderr)
        return 2
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"WRONG\nwhat is published is not in its form: {error!r}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
