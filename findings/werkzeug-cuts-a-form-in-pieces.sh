#!/usr/bin/env bash
# A form that is sent in pieces has no length, and Werkzeug reads it up to `max_content_length`. An urlencoded one that is longer
# is cut off there without a word: the view is given a field that ends in the middle. The same form with its length, and the
# same fields as multipart in pieces, are refused with 413. Small limits here; the product takes no form in pieces.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check werkzeug==3.1.9
cat > seen.py <<'PY'
import sys
from importlib.metadata import version
from io import BytesIO

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import encode_multipart
from werkzeug.wrappers import Request


class Limited(Request):
    max_content_length = 20


def told(body: bytes, kind: str, length: str) -> str:
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": length, "wsgi.input": BytesIO(body)}
    try:
        return repr(Limited({**environ, "wsgi.input_terminated": True}).form.to_dict())
    except RequestEntityTooLarge:
        return "413"


plain, form = b"note=" + b"a" * 40, "application/x-www-form-urlencoded"
boundary, parts = encode_multipart({"note": "a" * 40})
seen = {
    "urlencoded, with its length": told(plain, form, str(len(plain))),
    "multipart, in pieces": told(parts, f"multipart/form-data; boundary={boundary}", ""),
    "urlencoded, in pieces": told(plain, form, ""),
}
print("werkzeug", version("werkzeug"), "max_content_length 20")
print("expected: 413 for each")
print("seen:    ", seen)
sys.exit(list(seen.values()) != ["413", "413", repr({"note": "a" * 15})])
PY
v/bin/python seen.py
