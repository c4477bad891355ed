# The closing handshake in every order, and connections that just end.

== the server closes with 1000
rule: 6455-5.5.1-answered 6455-5.5.1-echo
$ wstap $URL
hold
< close 1000
> close 1000

== the server closes with 1001
rule: 6455-5.5.1-echo
$ wstap $URL
hold
< close 1001 "off I go"
> close 1001

== the server closes without a code
rule: 6455-5.5.1-echo 6455-7.1.5-code
$ wstap $URL
hold
< close
> close

== the server closes with 1002
rule: 6455-7.1.5-code 6455-7.1.6-reason
$ wstap $URL
hold
< close 1002 "you!"
> close 1002
err: /^wstap: .*1002.*you!/
exit: 111

== the server closes with 1011
rule: 6455-7.1.5-code
$ wstap $URL
hold
< close 1011
> close 1011
err: /^wstap: .*1011/
exit: 111

== the server closes with a registered code
rule: 6455-7.4-assigned 6455-7.1.6-reason
$ wstap $URL
hold
< close 3000 "who are you"
> close 3000
err: /^wstap: .*3000.*who are you/
exit: 111

== the server closes with a code of its own
rule: 6455-7.4-assigned 6455-7.1.6-reason
$ wstap $URL
hold
< close 4999 "out\x1b[2J"
> close 4999
err: /^wstap: .*4999.*out\\x1b\[2J/
exit: 111

== messages before the server's close are printed
rule: 6455-7.1.5-code
$ wstap $URL
hold
< text "one"
<+ close 4000
out: one
err: /^wstap: .*4000/
exit: 111

== what follows the server's close is dropped
rule: 6455-5.5.1-dropped
$ wstap $URL
hold
< close 1000
<+ text "never"
<+ frame 3 "x"
> close 1000

== both close at once
rule: 6455-7.1.4-simultaneous
$ wstap -w 0 $URL
in: hi
> text "hi"
< close 1000
> close 1000

== our close is answered with another code, which counts
rule: 6455-7.1.5-code
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
< close 4000 "mine"
err: /^wstap: .*4000.*mine/
exit: 111

== our close is answered by a FIN
rule: 6455-7.2.1-half-close
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
< eof

== our close is answered by RST
rule: 6455-7.2.1-reset
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
< rst

== our close is not answered: five seconds
rule: 6455-7.1.1-wait
$ wstap -w 0 $URL
in: hi
within: 8
> text "hi"
> close 1000
> nothing 4
> eof

== pings after our close are not answered with anything but silence or a pong
rule: 6455-5.5.1-nothing-after
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
< ping "x"
< close 1000

== the connection ends without a close
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap $URL
hold
< text "one"
< eof
out: one
err: /^wstap: .*without a close/
exit: 56

== the connection ends at once after the handshake
rule: 6455-7.1.5-lost
$ wstap $URL
hold
< 101
< hangup
err: /^wstap: .*without a close/
exit: 56

== the connection ends inside a message
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap $URL
hold
< text "hal" length=10
< eof
out-raw: "hal"
err: /^wstap: /
exit: 56

== the connection ends between fragments
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap $URL
hold
< text "hal" fin=0
< eof
out-raw: "hal"
err: /^wstap: /
exit: 56

== the connection ends inside a header
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap $URL
hold
< raw 81 7e 01
< eof
err: /^wstap: /
exit: 56

== the connection is reset
rule: 6455-7.1.5-lost 6455-7.2.1-reset
$ wstap $URL
hold
< text "one"
pause 0.3
< rst
out: one
err: /^wstap: .*reset/
exit: 56

== the end of the stream while -w waits
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap -w 3 $URL
in: hi
> text "hi"
< eof
err: /^wstap: /
exit: 56

== the server closes while records are held
$ seq 1 3000000 | wstap $URL; echo "${PIPESTATUS[1]}"
> text "1"
pause 1
< close 1000
> rest
out: 55
err: /^wstap: .*1000.* before [0-9]+ messages could be sent/

== the same, whatever the code
$ seq 1 3000000 | wstap $URL; echo "${PIPESTATUS[1]}"
> text "1"
pause 1
< close 1011 "full"
> rest
out: 55
err: /^wstap: .*1011.* before [0-9]+ messages could be sent.*full/

== the server closes with nothing held: its code counts
$ { echo one; sleep 1; } | wstap $URL; echo "${PIPESTATUS[1]}"
> text "one"
< close 1011
> close 1011
out: 111
err: /^wstap: .*1011/

== -m closes with 1000, and what comes later is not written
$ wstap -m 1 $URL
hold
< text "one"
> close 1000
< text "late"
< close 1000
out: one

== --close says a code and a reason
$ wstap -w 0 --close 4001:enough $URL
> close 4001 "enough"
< close 4001

== --close says a code without a reason
$ wstap -w 0 --close 3000 $URL
> close 3000
< close 3000
