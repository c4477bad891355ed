"""Results as Markdown."""

from statistics import median

import workloads


class Column:
    """What one program did in one workload, over its runs."""

    def __init__(self, work, program, look):
        self.work, self.program = work, program
        self.look = look  # the run that was not timed, its output searched
        self.runs = []

    def add(self, result):
        if result.done < 0:  # its output was not searched
            same = result.size == self.look.size
            result.done = self.look.done if same else 0
        self.runs.append(result)

    def timed(self):
        return self.runs or [self.look]

    def wall(self):
        return median(run.wall for run in self.timed())

    def cpu(self):
        return median(run.cpu for run in self.timed())

    def peak(self):
        return max(run.peak for run in [self.look, *self.runs])

    def longest(self):
        return max(run.wall for run in [self.look, *self.runs])

    def cut(self):
        return any(run.status < 0 for run in [self.look, *self.runs])

    def complete(self):
        return all(run.complete() for run in [self.look, *self.runs])

    def verdict(self):
        runs = [self.look, *self.runs]
        status = next((run.status for run in runs if run.status), 0)
        if self.cut():
            return f"cut off at {self.longest():.0f} s"
        if not self.complete():
            bad = [run for run in runs if not run.complete()]
            least = min(bad, key=lambda run: run.done)
            text = f"**no**: {least.done:,} of {least.wanted:,}"
            if least.done == 0 and least.size >= self.work.bytes():
                text = "**no**: altered"
            if len(bad) < len(runs):
                text += f" in {len(bad)} of {len(runs)} runs"
        else:
            text = "yes"
        return text + (f", exit {status}" if status else "")


def seconds(value):
    if value < 0.02:
        return f"{value * 1000:.2f} ms"
    return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"


def each(value):
    """Of one message."""
    for factor, unit in ((1e9, "ns"), (1e6, "us"), (1e3, "ms")):
        if value * factor < 1000:
            return f"{value * factor:.0f} {unit}" \
                if value * factor >= 10 else f"{value * factor:.1f} {unit}"
    return f"{value:.2f} s"


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells):
    return [row(*cells), row(*["---"] * len(cells))]


def ratio(column, other):
    if column is None or other is None:
        return "-"
    return f"{column.wall() / other.wall():.2f}"


def cell(column):
    if column is None:
        return "-"
    if column.cut():
        return f"> {column.longest():.0f} s"
    return seconds(column.wall()) + ("" if column.complete() else " (lost)")


def best(columns, kind):
    fit = [c for c in columns.values()
           if c.program.kind == kind and c.complete()]
    return min(fit, key=Column.wall, default=None)


def goal_of(work, columns, done):
    """The goal in words, and whether it was reached."""
    goal, wstap = work.goal, columns.get("wstap")
    if goal.of is None:
        most = goal.factor
    elif goal.of == "wstap":
        ways = [done[name]["wstap"].wall() for name in workloads.ONE_WAY
                if "wstap" in done.get(name, {})]
        most = goal.factor * max(ways) if len(ways) == 2 else None
    else:
        other = columns.get(goal.of)
        most = goal.factor * other.wall() if other else None
    if wstap is None or most is None:
        return goal.text(), "-"
    good = wstap.wall() <= most and wstap.complete()
    return goal.text(), "yes" if good else "**no**"


def summary(works, done):
    lines = head("workload", "loop", "nc", "best floor", "best complete peer",
                 "wscat", "wstap", "/ loop", "/ nc", "/ best floor",
                 "CPU / loop", "peak MiB", "complete", "goal", "met")
    for work in works:
        columns = done[work.name]
        wstap, loop, nc = (columns.get(n) for n in ("wstap", "loop", "nc"))
        floor, peer = best(columns, "floor"), best(columns, "peer")
        cpu = "-"
        if wstap and loop and loop.cpu() > 0:
            cpu = f"{wstap.cpu() / loop.cpu():.2f}"
        lines.append(row(
            work.title, cell(loop), cell(nc),
            f"{cell(floor)} {floor.program.name}" if floor else "-",
            f"{cell(peer)} {peer.program.name}" if peer else "none",
            cell(columns.get("wscat")), cell(wstap), ratio(wstap, loop),
            ratio(wstap, nc), ratio(wstap, floor), cpu,
            f"{wstap.peak():.1f}" if wstap else "-",
            wstap.verdict() if wstap else "-", *goal_of(work, columns, done)))
    return lines + peaks(works, done)


def peaks(works, done):
    """The last rows: peak memory over all of the above, in MiB."""
    def most(tls, fits):
        found = [c.peak() for work in works for c in done[work.name].values()
                 if work.tls == tls and fits(c)]
        return max(found, default=None)

    def show(value):
        return "-" if value is None else f"{value:.1f}"

    lines = []
    for tls, title in ((False, "peak memory in all of these, MiB"),
                       (True, "the same over TLS, MiB")):
        def of(name):
            return most(tls, lambda c: c.program.name == name)
        peer = most(tls, lambda c: c.program.kind == "peer")
        wstap = of("wstap")
        if wstap is None:
            continue
        lines.append(row(
            title, show(of("loop")), show(of("nc")), "-", f"{show(peer)} (the "
            "worst)" if peer else "-", show(of("wscat")), show(wstap), "-",
            "-", "-", "-", show(wstap), "-", f"< {workloads.PEAK_GOAL} MiB",
            "yes" if wstap < workloads.PEAK_GOAL else "**no**"))
    return lines


def details(works, done):
    lines = head("workload", "program", "wall", "from - to", "CPU",
                 "CPU a message", "peak MiB", "complete", "wstap's wall / its")
    for work in works:
        columns = done[work.name]
        wstap = columns.get("wstap")
        for name, c in columns.items():
            walls = [run.wall for run in c.timed()]
            count = 1 if work.way == "connect" else work.count
            lines.append(row(
                work.name, name, cell(c), f"{seconds(min(walls))} - "
                f"{seconds(max(walls))}", seconds(c.cpu()),
                each(c.cpu() / count), f"{c.peak():.1f}", c.verdict(),
                ratio(wstap, c)))
    return lines


def remarks(works, done):
    """What a program said where it did not do all it was to do."""
    lines = []
    for work in works:
        for name, c in done[work.name].items():
            said = next((r.said for r in [c.look, *c.runs]
                         if r.said and not r.complete()), "")
            if said and not c.complete():
                lines.append(f"- {work.name}, {name}: `{said}`")
    return lines
