"""A client on python3-websockets: client_websockets.py URL MESSAGE... sends
each, prints what comes, closes where as many came, prints the close code."""

import asyncio
import sys

import websockets


async def talk(url, messages):
    async with websockets.connect(url) as socket:
        for text in messages:
            await socket.send(text)
        for _ in messages:
            print(await socket.recv())
    print(socket.close_code)


try:
    asyncio.run(talk(sys.argv[1], sys.argv[2:]))
except (OSError, asyncio.TimeoutError,
        websockets.exceptions.WebSocketException) as error:
    print(error or type(error).__name__)
