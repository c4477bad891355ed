"""Starts real proxies on a free port of loopback each, in a folder of its own,
and ends them by their process ids.

    with Squid(digest=True) as proxy:       HTTP, Basic or Digest
    with Tinyproxy(password=True) as proxy: HTTP, Basic
    with Secured(proxy, CERTS) as outer:    haproxy: TLS in front of one
    with Microsocks(password=True) as proxy:    SOCKS5
    with Danted() as proxy:                 SOCKS4, SOCKS5
        ... proxy.port, proxy.log() ...

The user is USER and the password PASSWORD. found(CLASS) says whether the
program is here. Where this is root's process some of them go on as another
user, who is let into the folder.
"""

import glob
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import scripted

USER, PASSWORD, REALM = "user", "pass-word", "wstap test"
PATHS = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin",
                         "/usr/lib/squid", "/usr/lib64/squid",
                         "/usr/libexec/squid"])


def program(name):
    return shutil.which(name, path=PATHS)


class Proxy:
    """What they have in common; a kind of proxy has its programs' names, the
    first one to be run, and says how."""

    programs = ()
    ended_by = signal.SIGTERM

    def __init__(self):
        self.dir = self.process = None
        self.port = 0

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        """A file that whoever the program goes on as can read."""
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), 0o644)
        return self.path(name)

    def log(self):
        with open(self.path("log"), errors="replace") as file:
            return file.read()

    def command(self):
        raise NotImplementedError

    def start(self):
        """Whether it answers."""
        self.port = scripted.free_port()
        command = [program(self.programs[0])] + self.command()
        with open(self.path("log"), "wb") as log:
            os.chmod(self.path("log"), 0o666)
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.dir)
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
            self.process.send_signal(self.ended_by)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="wstap-proxy-")
        os.chmod(self.dir, 0o777)
        # Another may have taken the free port meanwhile.
        if not (self.start() or self.start()):
            log = self.log()
            shutil.rmtree(self.dir)
            raise RuntimeError(f"{self.programs[0]} did not start: {log}")
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


def found(kind):
    return all(map(program, kind.programs))


SQUID_CONF = """
http_port 127.0.0.1:{port}
visible_hostname localhost
pid_filename none
access_log none
cache_log /dev/null
cache_store_log none
cache deny all
netdb_filename none
coredump_dir {dir}
shutdown_lifetime 0 seconds
acl banned port 1
http_access deny banned
{auth}
"""

SQUID_AUTH = """
auth_param {scheme} program {helper}
auth_param {scheme} children 1 startup=1
auth_param {scheme} realm {realm}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""


class Squid(Proxy):
    """Refuses port 1 with a page of its own; basic and digest are what it
    asks for."""

    programs = ("squid", "basic_ncsa_auth", "digest_file_auth")
    # Asked to, it takes two seconds. Its helpers end with it.
    ended_by = signal.SIGKILL

    def __init__(self, basic=False, digest=False):
        super().__init__()
        self.basic, self.digest = basic, digest

    def auth(self):
        if self.digest:
            secret = hashlib.md5(
                f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
            users = self.write("users", f"{USER}:{REALM}:{secret}\n")
            helper = f"{program('digest_file_auth')} -c {users}"
        elif self.basic:
            secret = subprocess.run(
                ["openssl", "passwd", "-apr1", PASSWORD], check=True,
                capture_output=True, text=True).stdout
            users = self.write("users", f"{USER}:{secret}")
            helper = f"{program('basic_ncsa_auth')} {users}"
        else:
            return "http_access allow all"
        return SQUID_AUTH.format(scheme="digest" if self.digest else "basic",
                                 helper=helper, realm=REALM)

    def command(self):
        conf = self.write("squid.conf", SQUID_CONF.format(
            port=self.port, dir=self.dir, auth=self.auth()))
        return ["-N", "-d", "1", "-n", self.name(), "-f", conf]

    def name(self):
        return f"wstap{self.port}"

    def stop(self):
        super().stop()
        for left in glob.glob(f"/dev/shm/{self.name()}-*"):
            os.unlink(left)


TINYPROXY_CONF = """
Port {port}
Listen 127.0.0.1
Allow 127.0.0.1
Timeout 60
MaxClients 16
LogLevel Info
{auth}
{ports}
"""


class Tinyproxy(Proxy):
    """ports: the only ones it connects to; none: any."""

    programs = ("tinyproxy",)

    def __init__(self, password=False, ports=()):
        super().__init__()
        self.password, self.ports = password, ports

    def command(self):
        auth = f"BasicAuth {USER} {PASSWORD}" if self.password else ""
        conf = self.write("tinyproxy.conf", TINYPROXY_CONF.format(
            port=self.port, auth=auth,
            ports="\n".join(f"ConnectPort {port}" for port in self.ports)))
        return ["-d", "-c", conf]


class Microsocks(Proxy):
    programs = ("microsocks",)

    def __init__(self, password=False):
        super().__init__()
        self.password = password

    def command(self):
        return ["-i", "127.0.0.1", "-p", str(self.port)] + (
            ["-u", USER, "-P", PASSWORD] if self.password else [])


DANTED_CONF = """
logoutput: stderr
internal: 127.0.0.1 port = {port}
external: 127.0.0.1
socksmethod: none
clientmethod: none
{users}
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks block {{ from: 127.0.0.0/8 to: 0.0.0.0/0 port = 1 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
"""


class Danted(Proxy):
    """Without credentials; does not let anybody to port 1."""

    programs = ("danted",)

    def command(self):
        users = ("user.privileged: root\nuser.unprivileged: nobody"
                 if os.getuid() == 0 else "")
        conf = self.write("danted.conf", DANTED_CONF.format(
            port=self.port, users=users))
        return ["-f", conf, "-p", self.path("pid")]


HAPROXY_CONF = """
defaults
    mode {mode}
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend outer
    bind 127.0.0.1:{port} ssl crt {pem} alpn http/1.1
    default_backend inner
backend inner
    server proxy 127.0.0.1:{upstream}
"""


class Secured(Proxy):
    """TLS in front of another proxy, with a certificate of certs.py's."""

    programs = ("haproxy",)
    mode = "tcp"

    def __init__(self, proxy, certificates, name="good"):
        super().__init__()
        self.upstream = proxy.port
        self.certificate = os.path.join(certificates, name)

    def command(self):
        both = ""
        for kind in ".pem", ".key":
            with open(self.certificate + kind) as file:
                both += file.read()
        conf = self.write("haproxy.cfg", HAPROXY_CONF.format(
            port=self.port, pem=self.write("both.pem", both),
            upstream=self.upstream, mode=self.mode))
        return ["-db", "-f", conf]


class Fronted(Secured):
    """haproxy as a gateway: TLS and HTTP in front of a server."""

    mode = "http"
