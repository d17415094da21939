"""Which rows the peers show, told by the runner in the environment: the rows that our own page shows."""

import os
from urllib.parse import parse_qs, urlsplit

URL = os.environ["BENCHMARK_DATABASE_URL"]
"""postgresql+psycopg://role@/database?host=folder"""
BUSINESS = int(os.environ["BENCHMARK_BUSINESS"])
PROGRAM = int(os.environ["BENCHMARK_PROGRAM"])
WALLET = int(os.environ["BENCHMARK_WALLET"])
EVERYWHERE = int(os.environ["BENCHMARK_SCOPE"])
"""The scope of figures of the whole business."""
PLACE = int(os.environ["BENCHMARK_PLACE_SCOPE"])
"""The scope of figures of one point of sale."""

PAGE_SIZE = 50


def address() -> dict[str, str]:
    """Database, role and socket folder by themselves."""
    parts = urlsplit(URL)
    return {"database": parts.path[1:], "role": parts.username or "", "folder": parse_qs(parts.query)["host"][0]}
