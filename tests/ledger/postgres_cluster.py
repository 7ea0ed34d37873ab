"""A PostgreSQL server of a test run's own: its files in a temporary folder, a socket in it, no port, no other user.

`python tests/ledger/postgres_cluster.py COMMAND…` runs a command beside one, with its URL in ZKHEALTH_POSTGRESQL.
"""

import glob
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_TRIES = 100
_SETTINGS = ("listen_addresses=", "max_connections=60", "shared_buffers=64MB", "fsync=on")


def binaries():
    """The folder of initdb and pg_ctl, or None; this file starts a server as Unix does."""
    if os.name != "posix":
        return None
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [Path(path) for pattern in _FOLDERS for path in sorted(glob.glob(pattern), reverse=True)]
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def _unprivileged():
    """Who runs the server: it refuses to be run by root."""
    if os.getuid():
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Cluster:
    """Started when made; every log gets a schema of its own."""

    def __init__(self, folder):
        self._binaries, self._user = folder, _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="zk-pg-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._data, self._numbers = self._folder / "data", itertools.count()
        self._run("initdb", "-D", self._data, "-U", "log", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self, *more):
        chosen = (*_SETTINGS, f"unix_socket_directories={self._folder}", *more)
        settings = " ".join(f"-c {setting}" for setting in chosen)
        log = self._folder / "server.log"
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", log, "-o", settings, "start")

    def start_again(self):
        """With the usual settings, unless it runs."""
        for _ in range(_TRIES):
            if self._is_running():
                return
            try:
                self.start()
            except AssertionError:
                time.sleep(0.05)  # Processes of the killed server hold its memory until they see its death.
        self.start()

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-m", mode, "stop")

    def kill(self):
        """No shutdown at all: the server's first process dies by SIGKILL, and the others when they see it."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        for _ in range(_TRIES):
            if not self._is_running():
                return
            time.sleep(0.05)  # Until its parent has taken note.

    def url(self, schema="public"):
        host = quote(str(self._folder), safe="")
        return f"postgresql:///postgres?host={host}&user=log&options=-csearch_path%3D{schema}"

    def new_url(self):
        """The URL of an empty schema."""
        import psycopg

        schema = f"log{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        return self.url(schema)

    def remove(self):
        try:
            if self._is_running():
                self.stop("immediate")
        finally:
            shutil.rmtree(self._folder)

    def _is_running(self):
        return (self._data / "postmaster.pid").exists() and self._status() == 0

    def _status(self):
        command = [str(self._binaries / "pg_ctl"), "-D", str(self._data), "status"]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "user": self._user, "timeout": 60}
        return subprocess.run(command, check=False, cwd="/", **options).returncode

    def _run(self, program, *arguments):
        command = [str(self._binaries / program), *map(str, arguments)]
        # Without files of its own, the server would keep the pipes open for as long as it runs.
        with (self._folder.parent / f"{self._folder.name}.out").open("w+") as out:
            os.unlink(out.name)
            options = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, "user": self._user, "timeout": 120}
            done = subprocess.run(command, check=False, cwd="/", **options)
            out.seek(0)
            assert done.returncode == 0, out.read()


def main(command):
    folder = binaries()
    if folder is None:
        sys.exit("no PostgreSQL server programs on this machine")
    cluster = Cluster(folder)
    try:
        environment = {**os.environ, "ZKHEALTH_POSTGRESQL": cluster.url()}
        sys.exit(subprocess.run(command, check=False, env=environment).returncode)
    finally:
        cluster.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
