"""What a process of a test holds in memory."""

from __future__ import annotations

import os
from pathlib import Path

MOST = 512
"""MiB that a process may take, whatever is put in (RELIABILITY: inputs)."""
AT_REST = 256
"""MiB of them that one with the tests' own libraries takes before anything is put in."""


def resident() -> float:
    """MiB of this process now; tests before this one may have left much of it, so a test looks by how much it grows."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
