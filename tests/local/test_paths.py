import hashlib
import os
from pathlib import Path

import pytest

from app.local import paths
from app.local.embedded import scratch_folder
from app.local.lock import locked
from app.local.processes import LocalError


def test_the_data_lie_where_the_environment_says(tmp_path: Path) -> None:
    assert paths.data_dir({"REGULARS_DATA": str(tmp_path / "here" / ".." / "there")}) == tmp_path / "there"


def test_else_they_lie_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert paths.data_dir({}, Path("/root/closed/project")) == Path("/root/closed/project/instance")


def test_root_in_a_closed_home_keeps_them_in_var_lib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with scratch_folder() as home:
        project = home / "project"
        project.mkdir()
        assert paths.data_dir({}, project) == project / "instance"
        home.chmod(0o700)
        name = hashlib.sha256(str(project).encode()).hexdigest()[:12]
        assert paths.data_dir({}, project) == Path("/var/lib/regulars") / name


def test_a_strict_umask_does_not_close_the_data_folder() -> None:
    with scratch_folder() as home:
        before = os.umask(0o077)
        try:
            paths.make_data_dir(home / "a" / "b")
        finally:
            os.umask(before)
        assert paths.open_to_others(home / "a" / "b")


def test_a_fingerprint_changes_with_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    (tmp_path / "a.css").write_text("a")
    before = paths.fingerprint("*.css")
    assert paths.fingerprint("*.css") == before
    (tmp_path / "a.css").write_text("ab")
    assert paths.fingerprint("*.css") != before


def test_two_commands_cannot_hold_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path, "Regulars at http://127.0.0.1:8000"):
        with pytest.raises(LocalError) as refused, locked(tmp_path, "make reset"):
            pass
        assert str(refused.value) == f"Regulars at http://127.0.0.1:8000 already uses the data in {tmp_path}."
    with locked(tmp_path, "make reset"):
        pass
