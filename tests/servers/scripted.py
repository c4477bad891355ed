"""A peer that does exactly what a test says, byte by byte.

    def script(peer):
        peer.handshake()
        peer.frame("text", "hi")
        peer.expect_close(1000)

    with Server(script) as server:
        ... run wstap with server.url ...

Leaving the block waits for the script and raises what it raised: a peer that
did not get what it expected fails the test. peer_to() is the other role, a
client for `wstap -l`.
"""

import base64
import hashlib
import os
import select
import random
import socket
import ssl
import struct
import threading
import time
import zlib

import frames

PATIENCE = 15  # seconds for anything that should come at once
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Unexpected(AssertionError):
    """The other side did not do what the script expected."""


class Head:
    """A request's or a response's head."""

    def __init__(self, raw):
        self.raw = bytes(raw)
        self.lines = self.raw.decode("latin-1").split("\r\n")[:-2]
        self.start = self.lines[0] if self.lines else ""

    def all(self, name):
        pairs = (line.partition(":") for line in self.lines[1:])
        return [v.strip() for n, _, v in pairs if n.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        if len(values) > 1:
            raise Unexpected(f"{name} came {len(values)} times")
        return values[0] if values else None


def accept_for(key):
    digest = hashlib.sha1((key + GUID).encode()).digest()
    return base64.b64encode(digest).decode()


class Peer:
    """One connection, seen from the test's end."""

    def __init__(self, sock, key=None):
        self.sock, self.key = sock, key
        self.cut = 0  # send in pieces of so many bytes
        self.cut_pause = 0.0005
        self.corked = None
        self.buffer = bytearray()
        self.head = None
        self.close_sent = self.close_received = False
        self.deflate = None  # frames.Deflate, where it was agreed on
        self.compressed = self.in_message = False  # of what is received
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(PATIENCE)

    # Sending

    def cork(self):
        """Holds back what is sent until uncork(): it goes in one packet."""
        if self.corked is None:
            self.corked = bytearray()

    def uncork(self):
        data, self.corked = self.corked, None
        if data:
            self.send(data)

    def send(self, data):
        if self.corked is not None:
            self.corked += data
            return
        step = self.cut or max(len(data), 1)
        for at in range(0, len(data), step):
            self.sock.sendall(data[at:at + step])
            if self.cut:
                time.sleep(self.cut_pause)

    def frame(self, opcode, payload=b"", **how):
        how.setdefault("mask", self.key)
        self.close_sent |= opcode in ("close", 8)
        self.send(frames.frame(opcode, payload, **how))

    def deflated(self, opcode, payload=b"", fragment=0, **how):
        """A compressed message, in frames of `fragment` bytes."""
        data = self.deflate.deflate(payload)
        step = fragment or len(data)
        for at in range(0, len(data), step):
            last = at + step >= len(data)
            self.frame("continuation" if at else opcode, data[at:at + step],
                       fin=int(last), rsv=0 if at else 4, **how)

    def close(self, code=None, reason=b"", **how):
        self.frame("close", frames.close(code, reason), **how)

    def eof(self):
        """Nothing more will be sent; reading goes on."""
        self.sock.shutdown(socket.SHUT_WR)

    def rst(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def hangup(self):
        self.sock.close()

    def cut_tls(self):
        """Ends the TCP connection below TLS, without a close_notify."""
        with socket.socket(fileno=self.sock.detach()) as below:
            below.settimeout(PATIENCE)
            below.shutdown(socket.SHUT_WR)
            while below.recv(4096):
                pass

    # Receiving

    def more(self, timeout=PATIENCE):
        """Reads once. False at the end; None where nothing came in time."""
        waiting = getattr(self.sock, "pending", lambda: 0)()
        if not waiting:
            ready, _, _ = select.select([self.sock], [], [], timeout)
            if not ready:
                return None
        try:
            data = self.sock.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            data = b""
        self.buffer += data
        return bool(data)

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                raise Unexpected(f"no whole head came: {bytes(self.buffer)!r}")
        end = self.buffer.index(b"\r\n\r\n") + 4
        self.head = Head(self.buffer[:end])
        del self.buffer[:end]
        return self.head

    def read_frame(self, timeout=PATIENCE):
        """The next frame; None at the end of the stream."""
        deadline = time.monotonic() + timeout
        while True:
            frame, used = frames.parse(self.buffer)
            if frame:
                del self.buffer[:used]
                break
            got = self.more(max(0, deadline - time.monotonic()))
            if got is None:
                raise Unexpected("no frame came in time")
            if not got:
                if self.buffer:
                    raise Unexpected("the stream ended inside a frame: "
                                     f"{bytes(self.buffer)!r}")
                return None
        if (frame.key is None) != (self.key is not None):
            raise Unexpected(f"wrongly masked or unmasked: {frame}")
        if not frame.minimal:
            raise Unexpected(f"a length longer than it must be: {frame}")
        self.inflate(frame)
        self.close_received |= frame.name == "close"
        return frame

    def inflate(self, frame):
        """Checks RSV1, and inflates what it says is compressed."""
        data = frame.name in ("text", "binary")
        if frame.rsv and not (frame.rsv == 4 and self.deflate and data and
                              not self.in_message):
            raise Unexpected(f"a reserved bit was set: {frame}")
        if frame.opcode >= 8:
            return
        if data:
            self.compressed = bool(frame.rsv)
        self.in_message = not frame.fin
        frame.compressed = self.compressed
        if self.compressed:
            try:
                frame.payload = self.deflate.inflate(
                    frame.payload, data, frame.fin)
            except zlib.error as error:
                raise Unexpected(f"{error} in {frame}") from error

    def read_message(self, compressed=None):
        """A data message, of any number of frames: (name, payload)."""
        first = frame = self.expect(("text", "binary"), fin=None,
                                    compressed=compressed)
        parts = [frame.payload]
        while not frame.fin:
            frame = self.expect("continuation", fin=None)
            parts.append(frame.payload)
        return first.name, b"".join(parts)

    def expect(self, names, payload=None, fin=1, compressed=None):
        frame = self.read_frame()
        if isinstance(names, str):
            names = (names,)
        if isinstance(payload, str):
            payload = payload.encode()
        wanted = "compressed " * bool(compressed) + " or ".join(names)
        if payload is not None:
            wanted += f" {payload[:60]!r}"
        if (frame is None or frame.name not in names or
                payload not in (None, frame.payload) or
                fin not in (None, frame.fin) or
                compressed not in (None, frame.compressed)):
            came = "the end of the stream" if frame is None else str(frame)
            raise Unexpected(f"expected {wanted}, got {came}")
        return frame

    def expect_close(self, code=None, reason=None):
        frame = self.expect("close")
        if isinstance(reason, str):
            reason = reason.encode()
        if code != frame.code or reason not in (None, frame.reason):
            raise Unexpected(f"expected close {code} {reason}, got {frame}")
        return frame

    def expect_eof(self):
        frame = self.read_frame()
        if frame is not None:
            raise Unexpected(f"expected the end of the stream, got {frame}")

    def expect_nothing(self, seconds):
        got = self.more(seconds)
        if got is not None or self.buffer:
            raise Unexpected(f"expected nothing, got {bytes(self.buffer)!r}"
                             f"{'' if got else ' and the end of the stream'}")

    # The opening handshake, from the server's side

    def answer(self, status="HTTP/1.1 101 Switching Protocols", drop=(),
               fields=(), more=b"", **changed):
        """Sends the answer to head, with whatever is wrong with it: fields
        dropped or changed (accept=, upgrade=, connection=), more of them,
        and bytes that follow in the same packet."""
        lines = {
            "upgrade": ("Upgrade", "websocket"),
            "connection": ("Connection", "Upgrade"),
            "accept": ("Sec-WebSocket-Accept",
                       accept_for(self.head.get("Sec-WebSocket-Key") or "")),
        }
        for field in fields:
            name, _, value = field.partition(":")
            if (name.lower() == "sec-websocket-extensions" and
                    value.strip().startswith("permessage-deflate")):
                self.agree(value)
        text = status + "\r\n"
        for short, (name, value) in lines.items():
            if short not in drop:
                text += f"{name}: {changed.get(short, value)}\r\n"
        for field in fields:
            text += field + "\r\n"
        self.send(text.encode("latin-1") + b"\r\n" + more)

    def agree(self, extensions):
        """Takes up what the answer says of permessage-deflate."""
        try:
            self.deflate = frames.Deflate(extensions.strip(),
                                          self.key is not None)
        except ValueError:  # wrong on purpose: nothing will be said
            pass

    def handshake(self, **faults):
        head = self.read_head()
        self.answer(**faults)
        return head

    def finish(self):
        """The usual end: waits for the client's close, sends ours where that
        is still to do, and sees the connection end. A client closes first,
        and waits for the server to end the connection (RFC 6455 7.1.1)."""
        payload = b""
        if self.key and not self.close_received and not self.close_sent:
            self.close(1000)
        if not self.close_received:
            frame = self.read_frame()
            if frame is None:
                return
            if frame.name != "close":
                raise Unexpected(f"after the script's end came {frame}")
            payload = frame.payload
        try:
            if not self.close_sent:
                self.frame("close", payload)
            if not self.key:
                self.eof()
        except OSError:
            pass
        self.expect_eof()

    def drain(self):
        """Reads to the end, whatever comes."""
        try:
            while self.more():
                self.buffer.clear()
        except OSError:
            pass


class Server:
    """Listens, and runs script(peer) for each connection, one by one.

    kind: "tcp", "ipv6", "unix" or "tls" (certificate: which of certs.py).
    """

    def __init__(self, script, kind="tcp", certificate="good", folder=None):
        self.script, self.error, self.connections = script, None, 0
        self.context = None
        self.open = True
        self.peer = None
        if kind == "unix":
            self.path = os.path.join(folder, f"socket{os.urandom(4).hex()}")
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.path)
            self.port, self.url = 0, f"ws+unix:{self.path}"
        else:
            family = socket.AF_INET6 if kind == "ipv6" else socket.AF_INET
            host = "::1" if kind == "ipv6" else "127.0.0.1"
            self.listener = socket.socket(family)
            self.listener.bind((host, 0))
            self.port = self.listener.getsockname()[1]
            self.url = {"ipv6": f"ws://[::1]:{self.port}/",
                        "tls": f"wss://localhost:{self.port}/"}.get(
                            kind, f"ws://127.0.0.1:{self.port}/")
        if kind == "tls":
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            base = os.path.join(folder, certificate)
            self.context.load_cert_chain(base + ".pem", base + ".key")
        self.listener.listen(16)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def serve(self, sock):
        try:
            if self.context:
                sock.settimeout(PATIENCE)
                sock = self.context.wrap_socket(sock, server_side=True)
            self.peer = Peer(sock)
            self.script(self.peer)
        except ssl.SSLError as error:
            # A client that does not like the certificate goes away.
            self.error = self.error or Unexpected(f"TLS: {error}")
        except Exception as error:  # pylint: disable=broad-except
            self.error = self.error or error
        finally:
            sock.close()

    def run(self):
        while self.open:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if not self.open:
                sock.close()
                return
            self.connections += 1
            self.serve(sock)

    def __enter__(self):
        self.thread.start()
        return self

    def stop(self):
        """Ends it, waiting for a script that is at work."""
        self.open = False
        try:
            # Wakes up the accept().
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(PATIENCE + 5)
        self.listener.close()

    def __exit__(self, kind, error, trace):
        self.stop()
        if self.error and error is None:
            raise self.error
        if self.error and isinstance(error, AssertionError):
            # What the test saw may be but the end of this.
            error.args = (f"{error}\n    and its server's script: "
                          f"{self.error!r}",)
        if self.thread.is_alive() and error is None:
            raise Unexpected("the server's script did not come to its end")


class Conversation(Server):
    """A server whose one connection the test itself speaks for: connected()
    gives its peer, upgraded."""

    def __init__(self, **how):
        super().__init__(self.hold, **how)
        self.ready, self.done = threading.Event(), threading.Event()

    def hold(self, peer):
        peer.handshake()
        self.ready.set()
        self.done.wait(120)

    def connected(self):
        if not self.ready.wait(PATIENCE):
            raise self.error or Unexpected("no connection came")
        return self.peer

    def stop(self):
        self.done.set()
        super().stop()


def free_port():
    """A port where nobody listens: bound and let go. It is none of those that
    the system gives to others, which might have it next."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Client(Peer):
    """A client's end, for `wstap -l`."""

    def __init__(self, port, host="127.0.0.1"):
        super().__init__(socket.create_connection((host, port), PATIENCE),
                         b"\1\2\3\4")
        self.where = f"{host}:{port}"
        self.sent_key = base64.b64encode(os.urandom(16)).decode()

    def request(self, start="GET / HTTP/1.1", drop=(), fields=(), **changed):
        """Sends the request, with whatever is wrong with it: fields dropped or
        changed (host=, upgrade=, connection=, key=, version=), more of them.
        """
        lines = {
            "host": ("Host", self.where),
            "upgrade": ("Upgrade", "websocket"),
            "connection": ("Connection", "Upgrade"),
            "key": ("Sec-WebSocket-Key", self.sent_key),
            "version": ("Sec-WebSocket-Version", "13"),
        }
        self.sent_key = changed.get("key", self.sent_key)
        text = start + "\r\n"
        for short, (name, value) in lines.items():
            if short not in drop:
                text += f"{name}: {changed.get(short, value)}\r\n"
        for field in fields:
            text += field + "\r\n"
        self.send(text.encode("latin-1") + b"\r\n")

    def upgraded(self):
        """Reads the answer, where that is still to do: it must be right."""
        head = self.head or self.read_head()
        if not head.start.startswith("HTTP/1.1 101 "):
            raise Unexpected(f"refused: {head.start}")
        for name, value in (("Upgrade", "websocket"),
                            ("Connection", "Upgrade"),
                            ("Sec-WebSocket-Accept",
                             accept_for(self.sent_key))):
            if head.get(name) != value:
                raise Unexpected(f"{name} is {head.get(name)}, not {value}")
        extensions = head.get("Sec-WebSocket-Extensions")
        if extensions is not None:
            self.agree(extensions)


def peer_to(port, host="127.0.0.1", path="/", fields=(), upgrade=True):
    """A client's end: connects, and unless told otherwise upgrades."""
    peer = Client(port, host)
    if upgrade:
        peer.request(f"GET {path} HTTP/1.1", fields=fields)
        peer.upgraded()
    return peer
