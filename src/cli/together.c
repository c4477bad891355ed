#include "cli/together.h"

#include <string.h>

static bool check_ends(const struct config *config, struct err *err)
{
	if (config->url && config->listen)
		return err_set(err, ERR_USAGE,
			"a URL and -l: wstap either connects or listens "
			"(wstap --help connect)");
	if (!config->url && !config->listen)
		return err_set(err, ERR_USAGE,
			"no URL to connect to, and no -l to listen "
			"(wstap --help)");
	if (config->listen && config->only.client[0])
		return err_set(err, ERR_USAGE,
			"%s and -l: only who connects has a use for it",
			config->only.client);
	if (!config->listen && config->only.listener[0])
		return err_set(err, ERR_USAGE,
			"%s: only who listens has a use for it, with -l",
			config->only.listener);
	return true;
}

/* What only a listener has. */
static bool check_clients(const struct config *config, struct err *err)
{
	if (config->max_clients > CLIENTS_MAX)
		return err_set(err, ERR_USAGE,
			"--max-clients: at most %d at a time", CLIENTS_MAX);
	if (config->broadcast && config->max_clients == 1)
		return err_set(err, ERR_USAGE,
			"--broadcast and --max-clients 1: one client is no "
			"broadcast");
	return true;
}

/* Each of what reads standard input wants all of it. */
static bool check_stdin(const struct config *config, struct err *err)
{
	size_t files = 0;

	for (size_t i = 0; i < config->sends.n; i++)
		files += config->sends.v[i].file &&
			 strcmp(config->sends.v[i].value, "-") == 0;
	if (files > 1)
		return err_set(err, ERR_USAGE,
			"-f - given twice: standard input can be read only "
			"once");
	if (files && config->interactive)
		return err_set(err, ERR_USAGE,
			"-f - and -i: standard input can be read only once");
	if (files && config->reconnect)
		return err_set(err, ERR_USAGE,
			"-f - and --reconnect: standard input can be read only "
			"once, and not again on each connection");
	if (files && config->listen && !config->once)
		return err_set(err, ERR_USAGE,
			"-f - and -l: standard input can be read only once, "
			"and not again for each client (try --once)");
	if (files && config->stdin_read)
		return err_set(err, ERR_USAGE,
			"-f - and @-: standard input can be read only once");
	return true;
}

/* What is shown for people is no format for programs. */
static bool check_display(const struct config *config, struct err *err)
{
	const char *option = config->hex    ? "-X"
			     : config->json ? "-j"
			     : config->time ? "-T"
					    : NULL;

	if (option && config->output != RECORD_LINES)
		return err_set(err, ERR_USAGE,
			"%s and the output format %s: a message is either "
			"shown for people or written in a format",
			option, record_format_name(config->output));
	return true;
}

static bool check_messages(const struct config *config, struct err *err)
{
	if (config->echo && config->interactive)
		return err_set(err, ERR_USAGE,
			"-e and -i: an echo reads no standard input "
			"(wstap --help messages)");
	if (config->echo && config->lockstep)
		return err_set(err, ERR_USAGE,
			"-e and --lockstep: an echo sends when a message comes "
			"in any case (wstap --help messages)");
	if (config->slash == WHEN_ALWAYS && config->input != RECORD_LINES &&
		config->input != RECORD_NUL)
		return err_set(err, ERR_USAGE,
			"--slash and the input format %s: commands are lines, "
			"or end with a NUL byte (wstap --help other)",
			record_format_name(config->input));
	return check_display(config, err);
}

static bool check_deflate(const struct config *config, struct err *err)
{
	const struct ws_deflate_config *deflate = &config->handshake.deflate;
	char offers[WS_OFFERS_MAX * WS_EXTENSION_TEXT];

	if (deflate->off && deflate->offers.n)
		return err_set(err, ERR_USAGE,
			"--no-compress and --deflate: compression is either "
			"off or offered (wstap --help protocol)");
	if (!ws_extension_offer(deflate, offers, sizeof(offers)))
		return err_set(err, ERR_USAGE,
			"--deflate: all offers together are over %zu bytes",
			sizeof(offers) - 1);
	return true;
}

