#!/usr/bin/env bash
# granian's WSGI worker reads an end where the line of a body breaks, with its length announced or in pieces, and says in
# `wsgi.input_terminated` that this end may be trusted: Werkzeug then asks for no length, and hands on half a form as a whole one.
# In the product a clerk's half form was kept: `app/turns.py` takes that word away, and `app/web.py` takes no form in pieces.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check granian==2.8.7 werkzeug==3.1.9
cat > seen.py <<'PY'
import sys
from werkzeug.wrappers import Request, Response

class Limited(Request):
    max_content_length = 1000

@Limited.application
def app(request):
    print(repr(request.form.to_dict()), file=sys.stderr, flush=True)
    return Response("")
PY
v/bin/granian --interface wsgi --port 18473 --no-log seen:app 2>told &
server=$!
sleep 2
python3 - <<'PY'
import socket
for rest in (b"Content-Length: 40\r\n\r\nnote=half a", b"Transfer-Encoding: chunked\r\n\r\n20\r\nnote=half a"):
    with socket.create_connection(("127.0.0.1", 18473)) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n" + rest)
        line.settimeout(2)
        try:
            line.recv(1)
        except TimeoutError:
            pass
PY
sleep 1
kill $server; wait $server || true
echo "$(v/bin/granian --version)"
echo "expected: no form"
echo "seen:     $(tr '\n' ' ' < told)"
[ "$(cat told)" = "{'note': 'half a'}
{'note': 'half a'}" ]
