"""Networks of their own, where an address leads nowhere: in network
namespaces, skipped with a word where there can be none."""

import shutil
import subprocess

from harness import Run, equal, test

# What a script in a network namespace has: `try` runs wstap and says how it
# ended and what it said.
TRY = """set -eu
try() {
	status=0
	out=$(echo hi | wstap --connect-timeout "$@" 2>&1) || status=$?
	echo "$status $out"
}
"""

NO_ROUTE = """
try 5 ws://127.0.0.1:1/
ip link set lo up
try 5 ws://192.0.2.1:1/
try 5 ws://[2001:db8::1]:1/
ip route add unreachable 192.0.2.0/24
try 5 ws://192.0.2.1:1/
ip route add prohibit 198.51.100.0/24
try 5 ws://198.51.100.1:1/
try 5 --resolve one.test:1:192.0.2.1,203.0.113.1,127.0.0.1 ws://one.test:1/
"""

# Two networks on one wire; of 192.0.2.9 this one knows the card, and nobody
# has it.
TWO = """
ip link set lo up
ip link add near type veth peer name far
unshare -n sleep 60 &
other=$!
here=$(readlink /proc/self/ns/net)
while [ "$(readlink /proc/$other/ns/net)" = "$here" ]; do sleep 0.01; done
ip link set far netns $other
there() { nsenter -t $other -n "$@"; }
there ip link set lo up
ip addr add 192.0.2.1/24 dev near
there ip addr add 192.0.2.2/24 dev far
ip addr add fe80::1/64 dev near nodad
there ip addr add fe80::2/64 dev far nodad
ip link set near up
there ip link set far up
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev near nud permanent
log=$(mktemp)
nsenter -t $other -n wstap -q -l 192.0.2.2:80 -e >/dev/null 2>"$log" &
v4=$!
nsenter -t $other -n wstap -q -l '[fe80::2%far]:80' -e >/dev/null 2>>"$log" &
v6=$!
end() { kill $v4 $v6 $other; rm -f "$log"; }
trap end EXIT
until there sh -c 'grep -q ":0050 .* 0A " /proc/net/tcp &&
	grep -q ":0050 .* 0A " /proc/net/tcp6'; do sleep 0.02; done
try 5 -1 ws://192.0.2.2/
try 5 -1 --interface near ws://192.0.2.2/
try 5 -1 --interface 192.0.2.1 ws://192.0.2.2/
try 0.3 --interface lo ws://192.0.2.2/
try 0.3 ws://192.0.2.9/
try 5 -1 --resolve one.test:80:192.0.2.9,192.0.2.2 ws://one.test/
try 5 -1 --resolve one.test:80:198.51.100.1,192.0.2.2 ws://one.test/
try 5 ws://198.51.100.1/
try 5 -1 'ws://[fe80::2%near]/'
try 5 -1 --resolve 'one.test:80:fe80::2%near' ws://one.test/
"""

# A file of names that lies about localhost.
NAMES = """
names=$(mktemp)
trap 'rm -f "$names"' EXIT
printf '%s\n' '192.0.2.1 localhost' '2001:db8::1 localhost' \
	'127.0.0.1 four.test' '2001:db8::6 six.test' >"$names"
mount --bind "$names" /etc/hosts
ip link set lo up
ip addr add 2001:db8::6/128 dev lo nodad
try 5 ws://localhost:1/
try 5 ws://four.test:1/
try 5 ws://six.test:1/
# The last word is the resolver's, of another file or a server it asks.
try 5 -4 ws://six.test:1/ | sed 's/test: .*/test/'
try 5 -6 ws://four.test:1/ | sed 's/test: .*/test/'
"""


def runs_apart(script, wanted, options="-rn"):
    """In namespaces of its own: each line is how a run ended."""
    veth = ["ip", "link", "add", "near", "type", "veth", "peer", "name", "far"]
    if (not all(map(shutil.which, ("unshare", "nsenter", "ip", "mount"))) or
            subprocess.run(["unshare", options, *veth], capture_output=True,
                           check=False).returncode):
        print("skipped: no namespaces can be made here")
        return
    with Run(["unshare", options, "sh", "-c", TRY + script]) as run:
        status = run.wait()
        equal(bytes(run.out).decode().splitlines(), wanted,
              f"ends ({run.text()})")
        equal((status, run.text()), (0, ""), "the script")


def nowhere(host, why, port=80):
    return f"7 wstap: cannot connect to {host} port {port}: {why}"


@test
def no_route():
    unreachable = "Network is unreachable"
    runs_apart(NO_ROUTE, [
        nowhere("127.0.0.1", unreachable, 1),
        nowhere("192.0.2.1", unreachable, 1),
        nowhere("2001:db8::1", unreachable, 1),
        nowhere("192.0.2.1", "No route to host", 1),
        nowhere("198.51.100.1", "Permission denied", 1),
        nowhere("one.test", "192.0.2.1: No route to host; 203.0.113.1: Network"
                " is unreachable; 127.0.0.1: Connection refused", 1)])


@test
def two_networks():
    runs_apart(TWO, [
        "0 hi", "0 hi", "0 hi",
        "28 wstap: connecting to 192.0.2.2 port 80 from lo: no answer in time "
        "(--connect-timeout)",
        "28 wstap: connecting to 192.0.2.9 port 80: no answer in time "
        "(--connect-timeout)",
        "0 hi", "0 hi", nowhere("198.51.100.1", "Network is unreachable"),
        "0 hi", "0 hi"])


@test
def a_file_of_names():
    runs_apart(NAMES, [
        nowhere("localhost", "::1: Connection refused; 127.0.0.1: Connection "
                "refused", 1),
        nowhere("four.test", "127.0.0.1: Connection refused", 1),
        nowhere("six.test", "2001:db8::6: Connection refused", 1),
        "6 wstap: cannot resolve six.test",
        "6 wstap: cannot resolve four.test"], "-rnm")
