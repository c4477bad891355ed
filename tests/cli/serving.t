# wstap -l: the opening handshake, as the server has to judge and answer it.

== a request and its answer
rule: 6455-4.2.2-answer 6455-4.2.2-accept 6455-6.1-open
client
$ wstap -l 0 --once
> start "HTTP/1.1 101 Switching Protocols"
> "Upgrade: websocket"
> "Connection: Upgrade"
> no Sec-WebSocket-Protocol
> no Sec-WebSocket-Extensions

== the accept of the RFC's example
rule: 6455-4.2.2-accept
client
$ wstap -l 0 --once
< request key="dGhlIHNhbXBsZSBub25jZQ=="
> "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

== tokens in any case, and others beside them
rule: 6455-4.2.1-upgrade 6455-4.2.1-connection
client
$ wstap -l 0 --once
< request upgrade="h2c, WebSocket" connection="keep-alive, UPGRADE"
> status 101

== an http URL for a target
rule: 6455-4.2.1-get
client
$ wstap -l 0 --once
< request start="GET http://example.org/chat?x HTTP/1.1"
> status 101

== a request and frames, a byte at a time
rule: 6455-6.2-any-cut
client
$ wstap -l 0 --once
hold
cut 1
< request
< text "hello"
out: hello

== frames in the same packet as the request
rule: 6455-6.2-any-cut
client
$ wstap -l 0 --once
hold
< first "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x82\x00\x00\x00\x00hi\x88\x82\x00\x00\x00\x00\x03\xe8"
> status 101
< hangup
out: hi

== POST
rule: 6455-4.2.1-get 6455-4.2.2-bad-request
client
$ wstap -l 0 --once
< request start="POST / HTTP/1.1"
> status 405
err: /^wstap: .*GET/
exit: 8

== HTTP/1.0
rule: 6455-4.2.1-get
client
$ wstap -l 0 --once
< request start="GET / HTTP/1.0"
> status 400
err: /^wstap: .*HTTP\/1\.0/
exit: 8

== no Host
rule: 6455-4.2.1-host
client
$ wstap -l 0 --once
< request drop=host
> status 400
err: /^wstap: .*Host/
exit: 8

== two Hosts
rule: 6455-4.2.1-host
client
$ wstap -l 0 --once
< request "Host: b"
> status 400
err: /^wstap: .*Host/
exit: 8

== no Upgrade
rule: 6455-4.2.1-upgrade 6455-4.2.2-bad-request
client
$ wstap -l 0 --once
< request drop=upgrade
> status 426
> "Upgrade: websocket"
err: /^wstap: .*Upgrade/
exit: 8

== another Upgrade
rule: 6455-4.2.1-upgrade
client
$ wstap -l 0 --once
< request upgrade="h2c"
> status 426
err: /^wstap: .*Upgrade/
exit: 8

== no Connection
rule: 6455-4.2.1-connection
client
$ wstap -l 0 --once
< request drop=connection
> status 400
err: /^wstap: .*Connection/
exit: 8

== Connection without upgrade
rule: 6455-4.2.1-connection
client
$ wstap -l 0 --once
< request connection="keep-alive"
> status 400
err: /^wstap: .*Connection/
exit: 8

== no key
rule: 6455-4.2.1-key
client
$ wstap -l 0 --once
< request drop=key
> status 400
err: /^wstap: .*Sec-WebSocket-Key/
exit: 8

== a key of 15 bytes
rule: 6455-4.2.1-key
client
$ wstap -l 0 --once
< request key="AAAAAAAAAAAAAAAAAAAA"
> status 400
err: /^wstap: .*16 bytes/
exit: 8

== a key that is no base64
rule: 6455-4.2.1-key
client
$ wstap -l 0 --once
< request key="!!!!!!!!!!!!!!!!!!!!!!=="
> status 400
err: /^wstap: .*base64/
exit: 8

== two keys
rule: 6455-4.2.1-key
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
> status 400
err: /^wstap: .*Sec-WebSocket-Key/
exit: 8

== no version
rule: 6455-4.2.1-version
client
$ wstap -l 0 --once
< request drop=version
> status 400
err: /^wstap: .*Sec-WebSocket-Version/
exit: 8

== version 8
rule: 6455-4.2.1-version 6455-4.2.2-version
client
$ wstap -l 0 --once
< request version="8"
> status 426
> "Sec-WebSocket-Version: 13"
err: /^wstap: .*13/
exit: 8

== no HTTP at all
rule: 6455-4.2.1-whole 6455-4.2.2-bad-request
client
$ wstap -l 0 --once
< first "\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n\r\n"
> status 400
< again
< request
err: /^wstap: not a WebSocket request: /

== a request cut off
rule: 6455-4.2.1-whole
client
$ wstap -l 0 --once
< first "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: webso"
< eof
< again
< request
err: /^wstap: not a WebSocket request: /

== no subprotocol where none was listed
rule: 6455-4.2.2-protocol
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Protocol: a, b"
> no Sec-WebSocket-Protocol

== the first of the client's that is listed
rule: 6455-4.2.2-protocol
client
$ wstap -l 0 --once -s c,b
< request "Sec-WebSocket-Protocol: a, b" "Sec-WebSocket-Protocol: c"
> "Sec-WebSocket-Protocol: b"

== none of the client's is listed
rule: 6455-4.2.2-protocol
client
$ wstap -l 0 --once -s c
< request "Sec-WebSocket-Protocol: a, b"
> no Sec-WebSocket-Protocol

== an extension that is not known
rule: 6455-9.1-unknown 6455-4.2.2-extensions
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: x-frob; a=1; b"
> no Sec-WebSocket-Extensions

== one that is, behind one that is not, in another header
rule: 6455-9.1-unknown 6455-9.1-lists
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: x-frob; a=1" "Sec-WebSocket-Extensions: , permessage-deflate ,"
> "Sec-WebSocket-Extensions: permessage-deflate"

== blanks of all kinds
rule: 6455-9.1-lists
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions:permessage-deflate ;\t server_max_window_bits  =  10\t"
> "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"

== a quoted value
rule: 6455-9.1-quoted
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\"1\\0\""
> "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"

== a quoted value is a token, too
rule: 6455-9.1-quoted 6455-9.1-syntax
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: x-frob; a=\", permessage-deflate; b\""
> status 400
err: /^wstap: .*Sec-WebSocket-Extensions/
exit: 8

== another extension's quoted value
rule: 6455-9.1-quoted 6455-9.1-unknown
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: x-frob; a=\"permessage-deflate\""
> no Sec-WebSocket-Extensions

== a header that does not follow the grammar
rule: 6455-9.1-syntax
client
$ wstap -l 0 --once
< request "Sec-WebSocket-Extensions: permessage-deflate; ="
> status 400
err: /^wstap: .*Sec-WebSocket-Extensions/
exit: 8

== the client is told nothing behind a fault in its request
rule: 6455-4.2.2-bad-request
client
$ wstap -l 0 --once
in: secret
< request drop=key
> status 400
> no Upgrade
err: ...
exit: 8
