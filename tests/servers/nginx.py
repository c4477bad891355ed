"""nginx as a gateway: redirects, Basic credentials, cookies, pages of its own,
and TLS, in front of an echo server.

    with Echo("ws") as echo, Gateway(echo, certificates) as gateway:
        ... gateway.url + "301" ...

    /            to the echo server
    /301 ...     303, 307, 308: redirects to it
    /other       a redirect to the other origin's /seen
    /secure      one to wss, /plain to ws, /loop to itself
    /certified   one to a server that asks for a client certificate
    /seen        403, with what it was told in its body
    /basic/      the echo server, for USER with PASSWORD
    /sign-in     sets a cookie and leads to /signed-in
    /signed-in   the echo server, for who has the cookie
    /origin      the echo server, for who says an Origin
    /gone        502: nothing is behind it
    /late        504: what is behind it says nothing
    /page        200 and a page; /none is 404

url is its plain server, secure_url the same with TLS and misled_url that
without it, http2_url one that speaks HTTP/2 only. certified_url asks for a
client certificate of the authority, and its /seen says what became of that.
"""

import os
import shutil
import socket
import subprocess
import time

import real
import scripted

USER, PASSWORD = "me", "pass"
NAMES = ("plain", "secure", "other", "http2", "certified")

CONF = """
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
    ssl_certificate {certificate}.pem;
    ssl_certificate_key {certificate}.key;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{secure} ssl;
        location / {{ proxy_pass http://127.0.0.1:{upstream}/; }}
        location = /301 {{ return 301 /; }}
        location = /302 {{ return 302 /; }}
        location = /303 {{ return 303 /; }}
        location = /307 {{ return 307 /; }}
        location = /308 {{ return 308 /; }}
        location = /other {{ return 302 http://127.0.0.1:{other}/seen; }}
        location = /certified {{
            return 302 https://localhost:{certified}/seen;
        }}
        location = /secure {{ return 302 https://localhost:{secure}/; }}
        location = /plain {{ return 302 http://127.0.0.1:{plain}/; }}
        location = /loop {{ return 302 /loop; }}
        location = /seen {{ return 403 "{seen}"; }}
        location /basic/ {{
            auth_basic "the realm";
            auth_basic_user_file {dir}/htpasswd;
            proxy_pass http://127.0.0.1:{upstream}/;
        }}
        location = /sign-in {{
            add_header Set-Cookie "sid=s3cret; Path=/; HttpOnly" always;
            return 302 /signed-in;
        }}
        location = /signed-in {{
            if ($cookie_sid != "s3cret") {{ return 403 "no cookie\\n"; }}
            proxy_pass http://127.0.0.1:{upstream}/;
        }}
        location = /origin {{
            if ($http_origin = "") {{ return 403 "no origin\\n"; }}
            proxy_pass http://127.0.0.1:{upstream}/;
        }}
        location = /gone {{ proxy_pass http://127.0.0.1:{gone}/; }}
        location = /late {{
            proxy_read_timeout 300ms;
            proxy_pass http://127.0.0.1:{late}/;
        }}
        location = /page {{
            default_type text/html;
            return 200 "<h1>Sign in</h1>\\n";
        }}
        location = /none {{ return 404 "nothing here\\n"; }}
    }}
    server {{
        listen 127.0.0.1:{other};
        location = /seen {{ return 403 "{seen}"; }}
    }}
    server {{
        listen 127.0.0.1:{certified} ssl;
        ssl_client_certificate {authority};
        ssl_verify_client optional;
        location = /seen {{ return 403 "$ssl_client_verify\\n"; }}
    }}
    server {{
        listen 127.0.0.1:{http2} http2;
        return 204;
    }}
}}
"""

SEEN = "authorization=$http_authorization cookie=$http_cookie host=$http_host"


class Gateway(real.Nginx):
    """nginx with all of that, each server on a free port."""

    def __init__(self, upstream, certificates):
        super().__init__(upstream, certificates)
        self.certificates = certificates
        # Accepts what comes, and never answers.
        self.silent = socket.socket()
        self.silent.bind(("127.0.0.1", 0))
        self.silent.listen(16)

    def start(self):
        ports = {name: scripted.free_port() for name in NAMES}
        with open(os.path.join(self.dir, "htpasswd"), "w") as file:
            file.write(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as file:
            file.write(CONF.format(
                dir=self.dir, certificate=self.certificate,
                authority=os.path.join(self.certificates, "ca.pem"),
                upstream=self.upstream, gone=scripted.free_port(),
                late=self.silent.getsockname()[1], seen=SEEN + "\\n",
                **ports))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            [nginx, "-p", self.dir, "-c", conf, "-e",
             os.path.join(self.dir, "error.log")],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.secure_url = f"wss://localhost:{ports['secure']}/"
        self.misled_url = f"ws://127.0.0.1:{ports['secure']}/"
        self.other = f"127.0.0.1:{ports['other']}"
        self.http2_url = f"ws://127.0.0.1:{ports['http2']}/"
        self.certified_url = f"wss://localhost:{ports['certified']}/"
        self.port = ports["plain"]
        return self.answers()

    def answers(self):
        """It listens on all of its ports at once."""
        deadline = time.monotonic() + scripted.PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def __enter__(self):
        super().__enter__()
        self.url = f"ws://127.0.0.1:{self.port}/"
        return self

    def __exit__(self, *how):
        super().__exit__(*how)
        self.silent.close()
