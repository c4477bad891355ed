# fish completion for wstap: made from its option table (make docs)

function __wstap_at_files
    set -l word (commandline -ct)
    string match -q '@*' -- $word; or return
    __fish_complete_path (string sub -s 2 -- $word) |
        string replace -r '^' @
end

complete -c wstap -f
complete -c wstap -s c -l connect -x -d 'connect to URL, as the plain argument does'
complete -c wstap -s l -l listen -x -a '(__fish_print_hostnames)' -d 'listen, and talk to the client that connects'
complete -c wstap -l once -d 'with -l, end after the first client'
complete -c wstap -s H -l header -x -a '(__wstap_at_files)' -d 'add a header to the request'
complete -c wstap -s s -l subprotocol -x -d 'offer a subprotocol, or several: a,b'
complete -c wstap -s o -l origin -x -d 'send this Origin header'
complete -c wstap -l host -x -a '(__fish_print_hostnames)' -d 'send this Host header'
complete -c wstap -s A -l user-agent -x -d 'send this User-Agent header'
complete -c wstap -s p -l protocol -x -d 'send this Sec-WebSocket-Version'
complete -c wstap -s u -l user -l auth -x -d 'log in with HTTP Basic credentials'
complete -c wstap -l connect-timeout -x -d 'give up connecting after SEC seconds'
complete -c wstap -s n -s k -l no-check -l insecure -d 'do not verify the server\'s certificate'
complete -c wstap -l ca -r -F -d 'trust the authorities in FILE and no others'
complete -c wstap -s x -l execute -x -d 'send MESSAGE instead of reading stdin'
complete -c wstap -s t -l text -d 'send text messages, as is the default'
complete -c wstap -s b -l binary -d 'send binary messages'
complete -c wstap -s w -l wait -x -d 'at the end of input, close after SEC idle seconds'
complete -c wstap -s m -l max-messages -x -d 'close after N messages were received'
complete -c wstap -s 1 -d 'close after one message: -m 1'
complete -c wstap -s e -l echo -d 'send every message back as it came'
complete -c wstap -l close -x -d 'close with CODE and REASON'
complete -c wstap -l no-compress -d 'neither offer nor accept permessage-deflate'
complete -c wstap -l deflate -x -a 'client_no_context_takeover server_no_context_takeover client_max_window_bits' -d 'offer permessage-deflate with these parameters'
complete -c wstap -l max-message -x -d 'refuse messages of more than SIZE bytes'
complete -c wstap -s X -l hex -d 'show every message as a hex dump'
complete -c wstap -l color -x -a 'auto always never' -d 'use colour: auto, always or never'
complete -c wstap -l no-color -d 'use no colour: --color never'
complete -c wstap -s P -l show-ping-pong -d 'show the pings and pongs that come in'
complete -c wstap -s v -l verbose -d 'show the handshake; -vv: with the credentials'
complete -c wstap -s q -l quiet -d 'say nothing but errors on stderr; no prompt'
complete -c wstap -s h -l help -x -a 'connect TLS messages protocol display other commands exit all' -d 'show help, or that on a topic'
complete -c wstap -s V -l version -d 'show the version, and the libraries built in'
