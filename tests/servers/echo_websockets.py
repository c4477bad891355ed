"""An echo server on python3-websockets. Prints its port; ends when its input
does. With --path, the first message is the request's target."""

import asyncio
import os
import sys

import websockets


async def echo(socket):
    try:
        if "--path" in sys.argv:
            await socket.send(socket.path)
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    compression = "deflate" if "--deflate" in sys.argv else None
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None,
                                compression=compression) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, sys.stdin.read)
        os._exit(0)  # without waiting for connections that are still open


asyncio.run(main())
