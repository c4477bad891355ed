"""Raw frames as records, and the bytes that they come as."""

import json

from harness import equal, wstap
from scripted import Server, Unexpected


def lines(*objects):
    return b"".join(json.dumps(o).encode() + b"\n" for o in objects)


def frame(**keys):
    return {"type": "frame", **keys}


def text(data):
    return {"type": "text", "data": data}


def take(peer, size):
    """The next bytes, whatever they are."""
    while len(peer.buffer) < size:
        if not peer.more():
            raise Unexpected(f"{size} bytes expected: {bytes(peer.buffer)!r}")
    data = bytes(peer.buffer[:size])
    del peer.buffer[:size]
    return data


def takes(wanted, *options, objects, ends=None, **agreed):
    """The run in which the server gets exactly these bytes first."""
    def script(peer):
        peer.handshake(**agreed)
        equal(take(peer, len(wanted)), wanted, "bytes")
        (ends or type(peer).finish)(peer)

    with Server(script) as server:
        return wstap("-I", "jsonl", "-w", "0.05", *options, server.url,
                     stdin=lines(*objects))


def sends(wanted, *objects, **how):
    """The same, in silence and with a good end."""
    equal(takes(wanted, objects=objects, **how), (0, b"", ""), "the run")


KEY = {"mask": "00000000"}
