# The command line's faults and the set-up's, each with its exit status.

== no URL
$ wstap
err: /^wstap: .*URL/
err: ...
exit: 2

== an unknown option
$ wstap --wiat 3 $URL
err: /^wstap: .*--wiat.*--wait/
exit: 2

== an unknown letter
$ wstap -y $URL
err: /^wstap: .*-y/
exit: 2

== an option without its argument
$ wstap $URL -w
err: /^wstap: .*-w/
exit: 2

== a bad number
$ wstap -w soon $URL
err: /^wstap: .*soon/
exit: 2

== -m 0
$ wstap -m 0 $URL
err: /^wstap: .*0/
exit: 2

== --deflate with an unknown parameter
$ wstap --deflate "mu=1" ws://127.0.0.1:1/
err: wstap: --deflate: the parameter "mu=1" of permessage-deflate is unknown
exit: 2

== --deflate and --no-compress
$ wstap --deflate "" --no-compress ws://127.0.0.1:1/
err: /^wstap: --no-compress and --deflate: /
exit: 2

== --close with a code that is never on the wire
$ wstap --close 1006 ws://127.0.0.1:1/
err: /^wstap: --close 1006: may not be sent/
exit: 2

== --close with a reason that is not UTF-8
$ wstap --close "$(printf '1000:\377')" ws://127.0.0.1:1/
err: wstap: --close: the reason is not UTF-8
exit: 2

== --max-message without a size
$ wstap --max-message much ws://127.0.0.1:1/
err: /^wstap: --max-message much: not a size/
exit: 2

== two URLs
$ wstap $URL ws://other/
err: /^wstap: /
exit: 2

== CR in a header
$ wstap -H $'X-A: b\rc' $URL
err: /^wstap: /
exit: 2

== LF in a header
$ wstap -H $'X-A: b\nHost: evil' $URL
err: /^wstap: /
exit: 2

== LF in the origin
$ wstap -o $'https://a\nX: y' $URL
err: /^wstap: /
exit: 2

== CR in --host
$ wstap --host $'a\rb' $URL
err: /^wstap: /
exit: 2

== LF in a subprotocol
$ wstap -s $'a\nb' $URL
err: /^wstap: /
exit: 2

== LF in the user agent
$ wstap -A $'a\nb' $URL
err: /^wstap: /
exit: 2

== LF in --auth
$ wstap --auth $'joe:a\nX: y' $URL
err: /^wstap: /
exit: 2

== a header without a colon
$ wstap -H nonsense $URL
err: /^wstap: .*nonsense/
exit: 2

== a header whose name is no token
$ wstap -H "a b: c" $URL
err: /^wstap: .*a b/
exit: 2

== a subprotocol that is no token
$ wstap -s "a b" $URL
err: /^wstap: .*a b/
exit: 2

== another scheme
$ wstap ftp://localhost/
err: /^wstap: .*ftp/
exit: 3

== a fragment
rule: 6455-4.1-url-valid
$ wstap "ws://localhost/#x"
err: /^wstap: .*fragment/
exit: 3

== a bad port
rule: 6455-4.1-url-valid
$ wstap ws://localhost:65536/
err: /^wstap: .*65536/
exit: 3

== an empty host
rule: 6455-4.1-url-valid
$ wstap ws:///x
err: /^wstap: .*host/
exit: 3

== a blank in the URL
rule: 6455-4.1-url-valid
$ wstap "ws://localhost/a b"
err: /^wstap: /
exit: 3

== the userinfo is not in the error
$ wstap "ws://joe:hunter2@localhost/#x" 2>&1 | grep -c hunter2; true
out: 0

== a name that does not resolve
$ wstap ws://name.invalid/
err: /^wstap: .*name\.invalid/
exit: 6

== refused
server none
$ wstap $URL
err: /^wstap: .*127\.0\.0\.1.*$PORT.*refused/
exit: 7

