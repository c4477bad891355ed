"""libwebsockets' test server and test client.

    with Server() as server:
        ... server.url, server.received() ...
    with Client(port) as client:        sends circles to be drawn, for ever

What the server's protocols do: lws-mirror-protocol sends back what comes and
declines to compress; lws-status compresses, sends its state as JSON, and logs
the length of what comes; dumb-increment-protocol counts.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import scripted

SERVER, CLIENT = "libwebsockets-test-server", "libwebsockets-test-client"


def missing():
    """Whether they are not there where they need not be: Debian has them."""
    return not (shutil.which(SERVER) and shutil.which(CLIENT)) and (
        not os.path.exists("/etc/debian_version"))


class Program:
    """One of them, with its log in a file."""

    def __init__(self, *command):
        self.command, self.process, self.log = list(command), None, None

    def start(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.log)

    def said(self):
        # Its own position, where it writes on, stays where it is.
        fd = self.log.fileno()
        return os.pread(fd, os.fstat(fd).st_size, 0).decode("utf-8", "replace")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Server(Program):
    """The test server on a free port of the loopback device."""

    def __init__(self):
        super().__init__()
        self.port, self.url = 0, None

    def __enter__(self):
        # Another may take the free port before it does.
        for _ in range(3):
            self.port = scripted.free_port()
            # 7: errors, warnings, notices
            self.command = [SERVER, "-p", str(self.port), "-i", "lo", "-d",
                            "7"]
            self.start()
            deadline = time.monotonic() + scripted.PATIENCE
            while self.process.poll() is None and (
                    time.monotonic() < deadline):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        self.url = f"ws://127.0.0.1:{self.port}/"
                        return self
                time.sleep(0.02)
            said = self.said()
            self.__exit__()
        raise RuntimeError(f"{SERVER} did not start: {said}")

    def received(self):
        """How many bytes of messages came with lws-status."""
        return sum(map(int, re.findall(r"pmd test: RX len (\d+)",
                                       self.said())))


class Client(Program):
    """The test client, with nothing but lws-mirror-protocol."""

    def __init__(self, port):
        super().__init__(CLIENT, "127.0.0.1", "-p", str(port), "-j", "-d", "7")
