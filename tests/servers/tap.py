"""Stands between a client and a server and keeps what passes.

    with Tap(port) as tap:
        ... a client at tap.url ...
    connection = tap.take()
    connection.agreed           what was agreed, {} or None
    connection.messages("client")

What it makes of the bytes owes nothing to either side: frames.py, and zlib on
one byte of room at a time, which is how a distance that reaches behind the
agreed window shows.
"""

import queue
import socket
import threading
import zlib

import frames
from scripted import PATIENCE, Head, Unexpected

NO_TAKEOVER, WINDOW = "_no_context_takeover", "_max_window_bits"
TAIL = b"\0\0\xff\xff"


def parameters(value):
    """permessage-deflate's in a Sec-WebSocket-Extensions; None for none."""
    if value is None:
        return None
    name, *rest = [part.strip() for part in value.split(";")]
    if name != "permessage-deflate":
        raise Unexpected(f"an extension that is not known: {value!r}")
    found = {}
    for part in rest:
        name, _, number = part.partition("=")
        if name in found:
            raise Unexpected(f"{name} twice: {value!r}")
        found[name] = int(number.strip('"')) if number else True
    return found


class Inflater:
    """One direction's stream, by the parameters that hold for it."""

    def __init__(self, agreed, side, strictly):
        self.resets = agreed.get(side + NO_TAKEOVER, False)
        self.bits = agreed.get(side + WINDOW, 15) if strictly else 15
        self.stream = None

    def message(self, data):
        if self.stream is None or self.resets:
            self.stream = zlib.decompressobj(-self.bits)
        if self.bits == 15:  # none can reach further
            out = self.stream.decompress(data + TAIL)
        else:
            out = self.strictly(data + TAIL)
        if self.stream.eof:
            raise Unexpected("a final block")
        return out

    def strictly(self, data):
        out = []
        for at in range(0, len(data), 64):
            rest = data[at:at + 64]
            while True:
                piece = self.stream.decompress(rest, 1)
                rest = self.stream.unconsumed_tail
                out.append(piece)
                if not piece and not rest:
                    break
        return b"".join(out)


class Message:
    """A data message as it passed."""

    def __init__(self, kind, data, compressed, wire, fragments):
        self.kind, self.data = kind, data
        self.compressed = compressed  # RSV1
        self.wire = wire  # payload bytes
        self.fragments = fragments


class Connection:
    """One connection's bytes, both ways."""

    def __init__(self):
        self.raw = {"client": bytearray(), "server": bytearray()}
        self.heads, self.rest, self.frames = {}, {}, {}

    def parse(self, cut):
        """cut: a stream may end inside a frame."""
        for side, raw in self.raw.items():
            end = raw.find(b"\r\n\r\n") + 4
            if end < 4:
                raise Unexpected(f"no whole head from the {side}: {raw!r}")
            self.heads[side] = Head(raw[:end])
            self.rest[side] = raw[end:]
        if self.upgraded:
            for side, raw in self.rest.items():
                self.frames[side] = self.split(raw, side, cut)

    @property
    def upgraded(self):
        return " 101 " in self.heads["server"].start + " "

    @staticmethod
    def split(raw, side, cut):
        found, at = [], 0
        view = bytes(raw)
        while at < len(view):
            # Enough for the header and most payloads; all where it is not.
            frame, used = frames.parse(view[at:at + 4096])
            if not frame:
                frame, used = frames.parse(view[at:])
            if not frame and cut:
                break
            if not frame:
                raise Unexpected(f"the {side}'s stream ended in a frame")
            if (frame.key is None) == (side == "client"):
                raise Unexpected(f"the {side} masks wrongly: {frame}")
            if not frame.minimal:
                raise Unexpected(f"the {side}'s length is too long: {frame}")
            found.append(frame)
            at += used
        return found

    @property
    def offer(self):
        return self.heads["client"].get("Sec-WebSocket-Extensions")

    @property
    def answer(self):
        return self.heads["server"].get("Sec-WebSocket-Extensions")

    @property
    def agreed(self):
        return parameters(self.answer)

    def messages(self, side, strictly=False):
        """The data messages of one side, inflated; strictly: with a window of
        just the size that was agreed on."""
        agreed = self.agreed
        inflater = agreed if agreed is None else Inflater(agreed, side,
                                                          strictly)
        found, parts, first = [], [], None
        for frame in self.frames[side]:
            if frame.rsv and (frame.rsv != 4 or agreed is None or
                              frame.opcode not in (1, 2)):
                raise Unexpected(f"the {side} sets a reserved bit: {frame}")
            if frame.opcode >= 8:
                continue
            if (frame.opcode == 0) == (first is None):
                raise Unexpected(f"the {side} fragments wrongly: {frame}")
            first = first or frame
            parts.append(frame.payload)
            if frame.fin:
                data = wire = b"".join(parts)
                if first.rsv:
                    data = inflater.message(wire)
                found.append(Message(first.name, data, bool(first.rsv),
                                     len(wire), len(parts)))
                parts, first = [], None
        return found

    def close_code(self, side):
        closes = [f for f in self.frames[side] if f.opcode == 8]
        return closes[0].code if closes else None


class Tap:
    """Listens, and joins each connection to one to port."""

    def __init__(self, port, host="127.0.0.1"):
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/"
        self.done = queue.Queue()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(client,),
                             daemon=True).start()

    def join(self, client):
        connection = Connection()
        try:
            server = socket.create_connection(self.target, PATIENCE)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self.pump, daemon=True, args=(
            server, client, connection.raw["server"]))
        back.start()
        self.pump(client, server, connection.raw["client"])
        back.join()
        client.close()
        server.close()
        self.done.put(connection)

    @staticmethod
    def pump(source, drain, keep):
        try:
            while True:
                data = source.recv(1 << 18)
                if not data:
                    break
                keep += data
                drain.sendall(data)
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            # Whoever reset it is gone: so is the other.
            for sock in (source, drain):
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def take(self, cut=False):
        """The next connection that has ended, parsed."""
        try:
            connection = self.done.get(timeout=PATIENCE)
        except queue.Empty:
            raise Unexpected("the connection has not ended") from None
        connection.parse(cut)
        return connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
