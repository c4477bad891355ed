"""WebSocket frames to and from bytes, right or wrong (RFC 6455 section 5.2).

Written apart from wstap's own code, and lets everything through: what is a
fault is for a test to say.
"""

import struct
import zlib

OPCODES = {
    "continuation": 0, "text": 1, "binary": 2,
    "close": 8, "ping": 9, "pong": 10,
}
NAMES = {number: name for name, number in OPCODES.items()}


def xor(data, key):
    """data, masked with the four bytes of key."""
    n = len(data)
    if not n:
        return b""
    pad = (key * (n // 4 + 1))[:n]
    return (int.from_bytes(data, "little") ^ int.from_bytes(pad, "little")
            ).to_bytes(n, "little")


def frame(opcode, payload=b"", fin=1, rsv=0, mask=None, size=None,
          length=None):
    """One frame. size (7, 16 or 64) forces a longer form of the length than
    it needs; length says another one than the payload's."""
    if isinstance(opcode, str):
        opcode = OPCODES[opcode]
    if isinstance(payload, str):
        payload = payload.encode()
    n = len(payload) if length is None else length
    if size is None:
        size = 7 if n < 126 else 16 if n < 65536 else 64
    bit = 0x80 if mask is not None else 0
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if size == 7:
        head += bytes([bit | n])
    elif size == 16:
        head += struct.pack("!BH", bit | 126, n)
    else:
        head += struct.pack("!BQ", bit | 127, n)
    if mask is not None:
        head += mask
        payload = xor(payload, mask)
    return head + payload


def close(code=None, reason=b""):
    """The payload of a close frame."""
    if isinstance(reason, str):
        reason = reason.encode()
    return b"" if code is None else struct.pack("!H", code) + reason


class Frame:
    """One frame as it came."""

    def __init__(self, fin, rsv, opcode, key, payload, minimal):
        self.fin, self.rsv, self.opcode = fin, rsv, opcode
        self.key, self.payload = key, payload  # key: None where not masked
        self.minimal = minimal  # the length was in its shortest form
        self.compressed = False  # the payload was inflated

    @property
    def name(self):
        return NAMES.get(self.opcode, f"opcode {self.opcode}")

    @property
    def code(self):
        """A close frame's code; None where it has none."""
        if len(self.payload) < 2:
            return None
        return struct.unpack("!H", self.payload[:2])[0]

    @property
    def reason(self):
        return self.payload[2:]

    def __str__(self):
        flags = ("" if self.fin else " fin=0") + (
            f" rsv={self.rsv}" if self.rsv else "")
        if self.opcode == 8:
            reason = f" {self.reason.decode('utf-8', 'backslashreplace')!r}"
            code = "" if self.code is None else f" {self.code}"
            return f"close{flags}{code}{reason if self.reason else ''}"
        shown = self.payload[:60]
        more = f"... ({len(self.payload)} bytes)" if len(
            self.payload) > 60 else ""
        return f"{self.name}{flags} {shown!r}{more}"


TAIL = b"\0\0\xff\xff"  # left off each message (RFC 7692 7.2.1)


class Deflate:
    """permessage-deflate at one end, as the answer's header agreed on it."""

    def __init__(self, agreed, client):
        name, *params = [part.strip() for part in agreed.split(";")]
        if name != "permessage-deflate":
            raise ValueError(f"agreed on {name}")
        params = dict((part + "=").split("=")[:2] for part in params)
        ours, theirs = ("client", "server") if client else (
            "server", "client")
        # zlib's deflate has no window of 2^8; with 2^9 it keeps to 250 bytes.
        self.bits = max(9, int(params.get(f"{ours}_max_window_bits") or 15))
        self.their_bits = int(params.get(f"{theirs}_max_window_bits") or 15)
        self.resets = f"{ours}_no_context_takeover" in params
        self.their_resets = f"{theirs}_no_context_takeover" in params
        self.out = self.into = None

    def deflate(self, data):
        """A message's bytes on the wire."""
        if not data:
            return b"\0"
        if self.out is None or self.resets:
            self.out = zlib.compressobj(wbits=-self.bits)
        data = self.out.compress(data) + self.out.flush(zlib.Z_SYNC_FLUSH)
        return data[:-len(TAIL)]

    def inflate(self, data, first, last):
        """A frame's bytes; a reference to before the agreed window fails."""
        if self.into is None or (first and self.their_resets):
            self.into = zlib.decompressobj(wbits=-self.their_bits)
        data += TAIL * last
        if self.their_bits == 15:
            return self.into.decompress(data)
        # zlib sees all that one call writes: one byte, then.
        result = bytearray()
        while True:
            byte = self.into.decompress(data, 1)
            data = self.into.unconsumed_tail
            result += byte
            if not byte:
                return bytes(result)


def parse(data):
    """The first frame in data and how many bytes it took; (None, 0) where
    it is not all there yet."""
    if len(data) < 2:
        return None, 0
    masked, n, at = data[1] >> 7, data[1] & 0x7f, 2
    if n == 126:
        if len(data) < 4:
            return None, 0
        n, at = struct.unpack("!H", data[2:4])[0], 4
    elif n == 127:
        if len(data) < 10:
            return None, 0
        n, at = struct.unpack("!Q", data[2:10])[0], 10
    minimal = n > (65535 if at == 10 else 125 if at == 4 else -1)
    end = at + 4 * masked + n
    if len(data) < end:
        return None, 0
    payload, key = bytes(data[at + 4 * masked:end]), None
    if masked:
        key = bytes(data[at:at + 4])
        payload = xor(payload, key)
    return Frame(data[0] >> 7, data[0] >> 4 & 7, data[0] & 15, key, payload,
                 minimal), end