== a unix socket that is not there
$ wstap ws+unix:$DIR/no
err: /^wstap: .*No such file/
exit: 7

== --connect-timeout with a server that says nothing
$ wstap --connect-timeout 0.5 $URL
hold
within: 3
> eof
err: /^wstap: /
exit: 28

== --connect-timeout is for the whole set-up: a byte at a time doesn't help
$ wstap --connect-timeout 1 $URL
hold
within: 4
< answer "HTTP/1.1 101 Switching Protocols\r\nUpgrade: web"
> eof
err: /^wstap: /
exit: 28

== TLS to a plain port
rule: 6455-4.1-tls-first
$ wstap --connect-timeout 5 wss://127.0.0.1:$PORT/
hold
within: 5
< first "HTTP/1.1 400 Bad Request\r\n\r\n"
err: /^wstap: .*TLS/
exit: 35

== TLS with a server that says nothing
$ wstap --connect-timeout 0.5 wss://127.0.0.1:$PORT/
within: 3
pause 1.5
< first ""
err: /^wstap: /
exit: 28

== TLS with a server that hangs up
$ wstap wss://127.0.0.1:$PORT/
< first ""
err: /^wstap: .*TLS/
exit: 35

== the CA file is missing
server tls
$ wstap --ca $DIR/nothing.pem $URL
err: /^wstap: .*nothing\.pem/
exit: 77

== the CA file has no certificate
server tls
$ wstap --ca /dev/null $URL
err: /^wstap: .*\/dev\/null/
exit: 77

== a certificate of an unknown authority
rule: 6455-4.1-tls-first
server tls
$ wstap $URL
err: /^wstap: .*(--ca|-n)/
exit: 60

== a private authority with --ca
server tls
$ wstap --ca $CERTS/ca.pem -w 0 $URL
in: hi
> text "hi"
> close 1000

== an IP address in the certificate
server tls
$ wstap --ca $CERTS/ca.pem -w 0 wss://127.0.0.1:$PORT/
in: hi
> text "hi"
> close 1000

== https is taken as wss
server tls
$ wstap --ca $CERTS/ca.pem -w 0 https://localhost:$PORT/
> close 1000

== an expired certificate
server tls expired
$ wstap --ca $CERTS/ca.pem $URL
err: /^wstap: .*expired/
exit: 60

== another name
server tls other
$ wstap --ca $CERTS/ca.pem $URL
err: /^wstap: .*other\.example/
exit: 60

== another name, by IP address
server tls other
$ wstap --ca $CERTS/ca.pem wss://127.0.0.1:$PORT/
err: /^wstap: .*127\.0\.0\.1/
exit: 60

== signed by itself
server tls self
$ wstap $URL
err: /^wstap: .*self.signed/
exit: 60

== signed by itself, and trusted
server tls self
$ wstap --ca $CERTS/self.pem -w 0 $URL
in: hi
> text "hi"
> close 1000

== -n takes any certificate and says so
server tls expired
$ wstap -n -w 0 $URL
in: hi
> text "hi"
> close 1000
err: /verif|not checked|no-check/

== -k is -n
server tls self
$ wstap -k -w 0 $URL
> close 1000
err: /verif|not checked|no-check/

== stdout closed
$ wstap $URL >&-
hold
< text "one"
err: /^wstap: .*stdout|^wstap: .*standard output|^wstap: .*output/
exit: 23

== stdout full
$ wstap $URL >/dev/full
hold
< text "one"
err: /^wstap: .*No space left/
exit: 23

== a reader that goes away ends it silently
$ wstap $URL | head -n 1; echo "${PIPESTATUS[0]}"
hold
< text "one"
pause 0.2
< text "two"
> close 1001
out: one
out: 141

== --help
$ wstap --help | head -n 1 | grep -c wstap
out: 1

== --version
$ wstap --version | grep -c '^wstap [0-9]'
out: 1

== -V
$ wstap -V | grep -ci openssl
out: 1
