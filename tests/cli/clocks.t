# --timeout in each phase, and --lockstep. (What is blocked: test_clocks.py.)

# --- --timeout

== --timeout while the server says nothing to the request
$ wstap --timeout 0.4 $URL
hold
> eof
err: /^wstap: .*--timeout/
exit: 28

== --timeout while the answer comes a byte at a time
$ wstap --timeout 0.5 $URL
hold
< answer "HTTP/1.1 101 Sw"
> eof
err: /^wstap: .*--timeout/
exit: 28

== --timeout in the TLS handshake
$ wstap --timeout 0.4 wss://127.0.0.1:$PORT/
pause 0.8
< first ""
err: /^wstap: .*--timeout/
exit: 28

== --connect-timeout is the shorter one
$ wstap --timeout 60 --connect-timeout 0.4 $URL
hold
> eof
err: /^wstap: .*answer.*/
exit: 28

== --timeout while it waits for messages
$ wstap --timeout 0.4 $URL
hold
< text "one"
> close 1001
out: one
err: /^wstap: .*--timeout/
exit: 28

== --timeout in -w inf
$ wstap --timeout 0.4 -w inf $URL
> close 1001
err: /^wstap: .*--timeout/
exit: 28

== --timeout while messages keep coming
$ wstap --timeout 0.5 $URL
hold
< text "one"
pause 0.2
< text "two"
> close 1001
out: one
out: two
err: /^wstap: .*--timeout/
exit: 28

== --timeout that is not reached
$ wstap --timeout 30 -1 $URL
hold
< text "one"
> close 1000
out: one

== --timeout: the server's answer is not waited for long
$ wstap --timeout 0.4 $URL
hold
within: 4
> close 1001
> eof
err: /^wstap: .*--timeout/
exit: 28

== --timeout: an error code for an answer does not hide it
$ wstap --timeout 0.4 $URL
hold
> close 1001
< close 1011
err: /^wstap: .*--timeout/
exit: 28

== --timeout counts the wait for a client
client
$ wstap -l 0 --timeout 0.6
hold
< request
> close 1001
err: /^wstap: .*--timeout/
exit: 28

== --timeout, and records that were not sent
$ wstap --timeout 0.4 --lockstep $URL
in: one
in: two
> text "one"
> close 1001
err: /^wstap: .*--timeout/
exit: 28

# --- --lockstep

== --lockstep: the next after the answer
$ wstap --lockstep -w 0 $URL
in: one
in: two
in: three
> text "one"
> nothing 0.2
< text "1"
> text "two"
> nothing 0.2
< binary "2"
> text "three"
< text "3"
> close 1000
out: 1
out: 2
out: 3

== --lockstep=2: after two answers
$ wstap --lockstep=2 -w 0 $URL
in: one
in: two
> text "one"
< text "1"
> nothing 0.3
< text "2"
> text "two"
< text "3"
< text "4"
> close 1000
out: 1
out: 2
out: 3
out: 4

== --lockstep: pings, pongs and half a message are no answer
$ wstap --lockstep -w 0 $URL
in: one
in: two
> text "one"
< ping "x"
> pong "x"
< pong "x"
< text fin=0 "an"
> nothing 0.3
< continuation "swer"
> text "two"
< text ""
> close 1000
out: answer
out:

== --lockstep: -w 0 waits for the last answer
$ wstap --lockstep -w 0 $URL
in: one
> text "one"
> nothing 0.4
< text "1"
> close 1000
out: 1

== --lockstep: what comes before the first is no answer
$ wstap --lockstep -w 0 $URL
in: one
in: two
< 101
<+ text "welcome"
> text "one"
> nothing 0.3
< text "1"
> text "two"
< text "2"
> close 1000
out: welcome
out: 1
out: 2

== --lockstep with -x
$ wstap --lockstep -w 0 -x one -x two $URL
> text "one"
> nothing 0.2
< text "1"
> text "two"
< text "2"
> close 1000
out: 1
out: 2

== --lockstep with jsonl: a ping of ours is not waited for
$ wstap --lockstep -w 0 -I jsonl $URL
in: {"type":"ping","data":"x"}
in: {"type":"text","data":"one"}
in: {"type":"ping","data":"y"}
in: {"type":"text","data":"two"}
> ping "x"
> text "one"
> nothing 0.3
< text "1"
> ping "y"
> text "two"
< text "2"
> close 1000
out: 1
out: 2

== --lockstep with a server that never answers
$ wstap --lockstep --timeout 0.5 $URL
in: one
in: two
> text "one"
> close 1001
err: /^wstap: .*--timeout/
exit: 28

== --lockstep with a server that closes: what was not sent is told
$ wstap --lockstep $URL
in: one
in: two
in: three
> text "one"
< close 1000
err: /^wstap: .*2 messages/
exit: 55

== --lockstep with a bad record: 26, after the answer
$ wstap --lockstep -w 0 $URL
in-raw: "one\n\xff\n"
> text "one"
< text "1"
> close 1000
out: 1
err: /^wstap: record 2 /
exit: 26
