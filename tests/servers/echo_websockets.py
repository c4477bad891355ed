"""An echo server on python3-websockets. Prints its port; ends when its input
does. With --path, the first message is the request's target. --deflate may
have the arguments of ServerPerMessageDeflateFactory behind it, as JSON."""

import asyncio
import json
import os
import sys

import websockets
from websockets.extensions.permessage_deflate import (
    ServerPerMessageDeflateFactory as Factory)


async def echo(socket):
    try:
        if "--path" in sys.argv:
            await socket.send(socket.path)
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


def compression():
    """The server's keywords."""
    if "--deflate" not in sys.argv:
        return {"compression": None}
    chosen = sys.argv[sys.argv.index("--deflate") + 1:]
    if not chosen:
        return {"compression": "deflate"}
    factory = Factory(**json.loads(chosen[0]))
    return {"compression": None, "extensions": [factory]}


async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None,
                                **compression()) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, sys.stdin.read)
        os._exit(0)  # without waiting for connections that are still open


asyncio.run(main())
