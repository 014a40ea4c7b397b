#!/usr/bin/env bash
# A worker of granian is forked with the signal handler of the main process, which only notes that there was a signal, and has its own
# only once the application is loaded. SIGTERM to the server in between: it tells its worker once, the worker notes it in vain, and the
# server waits for it for ever, no longer listening. `wsgi.py` sets the default handler before it loads the application.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check granian==2.8.7
cat > slow.py <<'PY'
import os, signal, time
if os.environ.get("DEFAULT"):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
time.sleep(4)
def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
PY
ends() { # how a server ends that is told to two seconds after its start, while its application takes four to load
  DEFAULT="$1" v/bin/granian --interface wsgi --port "$2" --no-log slow:app &
  local server=$!
  sleep 2
  kill -TERM $server
  for _try in $(seq 10); do sleep 1; kill -0 $server 2>/dev/null || { wait $server || true; echo ended; return; }; done
  pkill -KILL -P $server; kill -KILL $server; wait $server 2>/dev/null || true
  echo hangs
}
as_it_is=$(ends "" 18471) default=$(ends yes 18472)
echo "$(v/bin/granian --version)"
echo "expected: ended, whenever it is told to"
echo "seen:     $as_it_is; $default with the default handler"
[ "$as_it_is $default" = "hangs ended" ]
