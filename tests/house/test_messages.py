"""Where one message ends and the next begins: the server that serves production decides as HTTP says, or refuses."""

from collections.abc import Iterator

import pytest

from tests.house.serving import answers, serving

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
# What a proxy in front may read as a longer or a shorter body than the server does.
AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 67\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 67\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 67\r\n\r\n",
    "a signed length": b"Content-Length: +0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a length in hex": b"Content-Length: 0x0\r\n\r\n",
    "a space before the colon": b"Content-Length : 0\r\n\r\n",
    "a folded line": b"X-A: 1\r\n Content-Length: 67\r\n\r\n",
    "a coding nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks that are not the last coding": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a null in a header": b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served.port


def test_a_message_that_can_be_read_in_two_ways_is_refused_with_all_behind_it(port: int) -> None:
    assert answers(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + SMUGGLED) == [
        b"200 OK",
        b"404 Not Found",
    ]
    for name, rest in AMBIGUOUS.items():
        refused = answers(port, HEAD + rest + SMUGGLED)
        assert refused in ([b"400 Bad Request"], [b"411 Length Required"]), name
