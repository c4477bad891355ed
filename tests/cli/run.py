"""Runs the process tests: run.py [-v] [-k WORD] [--counts FILE] [FILE...]

Every *.t (see transcript.py) and test_*.py of this folder, each file in a
process of its own, as many at a time as there are processors (two at least),
or in this process where one FILE is given. WSTAP names the program, ./wstap
where it is unset.
"""

import argparse
import concurrent.futures
import glob
import importlib
import os
import re
import signal
import subprocess
import sys
import time
import traceback

import harness
import player
import transcript
from scripted import Server, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
at_work = set()  # processes that run a file each


class Late(BaseException):
    """A case took too long."""


def alarm(*_):
    raise Late()


def lines_match(wanted, got):
    """Whether standard error's lines are those of err: lines."""
    if not wanted:
        return not got
    if wanted[0] == "...":
        return any(lines_match(wanted[1:], got[i:])
                   for i in range(len(got) + 1))
    if not got:
        return False
    line = wanted[0]
    if len(line) > 1 and line[0] == line[-1] == "/":
        same = re.search(line[1:-1], got[0]) is not None
    else:
        same = line == got[0]
    return same and lines_match(wanted[1:], got[1:])


def compare(case, run, status, names):
    def fill(text):
        for name, value in names.items():
            text = text.replace(f"${name}", value)
        return text

    faults = []
    out = fill(case.out.decode("latin-1")).encode("latin-1")
    if status != case.exit:
        faults.append(f"exit status {status}, wanted {case.exit}")
    if case.out_like:
        if not case.out_like.fullmatch(run.out):
            faults.append(f"stdout is {harness.shown(bytes(run.out))}\n"
                          f"    wanted {case.out_like.pattern}")
    elif bytes(run.out) != out:
        faults.append(f"stdout is {harness.shown(bytes(run.out))}\n"
                      f"    wanted {harness.shown(out)}")
    wanted = [fill(line) for line in case.err]
    lines = run.text().splitlines()[case.client:]
    if not lines_match(wanted, lines):
        faults.append("stderr is\n" + "".join(
            f"        {line}\n" for line in lines) +
            "    wanted\n" + "".join(f"        {line}\n" for line in wanted))
    if case.within is not None and run.seconds > case.within:
        faults.append(f"took {run.seconds:.2f} s, not {case.within}")
    return faults


def play_server(case, names, folder):
    """Runs a case whose script is the server: what is wrong."""
    kind, certificate = (case.server + ["good"])[:2]
    server = error = None
    play = player.Player(case, names)
    if kind == "none":
        names["PORT"] = str(free_port())
        names["URL"] = f"ws://127.0.0.1:{names['PORT']}/"
    else:
        where = harness.CERTS if kind == "tls" else folder
        server = Server(play, kind, certificate, where)
        names["PORT"], names["URL"] = str(server.port), server.url
        server.__enter__()
    try:
        with harness.Run(case.command, stdin=case.stdin, cwd=folder,
                         env={**names, **case.env},
                         close_stdin=not case.hold) as run:
            play.pid = run.pid
            status = run.wait()
            faults = compare(case, run, status, names)
    finally:
        if server:
            server.stop()
            error = server.error
    if error and not (kind == "tls" and "TLS" in str(error)):
        faults.insert(0, f"server: {error}")
    if server and case.steps and not server.connections:
        faults.append("wstap did not connect")
    return faults


class ListeningCase(harness.Listening):
    """A case's command, which listens."""

    def __init__(self, case, names, folder):
        harness.Run.__init__(  # pylint: disable=non-parent-init-called
            self, case.command, stdin=case.stdin, cwd=folder,
            env={**names, **case.env}, close_stdin=not case.hold)
        self.port = 0


def play_client(case, names, folder):
    """Runs a case whose script is the client of wstap -l: what is wrong."""
    with ListeningCase(case, names, folder) as run:
        names["PORT"] = str(run.port)
        play = player.ClientPlayer(case, names)
        play.pid = run.pid
        try:
            play.play()
        except (AssertionError, OSError) as error:
            said = "".join(f"\n        {line}"
                           for line in run.text().splitlines()[1:])
            return [f"client: {error}", f"stderr is{said}"]
        return compare(case, run, run.wait(), names)


