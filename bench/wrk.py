"""Requests a second by wrk, which costs a twentieth of what a client in Python does: what is left is the server's own.

A deed made here gives seconds per request, so ours ÷ base is how many times as many requests a second base answers.
"""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask

from bench.frame import REGISTRY, Benchmark, Pair
from bench.server import ROOT, Line, cpu_seconds

SCRIPT = Path(__file__).with_name("wrk.lua")
PROGRAM = "/usr/bin/wrk"
# Of ours and of base in turns: short rounds and many, so that a busy neighbour spoils few of them.
SECONDS, ROUNDS, WARM_UP = 1, 9, 1


@dataclass
class Asked:
    """What is asked of a server over and over. `size`: bytes that an answer has at least.

    Each `@` in path and body becomes a number that rises, from `first()` on, and in headers where there is a body.
    """

    line: Line
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""
    size: int = 0
    round_seconds: int = SECONDS
    first: Callable[[], int] = field(default_factory=lambda: count(1, 1_000_000).__next__)

    def __post_init__(self) -> None:
        file = Path(mkdtemp(prefix="eplannacc_bench_")) / "request"
        head = [self.method, self.path, str(len(self.body.encode())), *([self.body] if self.body else [])]
        file.write_text("\n".join([*head, *(f"{name}: {value}" for name, value in self.headers.items()), ""]))
        self.file = str(file)

    def seconds(self, clients: int = 1) -> Callable[[], float]:
        """A deed that gives seconds per request."""
        return lambda: self._run(clients)["each"]

    def cpu(self, clients: int = 1) -> Callable[[], float]:
        """A deed that gives the server's seconds on a processor per request: a busy neighbour changes them little."""

        def used() -> float:
            before = cpu_seconds(self.line.process)
            told = self._run(clients)
            return (cpu_seconds(self.line.process) - before) / float(told["requests"])

        return used

    def _run(self, clients: int) -> dict[str, Any]:
        return run([self], clients, self.round_seconds)


def run(asked: Sequence[Asked], clients: int, seconds: int) -> dict[str, Any]:
    """What wrk tells of `seconds` in which each of `asked`, a thread of its own, was asked over and over.

    Raises RuntimeError where an answer was none, an error, or shorter than it should be.
    """
    first = asked[0]
    command = [PROGRAM, f"-t{len(asked)}", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "-s", str(SCRIPT)]
    command += [f"http://127.0.0.1:{first.line.port}/", "--"]
    for each in asked:
        command += [str(each.first()), each.file]
    answered = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    told: dict[str, Any] = json.loads(answered.stdout.splitlines()[-1])
    if not told["requests"] or told["wrong"] or told["bytes"] < min(each.size for each in asked) * told["requests"]:
        raise RuntimeError(f"{first.path}: {told}")
    return told | {"each": told["seconds"] / told["requests"]}


def page(
    line: Line, path: str, headers: Mapping[str, str] | None = None, expected: int = 200, seconds: int = SECONDS
) -> Asked:
    """A page that answers as `expected` now; answers that are shorter than this one are refused."""
    body, _headers = line.ask("GET", path, headers, expected=expected)
    return Asked(line, path, headers or {}, size=len(body), round_seconds=seconds)


Two = Callable[[Flask, ExitStack], tuple[Asked, Asked]]
WAYS = {"1 client": Asked.seconds, "8 clients": partial(Asked.seconds, clients=8), "server CPU": Asked.cpu}


def compared(name: str, registry: list[Benchmark] = REGISTRY, **limits: float) -> Callable[[Two], Two]:
    """Register a row for each way of measuring that has a limit: `one` client, `eight` clients, the server's `cpu`."""

    def register(prepare: Two) -> Two:
        for way, measured in zip(WAYS, ("one", "eight", "cpu"), strict=True):
            if measured in limits:
                limit = limits[measured]
                deeds = partial(_pair, prepare, WAYS[way])
                both = {"sqlite": limit, "postgresql": limit}
                registry.append(Benchmark(f"{name}, {way}", both, deeds, ROUNDS, WARM_UP, "ms"))
        return prepare

    return register


def _pair(prepare: Two, way: Callable[[Asked], Callable[[], float]], app: Flask, stack: ExitStack) -> Pair:
    ours, base = prepare(app, stack)
    return way(ours), way(base)
