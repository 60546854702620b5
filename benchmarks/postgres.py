"""A PostgreSQL server of the benchmarks' own, which can be gone for a while."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


class Server:
    """A server in a temporary folder, reached by a socket there alone."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self._bin = found[-1] if found else Path(shutil.which("initdb") or "initdb").parent
        self._folder = Path(tempfile.mkdtemp(prefix="kassei-chaos-"))
        self._user = None
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            names = {entry.pw_name for entry in pwd.getpwall()}
            self._user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", self._data, "--auth=trust", "-U", "kassei", "-E", "UTF8")
        self.start()

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of it."""
        return f"postgresql+psycopg://kassei@/postgres?host={self._folder}"

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self._folder} -c max_connections=200"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
            check=True,
        )
