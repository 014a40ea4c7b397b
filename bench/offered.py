"""`python -m bench.offered PORT SECONDS RATE PATH…`: GET requests at a fixed rate, whether or not answers keep up.

Open loop: each request has its moment, and its time is counted from then on. Prints one line of JSON.
"""

import asyncio
import json
import sys
from itertools import cycle
from time import perf_counter

LINES = 32


async def offer(port: int, seconds: float, rate: int, paths: list[str]) -> dict[str, float]:
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _line in range(LINES):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port, limit=2**22))
    taken: list[float] = []
    wrong = 0

    async def ask(path: str, due: float) -> None:
        nonlocal wrong
        reader, writer = await idle.get()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        wrong += not head.startswith(b"HTTP/1.1 200")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        taken.append(perf_counter() - due)
        idle.put_nowait((reader, writer))

    start, tasks, turn = perf_counter(), [], cycle(paths)
    for number in range(int(seconds * rate)):
        due = start + number / rate
        await asyncio.sleep(max(0, due - perf_counter()))
        tasks.append(asyncio.create_task(ask(next(turn), due)))
    await asyncio.gather(*tasks)
    taken.sort()
    return {"requests": len(taken), "wrong": wrong, "p50": taken[len(taken) // 2], "p95": taken[len(taken) * 95 // 100]}


if __name__ == "__main__":
    port, seconds, rate, *paths = sys.argv[1:]
    print(json.dumps(asyncio.run(offer(int(port), float(seconds), int(rate), paths))))
