"""exchange.mjs on python3-websockets: "deflate" has the arguments of
ClientPerMessageDeflateFactory, null for no compression."""

import asyncio
import json
import sys

import corpus
import websockets
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory as Factory)


async def exchange(url, corpus_file, deflate):
    messages = corpus.read(corpus_file)
    seen = {"extensions": "", "back": 0, "fault": ""}
    offers = None if deflate is None else [Factory(**deflate)]
    async with websockets.connect(url, compression=None, extensions=offers,
                                  max_size=None) as socket:
        async def send():
            for kind, data in messages:
                await socket.send(data.decode() if kind == corpus.TEXT
                                  else data)

        sending = asyncio.ensure_future(send())
        for kind, data in messages:
            got = await socket.recv()
            if isinstance(got, str) != (kind == corpus.TEXT) or (
                    got.encode() if isinstance(got, str) else got) != data:
                seen["fault"] = f"message {seen['back']} is not the one sent"
                break
            seen["back"] += 1
        sending.cancel() if seen["fault"] else await sending
        seen["extensions"] = str(socket.extensions)
        await socket.close(4001, "done")
        seen.update(code=socket.close_code, reason=socket.close_reason)
    return seen


def main():
    for line in sys.stdin:
        job = json.loads(line)
        try:
            seen = asyncio.run(exchange(job["url"], job["corpus"],
                                        job["deflate"]))
        except (OSError, websockets.WebSocketException) as error:
            seen = {"fault": f"{type(error).__name__}: {error}"}
        print(json.dumps(seen), flush=True)


main()
