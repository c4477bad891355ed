"""Messages for compression's tests, and the file in which clients and servers
that are programs of their own read them:

    a message is its type ("t" or "b"), four bytes of length, its bytes

None has a line's end in it, so that wstap can send each as a line.
"""

import random
import struct
import zlib

MIB = 1 << 20
TEXT, BINARY = "text", "binary"


def json_like(size, seed=1):
    """ASCII that compresses as JSON does."""
    chance = random.Random(seed)
    words = ["price", "volume", "bid", "ask", "symbol", "open", "close",
             "time", "venue", "true", "null"]
    out, n = [], 0
    while n < size:
        word = chance.choice(words)
        out.append(f'{{"{word}":{chance.randrange(100000)},"id":"'
                   f'{chance.getrandbits(24):06x}","tags":["{word}"]}},')
        n += len(out[-1])
    return "".join(out).encode()[:size]


def noise(size, seed=1):
    """Bytes that do not compress; neither CR nor LF."""
    data = random.Random(seed).randbytes(size)
    return data.translate(bytes.maketrans(b"\r\n", b"\x8d\x8a"))


def far_repeats(size, seed=1):
    """The same 40 bytes again and again at all distances: 3 bytes to 64 KiB.
    A compressor that looks back too far is caught by it."""
    chance = random.Random(seed)
    phrase = bytes(range(48, 88))
    out, n = [], 0
    while n < size:
        gap = noise(int(2 ** chance.uniform(1.5, 12)), chance.random())
        gap = bytes(33 + b % 94 for b in gap)
        out += [phrase, gap]
        n += len(phrase) + len(gap)
    return b"".join(out)[:size]


def small():
    """Every kind; 300 KiB in all."""
    yield TEXT, b""
    yield TEXT, b"a"
    yield TEXT, b"1234567"
    yield BINARY, b"\xff\0\xfe"
    yield BINARY, b""
    yield TEXT, "zwölf Boxkämpfer – 東京 😀 ".encode() * 50
    for size in (125, 126, 127, 1023, 1024, 65535, 65536):
        yield TEXT, json_like(size, size)
    yield TEXT, far_repeats(30000)
    yield BINARY, noise(20000)
    yield TEXT, b""
    for i in range(300):
        yield TEXT, b"%07d" % (i * 7919 % 1000)
    yield BINARY, bytes(5000)
    yield TEXT, b"1234567"


def large():
    """Long ones, and many in a row; 4 MiB in all."""
    yield TEXT, json_like(MIB)
    yield BINARY, noise(MIB)
    for i in range(5000):
        yield TEXT, b"%07d" % (i * 7919 % 100000)
    yield BINARY, bytes(MIB)
    yield TEXT, b""
    yield TEXT, json_like(MIB + 1, 2)


def bomb(mib):
    """So many MiB of zeros, as permessage-deflate sends a message: a
    thousandth of it."""
    stream = zlib.compressobj(9, wbits=-15)
    data = b"".join(stream.compress(bytes(MIB)) for _ in range(mib))
    return (data + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]


def write(path, messages):
    with open(path, "wb") as file:
        for kind, data in messages:
            file.write(kind[:1].encode() + struct.pack("!I", len(data)) + data)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    messages, at = [], 0
    while at < len(data):
        size = struct.unpack_from("!I", data, at + 1)[0]
        kind = TEXT if data[at:at + 1] == b"t" else BINARY
        messages.append((kind, data[at + 5:at + 5 + size]))
        at += 5 + size
    return messages
