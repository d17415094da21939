"""The default run: `python -m app.local.run` starts every process, minds them, and stops them in order."""

import hashlib
import http.client
import os
import socket
import sys
import time

from app.config import Config, ConfigError
from app.local.embedded import Postgres, Valkey
from app.local.environment import environment, without_owner
from app.local.lock import locked
from app.local.paths import fingerprint
from app.local.processes import LocalError, say
from app.local.supervisor import Service, Stopped, Supervisor

ACCOUNTS = {
    "anna@example.com": "business admin",
    "olha@example.com": "brand operator",
    "boris@example.com": "operator of one location",
    "vera@example.com": "accountant",
    "sasha@example.com": "salesperson, signs in at /terminal",
    "oleg@example.com": "admin of another business",
}
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
PORT_PATIENCE = 2.0  # seconds
SERVICES = {
    "The web server": ("-m", "gunicorn", "-c", "python:app.gunicorn_conf", "wsgi:app"),
    "The messages worker": ("-m", "jobs.worker", "messages"),
    "The worker": ("-m", "jobs.worker", "work"),
    "The scheduler": ("-m", "jobs.schedule"),
    "The sweeper": ("-m", "jobs.sweeper"),
    "The listener": ("-m", "jobs.listener"),
    "The deliverer": ("-m", "jobs.deliverer"),
}


def main() -> None:
    try:
        config = Config.from_environ(os.environ)
        with locked(config.data, f"Regulars at {address(config)}"):
            run(config)
    except (ConfigError, LocalError) as error:
        sys.exit(str(error))


def run(config: Config) -> None:
    """Start everything and mind it until a signal asks for the end."""
    check_port(config)
    supervisor = Supervisor()
    supervisor.listen()
    try:
        env = start_servers(supervisor, config)
        prepare_database(supervisor, config, env)
        serving = without_owner(env)
        web, *others = [Service(name, (sys.executable, *words), serving) for name, words in SERVICES.items()]
        supervisor.serve(web)
        wait_for_web(web, config)  # alone, so that it need not share the processors
        supervisor.serve(*others)
        welcome(config, bool(supervisor.postgres))
        while True:
            supervisor.mind()
            time.sleep(0.25)
    except Stopped:
        say("\nStopping …")
    finally:
        supervisor.stop()
    say("Stopped. What was entered is kept.")


def check_port(config: Config) -> None:
    """Raise LocalError when the port cannot be had; that of a killed run may take a moment to be free."""
    deadline = time.monotonic() + PORT_PATIENCE
    while reason := port_refused(config):
        if time.monotonic() > deadline:
            raise LocalError(f"Cannot listen at {address(config)}: {reason}. Choose another by PORT=8001.")
        time.sleep(0.1)


def port_refused(config: Config) -> str | None:
    """Why the port cannot be had now."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as test:
            test.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            test.bind((config.host, config.port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def start_servers(supervisor: Supervisor, config: Config) -> dict[str, str]:
    """Start the embedded servers where no address is given; the environment that names all of them."""
    if not config.database_url:
        supervisor.postgres = Postgres(config.data / "postgres")
        supervisor.postgres.start()
        supervisor.postgres.create_database()
    if not config.redis_url:
        supervisor.valkey = Valkey(config.data / "valkey")
        supervisor.valkey.start()
    return environment(config, supervisor.postgres, supervisor.valkey)


def prepare_database(supervisor: Supervisor, config: Config, env: dict[str, str]) -> None:
    """Bring the schema up to date as its owner, and fill the embedded database once."""
    if not supervisor.postgres:
        if env.get("MIGRATION_DATABASE_URL"):
            supervisor.step("The migration", (*FLASK, "db", "upgrade"), env, quiet=True)
        else:
            say("MIGRATION_DATABASE_URL is not set: the schema stays as it is.")
        return
    # Nobody else changes the embedded database, so its folder can tell what it has been made by.
    stamp = supervisor.postgres.home / "prepared"
    wanted = made_of(config)
    if not stamp.exists() or stamp.read_text() != wanted:
        say("Preparing the database …")
        supervisor.step("The migration", (*FLASK, "db", "upgrade"), env, quiet=True)
        supervisor.step("The demonstration business", (*FLASK, "demo", "ensure"), env)
        stamp.write_text(wanted)
    if os.environ.get("REGULARS_COMPLETEJOURNEY") == "1":
        supervisor.step("The real groceries", (*FLASK, "demo", "completejourney"), env)


def made_of(config: Config) -> str:
    """What tells whether an embedded database is up to date: migrations, the generator, the accounts' password."""
    sources = fingerprint("migrations/**/*.py", "app/demo/**/*.py")
    return f"{sources} {hashlib.sha256(config.demo_password.encode()).hexdigest()}"


def wait_for_web(web: Service, config: Config) -> None:
    """Wait for the first answer. Raises LocalError when the web server ends before it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    while web.alive:
        connection = http.client.HTTPConnection(host, config.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise LocalError("The web server did not start: see the lines above.")


def welcome(config: Config, demo: bool) -> None:
    say(f"\nRegulars is at {address(config)}\n")
    if demo:
        for email, role in ACCOUNTS.items():
            say(f"  {email:<20}{role}")
        say(f"\n  Password of all of them: {config.demo_password}\n")
    say("Ctrl-C stops it.\n")


def address(config: Config) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}"


if __name__ == "__main__":
    main()