/* At the listening end there is no TLS without a certificate. */
static bool check_certificate(const struct config *config, struct err *err)
{
	if (!config->listen || config->tls.cert)
		return true;
	if (strncmp(config->listen, "wss+unix:", 9) == 0)
		return err_set(err, ERR_USAGE,
			"-l %s: TLS needs a certificate (--cert)",
			config->listen);
	if (config->only.tls[0])
		return err_set(err, ERR_USAGE,
			"%s and -l: without a certificate (--cert) there is no "
			"TLS",
			config->only.tls);
	return true;
}

static bool check_tls(const struct config *config, struct err *err)
{
	enum tls_version min = config->tls.min, max = config->tls.max;

	if (!min)
		min = TLS_1_2;
	if (max && min > max)
		return err_set(err, ERR_USAGE,
			"--tls-max: below --tls-min%s: no version is left",
			config->tls.min ? "" : ", which is 1.2 by default");
	return true;
}

/* What --ping can't be together with: it reads and sends no messages, and shows
 * none. NULL: nothing. */
static const char *no_ping_with(const struct config *config)
{
	const struct {
		bool given;
		const char *option;
	} others[] = {
		{ config->listen != NULL, "-l" },
		{ config->sends.n > 0 && config->sends.v[0].file, "-f" },
		{ config->sends.n > 0, "-x" },
		{ config->interactive, "-i" },
		{ config->echo, "-e" },
		{ config->input != RECORD_LINES, "-I" },
		{ config->replay != NULL, "--replay" },
		{ config->output != RECORD_LINES, "-O" },
		{ config->lockstep > 0, "--lockstep" },
		{ config->max_messages > 0, "-m" },
		{ config->until != NULL, "--until" },
		{ config->wait_ms != TIME_UNSET, "-w" },
		{ config->hex, "-X" },
		{ config->json, "-j" },
		{ config->time, "-T" },
		{ config->reconnect, "--reconnect" },
		{ config->ping_interval_ms == TIME_INFINITE,
			"--ping-interval inf" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].given)
			return others[i].option;
	return NULL;
}

static bool check_ping(const struct config *config, struct err *err)
{
	const char *option = config->ping ? no_ping_with(config) : NULL;

	if (!option)
		return true;
	return err_set(err, ERR_USAGE,
		"--ping and %s: it only pings, on one connection "
		"(wstap --help debug)",
		option);
}

static bool check_trace(const struct config *config, struct err *err)
{
	if (config->trace_bytes > TRACE_BYTES_MAX)
		return err_set(err, ERR_USAGE,
			"--trace-bytes: at most 1M (wstap --help debug)");
	return true;
}

static bool check_replay(const struct config *config, struct err *err)
{
	double speed = config->replay_speed;
	const char *option = config->replay_check     ? "--replay-check"
			     : config->replay_ignore  ? "--replay-ignore"
			     : speed < 1 || speed > 1 ? "--replay-speed"
						      : NULL;

	if (option && !config->replay)
		return err_set(err, ERR_USAGE,
			"%s: there is no --replay FILE (wstap --help debug)",
			option);
	if (config->replay_ignore && !config->replay_check)
		return err_set(err, ERR_USAGE,
			"--replay-ignore: there is no --replay-check that it "
			"could be for");
	return true;
}

bool together_check(const struct config *config, struct err *err)
{
	return check_ends(config, err) && check_clients(config, err) &&
	       check_stdin(config, err) && check_messages(config, err) &&
	       check_deflate(config, err) && check_tls(config, err) &&
	       check_certificate(config, err) && check_replay(config, err) &&
	       check_ping(config, err) && check_trace(config, err);
}
