"""An echo server made to find deadlocks: one thread, small socket buffers,
reads at most 4 KiB, then writes all of it back before it reads on, blocking
both times. Prints its port; ends when its input does."""

import os
import socket
import sys
import threading

import frames
from scripted import Peer

STEP = 4096


class Echo:
    """The frames' bytes, unmasked as they come."""

    def __init__(self):
        self.buffer = bytearray()
        self.left = self.at = 0
        self.key = b""
        self.closing = False

    def header(self):
        """Takes a header off the buffer; gives back the answer's, or None."""
        b = self.buffer
        if len(b) < 2:
            return None
        n, head = b[1] & 0x7f, 2
        if n == 126:
            head = 4
        elif n == 127:
            head = 10
        if len(b) < head + 4:
            return None
        self.left = n if head == 2 else int.from_bytes(b[2:head], "big")
        self.key, self.at = bytes(b[head:head + 4]), 0
        answer = bytes([b[0], b[1] & 0x7f]) + bytes(b[2:head])
        self.closing = b[0] & 0xf == 8
        if b[0] & 0xf == 9:
            answer = bytes([b[0] & 0xf0 | 10]) + answer[1:]
        del b[:head + 4]
        return answer

    def feed(self, data):
        """What goes back for the bytes that came."""
        self.buffer += data
        out = []
        while True:
            if self.left:
                n = min(self.left, len(self.buffer))
                if not n:
                    break
                turn = self.at % 4
                key = self.key[turn:] + self.key[:turn]
                out.append(frames.xor(self.buffer[:n], key))
                del self.buffer[:n]
                self.left -= n
                self.at += n
                continue
            if self.closing:
                break
            answer = self.header()
            if answer is None:
                break
            out.append(answer)
        return b"".join(out)


def serve(sock):
    peer = Peer(sock)
    peer.handshake()
    echo = Echo()
    data = bytes(peer.buffer)
    while True:
        peer.send(echo.feed(data))
        if echo.closing and not echo.left:
            break
        data = sock.recv(STEP)
        if not data:
            break


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STEP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STEP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(listener.getsockname()[1], flush=True)

    def end_with_input():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_input, daemon=True).start()
    while True:
        sock, _ = listener.accept()
        try:
            serve(sock)
        except OSError:
            pass
        sock.close()


main()
