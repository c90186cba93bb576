"""A door of TCP before a server: killed, every connection through it breaks. Run: door.py PORT HOST THEIR_PORT."""

import asyncio
import contextlib
import sys


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(port: int, host: str, theirs: int) -> None:
    """Listen and carry until killed."""

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, theirs)
        await asyncio.gather(_carry(reader, back), _carry(there, writer))

    async with await asyncio.start_server(enter, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
