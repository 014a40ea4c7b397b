"""`python -m bench.peers [WORDS…]`: ours against other programs; PEERS_VENV says where these are installed."""

import os
import sys

os.environ.setdefault("EPLANNACC_ENV", "testing")

from bench.peers.rows import REGISTRY
from bench.run import main

if __name__ == "__main__":
    sys.exit(main(REGISTRY, [], sys.argv[1:]))
