"""An SMPP server to send to, of the package smpp34: takes all, and delivers a receipt for each to who listens.

`python -m benchmarks.smsc PORT`, until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

import smpp34


async def serve(port: int) -> None:
    server = smpp34.Server("127.0.0.1", port, system_id="SMSC")
    await server.start()
    listening: smpp34.Esme | None = None
    tasks: set[asyncio.Task[None]] = set()
    number = time.time_ns()  # no other run gives the same ids
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme) and event.can_receive:
            listening = event
        elif isinstance(event, smpp34.SubmitSmEvent):
            number += 1
            event.accept(f"{number:x}")
            if listening:
                tasks.add(task := asyncio.create_task(told(listening, f"{number:x}", event.destination_addr)))
                task.add_done_callback(tasks.discard)


async def told(listening: smpp34.Esme, name: str, phone: str) -> None:
    receipt = f"id:{name} sub:001 dlvrd:001 stat:DELIVRD err:000 text:".encode()
    with contextlib.suppress(smpp34.SmppError):
        await listening.deliver_sm("Regulars", receipt, source_addr=phone, source_addr_ton=1, esm_class=4)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
