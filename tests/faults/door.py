"""A door of TCP before a server: killed, every connection through it breaks.

Run: door.py PORT HOST THEIR_PORT [SECONDS]. With SECONDS all that comes through is that late.
"""

import asyncio
import contextlib
import sys


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            await asyncio.sleep(late)
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(port: int, host: str, theirs: int, late: float) -> None:
    """Listen and carry until killed."""

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, theirs)
        await asyncio.gather(_carry(reader, back, late), _carry(there, writer, late))

    async with await asyncio.start_server(enter, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) if sys.argv[4:] else 0.0))