def transcribed(case):
    """The test function of a transcript's case."""
    def function():
        folder = os.path.join(harness.TMP, f"case-{os.getpid()}-{id(case)}")
        os.mkdir(folder)
        names = {"CERTS": harness.CERTS, "DIR": folder}
        play = play_client if case.client else play_server
        faults = play(case, names, folder)
        if faults:
            raise harness.Failure("\n    ".join(
                [f"{case.where}: $ {case.command}"] + faults))
    return function


def collect(path):
    """A file's tests: (name, function, timeout)."""
    if path.endswith(".t"):
        return [(case.name, transcribed(case), 60)
                for case in transcript.read(path)]
    importlib.import_module(os.path.basename(path)[:-3])
    return harness.tests


def run_file(path, options):
    """Runs a file's tests here; gives back (passed, failed)."""
    passed = failed = 0
    signal.signal(signal.SIGALRM, alarm)
    for name, function, timeout in collect(path):
        if options.k and options.k not in name:
            continue
        began = time.monotonic()
        why = None
        signal.alarm(timeout)
        try:
            function()
        except Late:
            why = f"took more than {timeout} s"
        except AssertionError as error:
            why = str(error) or traceback.format_exc()
        except Exception:  # pylint: disable=broad-except
            why = traceback.format_exc()
        signal.alarm(0)
        if why is None:
            passed += 1
            if options.v:
                print(f"ok   {name} ({time.monotonic() - began:.2f} s)")
        else:
            failed += 1
            print(f"FAIL {name}\n    {why}")
        sys.stdout.flush()
    return passed, failed


def terminate(*_):
    """SIGTERM: those at work end first, and clean up after themselves."""
    for process in list(at_work):
        process.terminate()
    sys.exit(143)


def run_apart(path, options):
    """Runs a file's tests in a process of its own."""
    counts = os.path.join(harness.TMP, os.path.basename(path) + ".counts")
    command = [sys.executable, os.path.abspath(__file__), "--counts", counts]
    command += ["-v"] * options.v + (["-k", options.k] if options.k else [])
    began = time.monotonic()
    with subprocess.Popen(command + [path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        at_work.add(process)
        output = process.communicate()[0].decode("utf-8", "replace")
        at_work.discard(process)
    seconds = time.monotonic() - began
    passed, failed = 0, 1
    if os.path.exists(counts):
        with open(counts) as file:
            passed, failed = map(int, file.read().split())
    return path, output, seconds, passed, failed


def run_all(paths, options):
    passed = failed = 0
    # The long ones first.
    paths.sort(key=lambda p: (p.endswith(".t"), -os.path.getsize(p)))
    # Most of their time they wait.
    pool = concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 2) * 2)
    try:
        jobs = [pool.submit(run_apart, path, options) for path in paths]
        for job in concurrent.futures.as_completed(jobs):
            path, output, seconds, good, bad = job.result()
            sys.stdout.write(output)
            if good or bad:
                print(f"{os.path.basename(path):24} {good} passed, "
                      f"{bad} failed, {seconds:.1f} s", flush=True)
            passed += good
            failed += bad
    finally:
        pool.shutdown(cancel_futures=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", action="count", default=0,
                        help="name each test that passes too")
    parser.add_argument("-k", metavar="WORD",
                        help="only tests whose names have it")
    parser.add_argument("--counts", metavar="FILE",
                        help="write how many passed and failed there")
    parser.add_argument("files", nargs="*", metavar="FILE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, terminate)
    if len(options.files) == 1:
        passed, failed = run_file(options.files[0], options)
    else:
        passed, failed = run_all(options.files or glob.glob(
            os.path.join(HERE, "*.t")) + glob.glob(
                os.path.join(HERE, "test_*.py")), options)
    if options.counts:
        with open(options.counts, "w") as file:
            file.write(f"{passed} {failed}\n")
    else:
        print(f"{passed} passed, {failed} failed")
    sys.exit(0 if passed and not failed else 1)


if __name__ == "__main__":
    main()
