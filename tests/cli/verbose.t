# -v: the handshake both ways, on standard error.

== -v shows the request and the answer
$ wstap -v -w 0 $URL
in: hi
> text "hi"
< text "yo"
> close 1000
out: yo
err: ...
err: > GET / HTTP/1.1
err: ...
err: > Sec-WebSocket-Version: 13
err: ...
err: < HTTP/1.1 101 Switching Protocols
err: ...

== -v hides credentials
$ wstap -v -w 0 --auth joe:secret -H "Cookie: id=secret" $URL
> "Authorization: Basic am9lOnNlY3JldA=="
> "Cookie: id=secret"
> close 1000
err: ...
err: > Authorization: ***
err: ...
err: > Cookie: ***
err: ...

== -v does not have them anywhere else
$ wstap -v -w 0 ws://joe:secret@127.0.0.1:$PORT/ 2>&1 | grep -c -e secret -e am9lOnNlY3JldA; true
> close 1000
out: 0

== -vv shows credentials
$ wstap -vv -w 0 --auth joe:secret $URL
> close 1000
err: ...
err: > Authorization: Basic am9lOnNlY3JldA==
err: ...

== -v escapes what the server says
$ wstap -v -w 0 $URL
< 101 "X-Evil: a\xe2\x80\xaeb"
> close 1000
err: ...
err: < X-Evil: a\u{202e}b
err: ...

== a pipe that ends well says nothing
$ wstap -w 0 $URL
in: hi
> text "hi"
> close 1000
