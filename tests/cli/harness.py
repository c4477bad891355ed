"""What the process tests share: running wstap and comparing."""

import atexit
import inspect
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "servers"))

import certs  # noqa: E402  (its folder is on the path from here on)

BUILT = os.path.abspath(os.environ.get("WSTAP", os.path.join(ROOT, "wstap")))
PATIENCE = 30  # seconds for a run of wstap, where a test says nothing else


def heed_signals():
    """Whoever started this in the background, or with nohup, had it ignore
    signals, and what it starts would too: a handler is not handed down."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP,
                   signal.SIGTERM, signal.SIGTSTP, signal.SIGTTIN,
                   signal.SIGTTOU):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def make_folder():
    """A folder for the run's files: the caller's, or one that goes away."""
    folder = os.environ.get("WSTAP_TEST_DIR")
    if not folder:
        folder = os.environ["WSTAP_TEST_DIR"] = tempfile.mkdtemp(
            prefix="wstap-test-")
        owner = os.getpid()
        atexit.register(lambda: os.getpid() == owner and
                        shutil.rmtree(folder, ignore_errors=True))
    bin_folder = os.path.join(folder, "bin")
    if not os.path.isdir(bin_folder):
        if not os.access(BUILT, os.X_OK):
            sys.exit(f"{BUILT} is not there: make it first")
        os.makedirs(bin_folder)
        # A copy: whoever builds meanwhile is not in the way.
        shutil.copy(BUILT, os.path.join(bin_folder, "wstap"))
        os.makedirs(os.path.join(folder, "home"))
        certs.make(os.path.join(folder, "certs"))
    return folder


heed_signals()
TMP = make_folder()
WSTAP = os.path.join(TMP, "bin", "wstap")
CERTS = os.path.join(TMP, "certs")
CA = os.path.join(CERTS, "ca.pem")
ENV = {
    "PATH": os.path.join(TMP, "bin") + os.pathsep + os.environ["PATH"],
    "HOME": os.path.join(TMP, "home"),
    "XDG_CONFIG_HOME": os.path.join(TMP, "config"),
    "LC_ALL": "C.UTF-8",
    "CERTS": CERTS,
    # Not the statuses that wstap itself ends with.
    "ASAN_OPTIONS": "exitcode=99",
    "LSAN_OPTIONS": "exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def sanitized():
    """Whether wstap was built with a sanitizer: slower, and larger."""
    with open(WSTAP, "rb") as file:
        return b"__asan_init" in file.read()


tests = []


def test(function=None, *, timeout=60):
    """Marks a function as a test."""
    def mark(f):
        tests.append((f.__name__.replace("_", " "), f, timeout))
        return f
    return mark(function) if function else mark


class Failure(AssertionError):
    """A test's expectation that was not met."""


def shown(value):
    if isinstance(value, (bytes, str)) and len(value) > 600:
        return f"{value[:300]!r} ... {value[-300:]!r} ({len(value)} long)"
    return repr(value)


def equal(got, wanted, what="value"):
    if got != wanted:
        raise Failure(f"{what}: got {shown(got)}, wanted {shown(wanted)}")


def check(condition, what):
    if not condition:
        raise Failure(what)


def wait_until(condition, what, timeout=10):
    """Polls until condition() is true."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"not in {timeout} s: {what}")
        time.sleep(0.01)


class Run:
    """A command with pipes for all three; what it wrote is gathered as it
    comes. A context manager that leaves no process behind."""

    def __init__(self, command, stdin=None, env=(), cwd=None, stdout=None,
                 close_stdin=True):
        """command: bash's line, or a list. stdin: bytes to give it; with
        close_stdin=False the input then doesn't end."""
        if isinstance(command, str):
            command = ["bash", "-c", command]
        self.command = command
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=subprocess.PIPE, env={**ENV, **dict(env)}, cwd=cwd or TMP,
            start_new_session=True)
        self.pid = self.process.pid
        self.out, self.err = bytearray(), bytearray()
        self.began = time.monotonic()
        self.threads = []
        for pipe, into in ((self.process.stdout, self.out),
                           (self.process.stderr, self.err)):
            if pipe:
                self.background(self.gather, pipe, into)
        if stdin:
            self.background(self.feed, stdin, close_stdin)
        elif close_stdin:
            self.process.stdin.close()

    def background(self, function, *args):
        thread = threading.Thread(target=function, args=args, daemon=True)
        thread.start()
        self.threads.append(thread)

    @staticmethod
    def gather(pipe, into):
        while True:
            try:
                data = os.read(pipe.fileno(), 1 << 20)
            except (OSError, ValueError):  # closed at the test's end
                break
            if not data:
                break
            into += data

    def feed(self, data, close):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
            if close:
                self.process.stdin.close()
        except OSError:
            pass

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def close_stdin(self):
        self.process.stdin.close()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=PATIENCE):
        """The exit status: the shell's number for a signal's."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(
                f"still running after {timeout} s: {self.command[-1]}\n"
                f"stdout: {shown(bytes(self.out))}\n"
                f"stderr: {shown(bytes(self.err))}") from None
        self.seconds = time.monotonic() - self.began
        for thread in self.threads:
            thread.join(5)
        return 128 - status if status < 0 else status

    def kill(self):
        try:
            # Its own session's group: a pipeline's other processes too.
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def text(self):
        return self.err.decode("utf-8", "replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        for thread in self.threads:
            thread.join(1)
        for pipe in (self.process.stdin, self.process.stdout,
                     self.process.stderr):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                pass


def wstap(*args, stdin=b"", timeout=PATIENCE, **how):
    """Runs wstap to its end: (status, stdout, stderr as text)."""
    with Run([WSTAP, *args], stdin=stdin, **how) as run:
        status = run.wait(timeout)
        tell(args, how.get("env", ()), status, run.text())
        return status, bytes(run.out), run.text()


def tell(args, env, status, err):
    """With WSTAP_TABLE, each run of the tests is a row of this file."""
    if "WSTAP_TABLE" not in os.environ:
        return
    caller = next((frame.function for frame in inspect.stack()
                   if frame.function in names()), "")
    said = [*(f"{name}={value}" for name, value in dict(env).items()),
            "wstap", *args]
    line = err.strip().splitlines()[-1] if err.strip() else ""
    row = (caller.replace("_", " "), shlex.join(map(str, said)), str(status),
           line)
    with open(os.environ["WSTAP_TABLE"], "a", encoding="utf-8") as file:
        file.write("| " + " | ".join(
            cell.replace("|", "\\|") for cell in row) + " |\n")


def names():
    return {f.__name__ for _, f, _ in tests}


class Listening(Run):
    """wstap -l 0 ..., with its port."""

    def __init__(self, *args, **how):
        how.setdefault("close_stdin", False)
        super().__init__([WSTAP, "-l", "0", *args], **how)
        self.port = 0

    def __enter__(self):
        def said():
            return b"\n" in self.err or self.process.poll() is not None
        wait_until(said, "it says where it listens")
        line = self.text().splitlines()[0] if self.err else ""
        start = "wstap: listening on 127.0.0.1:"
        if not line.startswith(start):
            self.kill()
            raise Failure(f"the first line of -l is {line!r}")
        self.port = int(line[len(start):])
        self.url = f"ws://127.0.0.1:{self.port}/"
        return self
