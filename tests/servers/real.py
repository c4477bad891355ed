"""Starts the servers that are programs of their own, and ends them by their
process ids.

    with Echo("ws") as echo:            node's ws
    with Echo("websockets") as echo:    python3-websockets
    with Echo("slow") as echo:          slow_echo.py
    with Echo("graphql") as server:     node's graphql-ws, which is no echo
        ... echo.url ...
    with Nginx(echo, certificates) as nginx:    TLS in front of it

and clients that do as they are told (exchange.mjs says what):

    with Exchange("ws") as client:
        seen = client(url, FILE, deflate={"threshold": 0})
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import scripted

HERE = os.path.dirname(os.path.abspath(__file__))
NODE_MODULES = os.path.join(os.path.dirname(HERE), "node_modules")
PROGRAMS = {
    "ws": ["node", os.path.join(HERE, "echo.mjs")],
    "websockets": [sys.executable, os.path.join(HERE, "echo_websockets.py")],
    "slow": [sys.executable, os.path.join(HERE, "slow_echo.py")],
    "graphql": ["node", os.path.join(HERE, "graphql.mjs")],
}


class Echo:
    """An echo server; ends when its stdin is closed."""

    def __init__(self, name, *args):
        self.command = PROGRAMS[name] + list(args)
        self.process, self.port, self.url = None, 0, None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.command)} did not start")
        self.port = int(line)
        self.url = f"ws://127.0.0.1:{self.port}/"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


EXCHANGES = {
    "ws": ["node", os.path.join(HERE, "exchange.mjs")],
    "websockets": [sys.executable, os.path.join(HERE,
                                                "exchange_websockets.py")],
}


class Exchange:
    """A client that takes jobs until its stdin is closed."""

    def __init__(self, name):
        self.command, self.process = EXCHANGES[name], None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        return self

    def __call__(self, url, corpus, deflate, **more):
        job = {"url": url, "corpus": corpus, "deflate": deflate, **more}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.command)} ended")
        return json.loads(line)

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


NGINX_CONF = """
daemon off;
master_process off;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate}.pem;
        ssl_certificate_key {certificate}.key;
        ssl_protocols {protocols};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host $host;
        }}
        location /forbidden {{ return 403 "not for you\\n"; }}
    }}
}}
"""


class Nginx:
    """nginx on a free port, terminating TLS in front of another server."""

    def __init__(self, upstream, certificates, name="good",
                 protocols="TLSv1.2 TLSv1.3"):
        self.upstream, self.protocols = upstream.port, protocols
        self.certificate = os.path.join(certificates, name)
        self.dir = self.process = self.url = None
        self.port = 0

    def start(self):
        self.port = scripted.free_port()
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as file:
            file.write(NGINX_CONF.format(
                dir=self.dir, port=self.port, upstream=self.upstream,
                certificate=self.certificate, protocols=self.protocols))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            [nginx, "-p", self.dir, "-c", conf, "-e",
             os.path.join(self.dir, "error.log")],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + scripted.PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="wstap-nginx-")
        # Another may have taken the free port meanwhile.
        if not (self.start() or self.start()):
            with open(os.path.join(self.dir, "error.log")) as file:
                log = file.read()
            shutil.rmtree(self.dir)
            raise RuntimeError(f"nginx did not start: {log}")
        self.url = f"wss://localhost:{self.port}/"
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dir)
