"""A PostgreSQL of the tests' own, from Debian's binaries; the machine's clusters are left alone."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from tests.collector.mosquitto import free_port

_PLACES = Path("/usr/lib/postgresql")
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2 * 1024**3
_ACCOUNT = "postgres"  # initdb and the server refuse to run as root
_STARTS_WITHIN_S = 60.0


def binaries() -> Path | None:
    """Debian's newest server binaries; None when there are none."""
    found = sorted(_PLACES.glob("*/bin/initdb"), key=lambda path: int(path.parents[1].name))
    return found[-1].parent if found else None


def why_missing() -> str:
    """Why no server can be started here; '' when one can."""
    return "" if binaries() else "PostgreSQL is missing: apt-get install postgresql"


class Server:
    """A cluster in a folder of its own, on a free loopback port, with fsync on."""

    def __init__(self, root: Path, *, account: pwd.struct_passwd | None, where: Path) -> None:
        self.root = root
        self.port = free_port()
        self._account = account
        self._where = where

    def initialise(self) -> None:
        """Make the cluster. ICU's order of letters is not SQLite's: what depends on it shows."""
        self._call(
            *("initdb", "-D", self.data, "-U", "preclaim", "-A", "trust", "--no-sync"),
            *("-E", "UTF8", "--locale", "C.UTF-8"),
            *("--locale-provider", "icu", "--icu-locale", "en-US"),
        )

    @property
    def data(self) -> str:
        """The cluster's folder."""
        return str(self.root / "data")

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://preclaim@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, also after a crash, when the shared memory of the dead one is still there."""
        until = time.monotonic() + _STARTS_WITHIN_S
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.root} -c fsync=on"
        while True:
            try:
                self._call(
                    *("pg_ctl", "start", "-w", "-D", self.data, "-l", self.root / "log"),
                    *("-o", options),
                )
            except subprocess.CalledProcessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def demand_passwords(self) -> None:
        """From now on nobody gets in without one, except the tests' own role."""
        rules = "host all preclaim 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.root / "data" / "pg_hba.conf").write_text(rules)
        self.run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """An orderly end that waits for nobody."""
        self._call("pg_ctl", "stop", "-m", "fast", "-w", "-D", self.data)

    def kill(self) -> None:
        """kill -9 of the postmaster and of what it started: a crash, not an end."""
        postmaster = psutil.Process(
            int((self.root / "data" / "postmaster.pid").read_text().split()[0])
        )
        children = postmaster.children(recursive=True)
        for process in (postmaster, *children):
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        psutil.wait_procs([postmaster, *children], timeout=10)

    def run(self, sql: str, *, database: str = "postgres") -> str:
        """Run one statement with psql; what it printed."""
        return self._call(
            *("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", "127.0.0.1", "-p", str(self.port), "-U", "preclaim"),
            *("-d", database, "-c", sql),
        ).decode()

    def call(self, program: str, *arguments: str, given: bytes = b"") -> bytes:
        """Run one of PostgreSQL's programs against this server; what it printed."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "preclaim")
        return self._call(program, *where, *arguments, given=given)

    def destroy(self) -> None:
        """End it and remove its folder."""
        with contextlib.suppress(subprocess.CalledProcessError):  # it had ended already
            self._call("pg_ctl", "stop", "-m", "immediate", "-w", "-D", self.data)
        shutil.rmtree(self.root, ignore_errors=True)

    def _call(self, program: str, *arguments: object, given: bytes = b"") -> bytes:
        done = subprocess.run(
            [str(self._where / program), *(str(argument) for argument in arguments)],
            check=False,
            capture_output=True,
            input=given,
            cwd=self.root,
            user=self._account.pw_uid if self._account else None,
            group=self._account.pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            timeout=120,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(
                done.returncode, [program, *map(str, arguments)], done.stdout, done.stderr
            )
        return done.stdout


def _place() -> Path | None:
    """In memory, where a database a test costs little; None for the usual place. Tests kill
    processes, not machines: what was written survives that in either."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES
    return _MEMORY if roomy else None


def start() -> Server:
    """A new server, running; call ``destroy`` at the end."""
    where = binaries()
    assert where is not None, why_missing()
    root = Path(tempfile.mkdtemp(prefix="preclaim-postgresql-", dir=_place()))
    account = pwd.getpwnam(_ACCOUNT) if os.geteuid() == 0 else None
    if account:
        os.chown(root, account.pw_uid, account.pw_gid)
    server = Server(root, account=account, where=where)
    try:
        server.initialise()
        server.start()
    except BaseException:
        server.destroy()
        raise
    return server
