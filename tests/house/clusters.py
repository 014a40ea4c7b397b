"""PostgreSQL servers of a test's own: they are killed, copied and stood by, and nobody else is on them."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
POOLER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass
class Cluster:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def running(self, *settings: str) -> Iterator["Cluster"]:
        self.start(*settings)
        try:
            yield self
        finally:
            with suppress(subprocess.CalledProcessError):
                self.stop("immediate")

    def start(self, *settings: str) -> None:
        given = "".join(f" -c {setting}" for setting in ("listen_addresses=127.0.0.1", *settings))
        options = f"-p {self.port} -k {self.folder}{given}"
        run("pg_ctl", "-D", self.data, "-o", options, "-w", "-t", "120", "-l", f"{self.folder}/log", "start")

    def stop(self, how: str = "fast") -> None:
        run("pg_ctl", "-D", self.data, "-m", how, "-w", "stop")

    def kill(self) -> None:
        """As a machine that runs out of memory does: the server has no time to end anything."""
        process = int((Path(self.data) / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)
        with suppress(ProcessLookupError):
            while True:  # its children notice by themselves
                os.kill(process, 0)

    def recover_until(self, moment: str, archive: Path) -> None:
        """What a copy does when it is started, as docs/operations.md has it."""
        wanted = {
            "restore_command": f"cp {archive}/%f %p",
            "recovery_target_time": moment,
            "recovery_target_action": "promote",
        }
        lines = "".join(f"{name} = '{value}'\n" for name, value in wanted.items())
        with (Path(self.data) / "postgresql.auto.conf").open("a") as settings:
            settings.write(lines)
        (Path(self.data) / "recovery.signal").touch()

    def promote(self) -> None:
        run("pg_ctl", "-D", self.data, "-w", "promote")

    @property
    def data(self) -> str:
        return f"{self.folder}/data"


def run(program: str, *options: str) -> None:
    path = FOUND[-1].with_name(program)
    subprocess.run(as_nobody(str(path), *options), check=True, stdout=subprocess.DEVNULL, cwd="/")


def as_nobody(*command: str) -> list[str]:
    """Neither PostgreSQL nor PgBouncer lets root run it."""
    return [*(("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()), *command]


@contextmanager
def own_folder() -> Iterator[Path]:
    """One that the servers' user may read: pytest's own are for nobody else."""
    folder = Path(mkdtemp(prefix="eplannacc_cluster_"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    with own_folder() as folder:
        made = Cluster(folder, free_port())
        run("initdb", "-D", made.data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")
        with made.running(*settings):
            yield made


@contextmanager
def standby_of(primary: Cluster) -> Iterator[Cluster]:
    """A copy that follows by streaming, as docs/operations.md has it."""
    with copy_of(primary, "-R") as made, made.running():
        yield made


@contextmanager
def copy_of(primary: Cluster, *options: str) -> Iterator[Cluster]:
    """Its files as they are now, for a server that is not started yet."""
    with own_folder() as folder:
        made = Cluster(folder, free_port())
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        run("pg_basebackup", "-D", made.data, "-d", source, *options, "-X", "stream", "-c", "fast", "--no-sync")
        yield made


@contextmanager
def pooler_of(server: Cluster, size: int) -> Iterator[int]:
    """The port of a PgBouncer that gives each transaction one of `size` connections."""
    with own_folder() as folder:
        port, settings = free_port(), folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
            f"default_pool_size = {size}\n"
        )
        settings.chmod(0o644)
        process = subprocess.Popen(as_nobody(POOLER, "-q", str(settings)), cwd="/")
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int) -> None:
    for _try in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens at {port}")
