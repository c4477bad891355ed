# The opening handshake: what is asked, and how the answer is judged.

== the request says what RFC 6455 wants
rule: 6455-4.1-request-get 6455-4.1-request-host 6455-4.1-request-upgrade 6455-4.1-request-connection 6455-4.1-request-version
$ wstap -w 0 $URL
> start "GET / HTTP/1.1"
> "Host: 127.0.0.1:$PORT"
> "Upgrade: websocket"
> "Connection: Upgrade"
> "Sec-WebSocket-Version: 13"
> no Sec-WebSocket-Protocol
> no Origin
> no Authorization
> close 1000

== path and query go out as they are
rule: 6455-4.1-request-target
$ wstap -w 0 "${URL}a%20b/c?d=e%2Ff&g"
> start "GET /a%20b/c?d=e%2Ff&g HTTP/1.1"
> close 1000

== a query without a path
rule: 6455-4.1-request-target
$ wstap -w 0 ws://127.0.0.1:$PORT?x=1
> start "GET /?x=1 HTTP/1.1"
> close 1000

== a bare host and port
rule: 6455-4.1-request-target
$ wstap -w 0 127.0.0.1:$PORT/chat
> start "GET /chat HTTP/1.1"
> close 1000

== a bare port is localhost
$ wstap -w 0 :$PORT/chat
> start "GET /chat HTTP/1.1"
> "Host: localhost:$PORT"
> close 1000

== -c is the same as the URL
$ wstap -w 0 -c $URL
> start "GET / HTTP/1.1"
> close 1000

== http is taken as ws
$ wstap -w 0 http://127.0.0.1:$PORT/
> start "GET / HTTP/1.1"
> close 1000

== IPv6
rule: 6455-4.1-request-host
server ipv6
$ wstap -w 0 "$URL"
> "Host: [::1]:$PORT"
> close 1000

== a unix socket
server unix
$ wstap -w 0 $URL
> start "GET / HTTP/1.1"
> "Host: localhost"
> close 1000

== a unix socket with a resource
server unix
$ wstap -w 0 "$URL:/chat?a=b"
> start "GET /chat?a=b HTTP/1.1"
> close 1000

== userinfo becomes Basic auth
$ wstap -w 0 ws://joe:p%40ss@127.0.0.1:$PORT/
> start "GET / HTTP/1.1"
> "Host: 127.0.0.1:$PORT"
> "Authorization: Basic am9lOnBAc3M="
> close 1000

== --auth
$ wstap -w 0 --auth joe:secret $URL
> "Authorization: Basic am9lOnNlY3JldA=="
> close 1000

== -H adds a field
$ wstap -w 0 -H "X-One: 1" -H "X-Two:   2 and 3 " $URL
> "X-One: 1"
> "X-Two: 2 and 3"
> close 1000

== -H without a value removes a default one
$ wstap -w 0 -H "User-Agent:" $URL
> no User-Agent
> close 1000

== -H replaces a default one
$ wstap -w 0 -H "User-Agent: me" $URL
> "User-Agent: me"
> close 1000

== --host, -o and -A
$ wstap -w 0 --host example.org:81 -o https://example.org -A me/1 $URL
> "Host: example.org:81"
> "Origin: https://example.org"
> "User-Agent: me/1"
> close 1000

== -p is the version asked for
$ wstap -w 0 -p 8 $URL
> "Sec-WebSocket-Version: 8"
> close 1000

== -s offers, repeated or in a list
rule: 6455-4.1-request-protocol 6455-4.1-answer-protocol
$ wstap -w 0 -s chat -s a,b $URL
> "Sec-WebSocket-Protocol: chat, a, b"
< 101 "Sec-WebSocket-Protocol: a"
> close 1000

== the server may choose no subprotocol
rule: 6455-4.1-answer-protocol
$ wstap -w 0 -s chat $URL
< 101
> close 1000

== a frame in the same packet as the head
rule: 6455-4.1-answer-then-frames
$ wstap $URL
hold
< 101
<+ text "hello"
<+ close 1000
> close 1000
out: hello

== the head and frames, a byte at a time
rule: 6455-4.1-answer-then-frames 6455-6.2-any-cut
$ wstap $URL
hold
cut 1
< 101
<+ text "hello"
<+ close 1000
> close 1000
out: hello

== field names and tokens in any case
rule: 6455-4.1-answer-upgrade 6455-4.1-answer-connection
$ wstap -w 0 $URL
< 101 upgrade="WebSocket" connection="keep-alive, UPGRADE"
> close 1000

== a 1xx before the 101 is skipped
rule: 6455-4.1-answer-status
$ wstap -w 0 $URL
< answer "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
< 101
> close 1000

== a head of a little under 64 KiB
$ wstap -w 0 $URL
< 101 pad=65000
> close 1000

