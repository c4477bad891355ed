"""Chromium, headless, with a page that does as it is told.

    with Browser() as browser:
        seen = browser(url, FILE, protocols=["chat"])

The page takes the file's messages (corpus.py), sends them all, sees that the
same ones come back, closes with 4001, and tells what it saw.
"""

import http.server
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

NAMES = ["chromium", "chromium-browser", "google-chrome-stable",
         "google-chrome"]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions",
         "--disable-breakpad", "--disable-dev-shm-usage",
         # nothing outside this machine
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
         "--no-proxy-server"]

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>wstap's test</title>
<script>
async function read(file) {
	const buffer = await (await fetch("/corpus" + file)).arrayBuffer();
	const view = new DataView(buffer), messages = [];
	for (let at = 0; at < buffer.byteLength;) {
		const end = at + 5 + view.getUint32(at + 1);
		const data = buffer.slice(at + 5, end);
		messages.push(view.getUint8(at) === 98 ? data
			: new TextDecoder().decode(data));
		at = end;
	}
	return messages;
}

function same(a, b) {
	if (typeof a === "string" || typeof b === "string")
		return a === b;
	const x = new Uint8Array(a), y = new Uint8Array(b);
	return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

async function exchange({ url, corpus, protocols }) {
	const messages = await read(corpus);
	const seen = { extensions: "", protocol: "", back: 0, fault: "" };
	const socket = new WebSocket(url, protocols);
	socket.binaryType = "arraybuffer";
	socket.onopen = () => {
		seen.extensions = socket.extensions;
		seen.protocol = socket.protocol;
		messages.forEach((data) => socket.send(data));
	};
	socket.onmessage = ({ data }) => {
		if (!same(data, messages[seen.back]))
			seen.fault ||= `message ${seen.back} is not the one sent`;
		if (++seen.back === messages.length || seen.fault)
			socket.close(4001, "done");
	};
	return new Promise((resolve) => {
		socket.onclose = ({ code, reason, wasClean }) =>
			resolve({ ...seen, code, reason, clean: wasClean });
	});
}

(async () => {
	for (;;) {
		const response = await fetch("/job");
		if (response.status !== 200)
			continue;
		let seen;
		try {
			seen = await exchange(await response.json());
		} catch (error) {
			seen = { fault: String(error) };
		}
		await fetch("/seen", {
			method: "POST", body: JSON.stringify(seen) });
	}
})();
</script>
"""


def program():
    """Chromium's command; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def missing():
    """Whether it is not there where it need not be: Debian has it."""
    return program() is None and not os.path.exists("/etc/debian_version")


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page and its jobs."""

    def answer(self, status, body=b"", kind="application/octet-stream"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):  # pylint: disable=invalid-name
        browser = self.server.browser
        if self.path == "/":
            self.answer(200, PAGE.encode(), "text/html")
        elif self.path.startswith("/corpus"):
            # Only what a job has named.
            if self.path[len("/corpus"):] != browser.corpus:
                self.answer(404)
                return
            with open(browser.corpus, "rb") as file:
                self.answer(200, file.read())
        elif self.path == "/job":
            try:
                job = browser.jobs.get(timeout=5)
            except queue.Empty:
                self.answer(204)
                return
            self.answer(200, json.dumps(job).encode(), "application/json")
        else:
            self.answer(404)

    def do_POST(self):  # pylint: disable=invalid-name
        size = int(self.headers["Content-Length"])
        self.server.browser.seen.put(json.loads(self.rfile.read(size)))
        self.answer(200)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Browser:
    """Its processes are a group, and its profile goes with it."""

    def __init__(self):
        self.jobs, self.seen = queue.Queue(), queue.Queue()
        self.corpus = self.profile = self.process = None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.server.browser = self

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.profile = tempfile.mkdtemp(prefix="wstap-browser-")
        self.process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={self.profile}/data",
             f"http://127.0.0.1:{self.server.server_address[1]}/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
            # It leaves its lock's socket where temporary files are.
            env={**os.environ, "HOME": self.profile, "TMPDIR": self.profile})
        return self

    def __call__(self, url, corpus, protocols=(), timeout=30):
        self.corpus = corpus
        self.jobs.put({"url": url, "corpus": corpus,
                       "protocols": list(protocols)})
        try:
            return self.seen.get(timeout=timeout)
        except queue.Empty:
            raise RuntimeError(
                f"the page said nothing in {timeout} s; the browser's status "
                f"is {self.process.poll()}") from None

    def signal(self, number):
        """Signals all of its processes; whether there were any."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()
        # The rest of the group is still going, and may write into it.
        for _ in range(50):
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile) and not self.signal(0):
                break
            time.sleep(0.05)
