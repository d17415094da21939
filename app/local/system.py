"""Debian packages: installed by root or sudo, or unpacked into a folder by anyone."""

import os
import shutil
import subprocess
from pathlib import Path

QUIET = ("-qq", "-o", "Dpkg::Use-Pty=0")


def as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None when that would need a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _works(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def install(*packages: str) -> bool:
    """Install packages by apt; whether they are there now."""
    root = as_root()
    if root is None or not shutil.which("apt-get"):
        return False
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *QUIET]
    add = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # The lists of a fresh machine are empty or old, and fetching them takes a while: only when needed.
    return _works(add) or (_works([*apt, "update"]) and _works(add, show=True))


def unpack(target: Path, *packages: str) -> bool:
    """Unpack packages, and what the system lacks of theirs, into a folder: apt with lists of its own, no root."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    apt_home = target.with_name(target.name + ".apt")
    for folder in ("lists/partial", "archives/partial"):
        (apt_home / folder).mkdir(parents=True, exist_ok=True)
    status = "/var/lib/dpkg/status"
    options = {"Dir::State": apt_home, "Dir::State::status": status, "Dir::Cache": apt_home}
    apt = ["apt-get", *QUIET, "-o", "Debug::NoLocking=1"]
    apt += [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    get = [*apt, "install", "-y", "--no-install-recommends", "--download-only", *packages]
    done = _works([*apt, "update"], show=True) and _works(get, show=True)
    archives = list((apt_home / "archives").glob("*.deb"))
    done = done and all(_works(["dpkg-deb", "-x", str(archive), str(target)]) for archive in archives)
    shutil.rmtree(apt_home)
    return done


def _works(command: list[str], show: bool = False) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=not show)  # noqa: S603
    return done.returncode == 0
