"""Measures wstap, its peers and the floor side by side; prints Markdown.

    python3 tests/bench/run.py [--runs N] [--quick] [--only NAMES]
        [--workloads NAMES] [--peers] [--limit SEC] [--tools DIR]

README.md beside this file says what it measures and how to read it.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile

import measure
import programs
import table
import workloads

sys.path.insert(0, os.path.join(os.path.dirname(programs.HERE), "servers"))
import certs  # noqa: E402  its folder is on the path from here on


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5,
                        help="timed runs of each; the median counts (5)")
    parser.add_argument("--quick", action="store_true",
                        help="a twentieth of every size: tries the bench")
    parser.add_argument("--only", metavar="NAMES",
                        help="these programs; wstap, floors, peers are groups")
    parser.add_argument("--workloads", metavar="NAMES",
                        help="these workloads, of: " + ", ".join(
                            work.name for work in workloads.TABLE))
    parser.add_argument("--peers", action="store_true",
                        help="say which programs are there, and end")
    parser.add_argument("--limit", type=int, default=20,
                        help="seconds after which a run is cut off (20)")
    parser.add_argument("--tools", default=os.path.join(
        programs.ROOT, "build/release/bench"), help="where the C programs are")
    return parser.parse_args()


def chosen(text, everything, names_of):
    """Those of everything that text, names with commas, picks."""
    if not text:
        return everything
    wanted = text.split(",")
    known = {name for one in everything for name in names_of(one)}
    for name in wanted:
        if name not in known:
            sys.exit(f"bench: no {name}: it is one of "
                     f"{', '.join(sorted(known))}")
    return [one for one in everything
            if any(name in wanted for name in names_of(one))]


def program_names(program):
    group = program.kind if program.kind == "wstap" else program.kind + "s"
    return program.name, group


def trust_store(folder, ca):
    """The system's authorities and ours, as OpenSSL keeps them: a folder of
    hashed names and one file. Gives back the environment that names them."""
    system = "/etc/ssl/certs"
    store = os.path.join(folder, "certs")
    os.mkdir(store)
    bundle = os.path.join(folder, "bundle.pem")
    with open(bundle, "wb") as out:
        for path in (os.path.join(system, "ca-certificates.crt"), ca):
            if os.path.exists(path):
                with open(path, "rb") as file:
                    shutil.copyfileobj(file, out)
    if os.path.isdir(system):
        for name in os.listdir(system):
            if name.endswith(".0"):
                os.symlink(os.path.realpath(os.path.join(system, name)),
                           os.path.join(store, name))
    digest = programs.output_of("openssl", "x509", "-noout", "-subject_hash",
                                "-in", ca)
    os.symlink(ca, os.path.join(store, digest + ".0"))
    return dict(os.environ, no_proxy="*", SSL_CERT_DIR=store,
                SSL_CERT_FILE=bundle)


def measure_one(bench, work, taking_part, runs):
    """The columns of a workload: a run to look, then the runs that count, one
    of each program after another."""
    columns = {}
    for program in taking_part:
        look = bench.run(work, program, workloads.MESSAGE, True)
        if look:
            columns[program.name] = table.Column(work, program, look)
    for _ in range(runs):
        for column in columns.values():
            if not column.cut():
                column.add(bench.run(work, column.program, workloads.MESSAGE,
                                     False))
    bench.stop_servers()
    return columns


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def print_result(args, works, done, here, missing):
    print(f"{os.cpu_count()} x {processor()}, {platform.system()} "
          f"{platform.release()}; medians of {args.runs}"
          f"{', a twentieth of the sizes' if args.quick else ''}.\n")
    print("\n".join(table.summary(works, done)), "\n")
    print("\n".join(table.details(works, done)), "\n")
    for line in table.remarks(works, done):
        print(line)
    print_programs(here, missing)


def print_programs(here, missing):
    print("With: " + "; ".join(f"{p.name} ({p.about})" for p in here) + ".")
    if missing:
        print("Left out: " + "; ".join(f"{p.name} ({p.about})"
                                       for p in missing) + ".")


def main():
    args = arguments()
    everyone = chosen(args.only, programs.programs(args.tools), program_names)
    works = chosen(args.workloads, workloads.TABLE, lambda work: [work.name])
    here = [program for program in everyone if program.find()]
    missing = [program for program in everyone if program not in here]
    if args.peers:
        print_programs(here, missing)
        return
    if args.quick:
        works = [workloads.shrink(work) for work in works]
    with tempfile.TemporaryDirectory() as folder:
        authority = os.path.join(folder, "own")
        certs.make(authority)
        env = trust_store(folder, os.path.join(authority, "ca.pem"))
        bench = measure.Bench(args.tools, authority, args.limit, env)
        done = {}
        try:
            for work in works:
                print(f"{work.name} ...", file=sys.stderr, flush=True)
                done[work.name] = measure_one(bench, work, here, args.runs)
        finally:
            bench.stop_servers()
    print_result(args, works, done, here, missing)


if __name__ == "__main__":
    main()
