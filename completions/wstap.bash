# bash completion for wstap: made from its option table (make docs)

# Offers what compgen finds, names with blanks in them too.
_wstap_offer()
{
	local word
	while IFS= read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen "$@")
}

_wstap()
{
	local cur=$2 at=$((COMP_CWORD - 1))

	COMPREPLY=()
	# In --name=VALUE and --name=@FILE the marks are words.
	[[ ${COMP_WORDS[at]} == [=@] || ${COMP_WORDS[at]} == =@ ]] &&
		at=$((at - 1))
	case ${COMP_WORDS[at]} in
	-l | --listen)
		_wstap_offer -A hostname -- "$cur"
		return
		;;
	-H | --header)
		if [[ $cur == @* ]]; then
			compopt -o nospace 2>/dev/null
			_wstap_offer -f -P @ -- "${cur#@}"
		fi
		return
		;;
	--host)
		_wstap_offer -A hostname -- "$cur"
		return
		;;
	--bearer)
		if [[ $cur == @* ]]; then
			compopt -o nospace 2>/dev/null
			_wstap_offer -f -P @ -- "${cur#@}"
		fi
		return
		;;
	--netrc-file)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--cookie)
		if [[ $cur == @* ]]; then
			compopt -o nospace 2>/dev/null
			_wstap_offer -f -P @ -- "${cur#@}"
		fi
		return
		;;
	--cookie-jar)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--unix-socket)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--config)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--ca)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--capath)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--cert)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--key)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--passphrase)
		if [[ $cur == @* ]]; then
			compopt -o nospace 2>/dev/null
			_wstap_offer -f -P @ -- "${cur#@}"
		fi
		[[ $cur == -* ]] || return
		;;
	--sni)
		_wstap_offer -A hostname -- "$cur"
		return
		;;
	--tls-min)
		_wstap_offer -W '1.0 1.1 1.2 1.3' -- "$cur"
		return
		;;
	--tls-max)
		_wstap_offer -W '1.2 1.3' -- "$cur"
		return
		;;
	--keylog)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	-f | --file)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	-I | --input)
		_wstap_offer -W 'lines nul raw length whole jsonl' -- "$cur"
		return
		;;
	-O | --output)
		_wstap_offer -W 'lines nul raw length jsonl' -- "$cur"
		return
		;;
	--format)
		_wstap_offer -W 'lines nul raw length jsonl' -- "$cur"
		return
		;;
	--deflate)
		_wstap_offer -W 'client_no_context_takeover server_no_context_takeover client_max_window_bits' -- "$cur"
		return
		;;
	--color)
		_wstap_offer -W 'auto always never' -- "$cur"
		return
		;;
	--record)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	--replay)
		compopt -o filenames 2>/dev/null
		_wstap_offer -f -- "$cur"
		return
		;;
	-h | --help)
		[[ $cur != -* ]] &&
			_wstap_offer -W 'connect TLS messages protocol display debug other commands exit all' -- "$cur"
		[[ $cur == -* ]] || return
		;;
	-c | --connect | \
	--max-clients | \
	-s | --subprotocol | \
	-o | --origin | \
	-A | --user-agent | \
	-p | --protocol | \
	-u | --user | --auth | \
	--resolve | \
	--connect-to | \
	--interface | \
	--proxy | \
	--noproxy | \
	--connect-timeout | \
	--ciphers | \
	--pin | \
	-x | --execute | \
	-w | --wait | \
	--timeout | \
	-m | --max-messages | \
	--until | \
	--close | \
	--ping-interval | \
	--ping-timeout | \
	--max-frame | \
	--max-message | \
	--hex-max | \
	--trace-bytes | \
	--replay-speed | \
	--replay-ignore | \
	--misbehave)
		return
		;;
	esac
	[[ $cur == -* ]] && _wstap_offer -W '
		-c --connect
		-l --listen
		--max-clients
		--broadcast
		--once
		-H --header
		-s --subprotocol
		-o --origin
		--host
		-A --user-agent
		-p --protocol
		-L --location
		--max-redirects
		-u --user --auth
		--bearer
		--netrc
		--netrc-file
		--cookie
		--cookie-jar
		-4 --ipv4
		-6 --ipv6
		--resolve
		--connect-to
		--interface
		--unix-socket
		--proxy
		--noproxy
		--connect-timeout
		--config
		--no-config
		-n -k --no-check --insecure
		--ca
		--capath
		--cert
		--key
		--passphrase
		--sni
		--tls-min
		--tls-max
		--ciphers
		--pin
		--keylog
		-x --execute
		-f --file
		-i --interactive
		-t --text
		-b --binary
		-I --input
		-O --output
		--format
		-0 --null
		-w --wait
		--lockstep
		--timeout
		-m --max-messages
		-1
		--until
		-e --echo
		--close
		--no-compress
		--deflate
		--ping-interval
		--ping-timeout
		--max-frame
		--max-message
		--reconnect
		-X --hex
		--hex-max
		-j --json
		-T --time
		-r --raw
		--color
		--no-color
		-P --show-ping-pong
		--pager
		--stay
		-v --verbose
		-q --quiet
		--no-progress
		--trace
		--trace-bytes
		--record
		--record-secrets
		--replay
		--replay-speed
		--replay-check
		--replay-ignore
		--stats
		--ping
		--misbehave
		-h --help
		-V --version
		' -- "$cur"
	return 0
}

complete -F _wstap wstap
