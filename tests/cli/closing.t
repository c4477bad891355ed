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
> close 1001 "off I go"

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

== a FIN in the middle of a message, behind our close, loses its rest
rule: 6455-7.1.5-lost
$ wstap -w 0 $URL
> close 1000
< text fin=0 "half"
< eof
out-raw: "half"
err: wstap: connection lost: the server hung up without a close frame
exit: 56

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

== --close CODE:REASON
rule: 6455-7.1.2-start
$ wstap -w 0 --close 4000:enough $URL
> close 4000 "enough"
< close 4000
> eof

== --close CODE
rule: 6455-7.1.2-start
$ wstap -w 0 --close 1001 $URL
> close 1001 ""

== --close with a code that may not be sent
rule: 6455-7.4-own
$ wstap -w 0 --close 1005 $URL
err: /^wstap: .*1005/
exit: 2

== --close with a code that nobody has assigned
rule: 6455-7.4-own
$ wstap -w 0 --close 2000 $URL
err: /^wstap: .*2000/
exit: 2

== --close with a reason that is too long
$ wstap -w 0 --close "1000:$(printf 'x%.0s' {1..124})" $URL
err: /^wstap: .*123/
exit: 2

== the client leaves the end of the connection to the server
rule: 6455-7.1.1-server-first
$ wstap $URL
hold
< close 1000
> close 1000
> nothing 0.5

== the same after its own close
rule: 6455-7.1.1-server-first
$ wstap -w 0 $URL
> close 1000
< close 1000
> nothing 0.5

== a RST in the middle of a frame
rule: 6455-7.1.5-lost 6455-7.2.1-reset
$ wstap $URL
hold
< text "hal" length=10
pause 0.2
< rst
out-raw: "hal"
err: /^wstap: .*reset/
exit: 56

== a RST in the middle of a message
rule: 6455-7.1.5-lost 6455-7.2.1-reset
$ wstap $URL
hold
< text "hal" fin=0
pause 0.2
< rst
out-raw: "hal"
err: /^wstap: .*reset/
exit: 56

== a RST behind the server's close
rule: 6455-7.2.1-reset 6455-7.1.5-code
$ wstap $URL
hold
< close 1000
> close 1000
< rst

== a FIN in the middle of a close frame
rule: 6455-7.1.5-lost 6455-7.2.1-half-close
$ wstap $URL
hold
< raw 88 02 03
< eof
err: /^wstap: .*without a close/
exit: 56

== a FIN behind the server's close
rule: 6455-7.2.1-half-close 6455-5.5.1-answered
$ wstap $URL
hold
< close 1000
<+ eof

== a RST in the middle of the answer's head
rule: 6455-7.2.1-reset 6455-4.1-answer-whole
$ wstap $URL
hold
< answer "HTTP/1.1 101 Switching Proto"
pause 0.2
< rst
err: /^wstap: /
exit: 8

== a FIN in the middle of the answer's head
rule: 6455-7.2.1-half-close 6455-4.1-answer-whole
$ wstap $URL
hold
< answer "HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs"
< eof
err: /^wstap: /
exit: 8

== no frame behind an answer that is refused
rule: 6455-7.1.7-before-open
$ wstap -w 0 $URL
in: hi
< 101 drop=upgrade
> eof
err: /^wstap: .*Upgrade/
exit: 8

== nothing behind the request until the answer has come
rule: 6455-4.1-nothing-before 6455-6.1-open
$ wstap -w 0 $URL
in: hi
> start "GET / HTTP/1.1"
> silence 0.3
< 101
> text "hi"
> close 1000

== a signal: 1001
rule: 6455-7.3-going-away
$ wstap $URL
hold
< ping
> pong
signal TERM
> close 1001
exit: 143

== TLS ends without close_notify
server tls
rule: 6455-7.2.1-tls-cut 6455-7.1.5-lost
$ wstap --ca $CERTS/ca.pem $URL
hold
< text "one"
< cut-tls
out: one
err: /^wstap: .*without a close/
exit: 56

== TLS ends without close_notify behind the server's close
server tls
rule: 6455-7.2.1-tls-cut
$ wstap --ca $CERTS/ca.pem $URL
hold
< close 1000
> close 1000
< cut-tls

== TLS ends without close_notify inside a message
server tls
rule: 6455-7.2.1-tls-cut 6455-7.1.5-lost
$ wstap --ca $CERTS/ca.pem $URL
hold
< text "hal" fin=0
< cut-tls
out-raw: "hal"
err: /^wstap: .*without a close/
exit: 56