== a head over 64 KiB
$ wstap $URL
hold
< 101 pad=66000
err: /^wstap: .*(64 KiB|65536|too long|too large)/
exit: 8

== a wrong accept
rule: 6455-4.1-answer-accept 6455-7.1.7-before-open
$ wstap $URL
hold
< 101 accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA="
err: /^wstap: .*Sec-WebSocket-Accept/
exit: 8

== no accept
rule: 6455-4.1-answer-accept
$ wstap $URL
hold
< 101 drop=accept
err: /^wstap: .*Sec-WebSocket-Accept/
exit: 8

== two accepts
rule: 6455-4.1-answer-accept
$ wstap $URL
hold
< 101 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="
err: /^wstap: .*Sec-WebSocket-Accept/
exit: 8

== no Upgrade
rule: 6455-4.1-answer-upgrade
$ wstap $URL
hold
< 101 drop=upgrade
err: /^wstap: .*Upgrade/
exit: 8

== another Upgrade
rule: 6455-4.1-answer-upgrade
$ wstap $URL
hold
< 101 upgrade="h2c"
err: /^wstap: .*Upgrade/
exit: 8

== no Connection
rule: 6455-4.1-answer-connection
$ wstap $URL
hold
< 101 drop=connection
err: /^wstap: .*Connection/
exit: 8

== Connection without upgrade
rule: 6455-4.1-answer-connection
$ wstap $URL
hold
< 101 connection="keep-alive"
err: /^wstap: .*Connection/
exit: 8

== an extension that nobody asked for
rule: 6455-4.1-answer-extension
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: x-evil"
err: /^wstap: .*x-evil/
exit: 8

== compression is offered as browsers do
$ wstap -w 0 $URL
> "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
> close 1000

== compression is offered in the user's words, an offer after the other
$ wstap -w 0 --deflate "server_max_window_bits=9;client_no_context_takeover" --deflate "" $URL
> "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9;client_no_context_takeover, permessage-deflate"
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
> close 1000

== compression that is off is not offered, and may not be chosen
$ wstap --no-compress $URL
hold
> no Sec-WebSocket-Extensions
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*"permessage-deflate", which was not offered/
exit: 8

== compression that is removed from the request may not be chosen
$ wstap -H Sec-WebSocket-Extensions: $URL
hold
> no Sec-WebSocket-Extensions
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*"permessage-deflate", which was not offered/
exit: 8

== permessage-deflate twice
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"
err: /^wstap: .*permessage-deflate twice/
exit: 8

== a parameter of permessage-deflate that is unknown
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; mu=1"
err: /^wstap: .*"mu=1" is unknown/
exit: 8

== a window that is none
$ wstap $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=16"
err: /^wstap: .*"client_max_window_bits=16" is no number from 8 to 15/
exit: 8

== a parameter that was asked for is missing
$ wstap --deflate server_no_context_takeover $URL
hold
< 101 "Sec-WebSocket-Extensions: permessage-deflate"
err: /^wstap: .*"server_no_context_takeover" is missing/
exit: 8

== a subprotocol that nobody asked for
rule: 6455-4.1-answer-protocol
$ wstap $URL
hold
< 101 "Sec-WebSocket-Protocol: chat"
err: /^wstap: .*chat/
exit: 8

== another subprotocol than those offered
rule: 6455-4.1-answer-protocol
$ wstap -s chat $URL
hold
< 101 "Sec-WebSocket-Protocol: superchat"
err: /^wstap: .*superchat/
exit: 8

== an HTTP/1.0 answer
rule: 6455-4.1-answer-status
$ wstap $URL
hold
< 101 status="HTTP/1.0 101 Switching Protocols"
err: /^wstap: /
exit: 8

== an answer that is no HTTP is known at once
rule: 6455-4.1-answer-whole
$ wstap $URL
hold
within: 5
< answer "SSH-2.0-OpenSSH_9.2\r\n"
> eof
err: /^wstap: .*HTTP/
exit: 8

== an answer cut off
rule: 6455-4.1-answer-whole
$ wstap $URL
hold
< answer "HTTP/1.1 101 Switching Proto"
< hangup
err: /^wstap: /
exit: 8

== no answer at all
rule: 6455-4.1-answer-whole 6455-7.1.5-lost
$ wstap $URL
hold
< hangup
err: /^wstap: .*hung up/
exit: 52

== RST for an answer
rule: 6455-4.1-answer-whole 6455-7.2.1-reset
$ wstap $URL
hold
< rst
err: /^wstap: /
exit: 52

== a control character in the head
$ wstap $URL
hold
< http "403 \x1b[2J\x07No"
err: /^wstap: .*control character/
exit: 8

== what the head may have, but not a terminal, is made visible
$ wstap $URL
hold
< http "403 a\xe2\x80\xaeb\xff"
err: /^wstap: .*403 a\\u{202e}b\\xff/
exit: 22
