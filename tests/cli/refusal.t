# HTTP answers other than 101.

== a refusal's status and body
rule: 6455-4.1-answer-status
$ wstap $URL
hold
< http "403 Forbidden" body="no token\nask for one\n"
err: no token
err: ask for one
err: /^wstap: .*403 Forbidden/
exit: 22

== a body without a newline
$ wstap $URL
hold
< http "401 Unauthorized" body="who?"
err: who?
err: /^wstap: .*401 Unauthorized/
exit: 22

== a refusal without a body
$ wstap $URL
hold
< http "404 Not Found"
err: /^wstap: .*404 Not Found/
exit: 22

== a status without a reason
$ wstap $URL
hold
< http "500 "
err: /^wstap: .*500/
exit: 22

== a redirect is a refusal too
rule: 6455-4.1-answer-status
$ wstap $URL
hold
< http "302 Found" "Location: ws://127.0.0.1:1/"
err: /^wstap: .*302 Found/
exit: 22

== 200 is not a WebSocket
rule: 6455-4.1-answer-status
$ wstap $URL
hold
< http "200 OK" body="<h1>hi</h1>"
err: <h1>hi</h1>
err: /^wstap: .*200 OK/
exit: 22

== what could harm a terminal is made visible
$ wstap $URL
hold
< http "403 No" body="a\x1b]0;owned\x07\xe2\x80\xaeb\xffc"
err: a\x1b]0;owned\x07\u{202e}b\xffc
err: /^wstap: .*403 No/
exit: 22

== a long body is cut at 4 KiB
$ wstap $URL 2>&1 >/dev/null | head -n 1 | tr -d '\n' | wc -c
hold
< http "500 Oops" body="a"*70000
out: 4096

== a chunked body
$ wstap $URL
hold
< answer "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
err: hello world
err: /^wstap: .*403 No/
exit: 22

== a body until the end of the stream
$ wstap $URL
hold
< answer "HTTP/1.1 403 No\r\n\r\nhello"
< eof
err: hello
err: /^wstap: .*403 No/
exit: 22

== a body that never comes is not waited for long
$ wstap --connect-timeout 1 $URL
hold
within: 8
< answer "HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nhel"
> eof
err: hel
err: /^wstap: .*403 No/
exit: 22
