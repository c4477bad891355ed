#define _GNU_SOURCE

#include "ui/prompt.h"

#include "ui/histfile.h"
#include "ui/redraw.h"
#include "ui/rescue.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

enum {
	HISTORY_ENTRIES = 10000,
	FEED_KEYS = 256, /* a call's; the loop has other work too */
};

static struct {
	struct prompt_config config;
	bool open, suspended, ended;
	enum prompt_status status; /* of what is being fed */
	char *line;
} self;

/*
 * What a terminal pastes, between its two marks. readline's own reading of it
 * waits for the end, however slow it comes, and runs past its memory where
 * the terminal goes away before: so it is gathered here, as it comes.
 */
static const char paste_end[] = "\x1b[201~";

static struct {
	bool active, unwanted;
	char *text;
	size_t len, cap;
} paste;

/* A line entered, for the arrows and the file. */
static void remember(const char *line)
{
	HIST_ENTRY *last = history_get(history_base + history_length - 1);

	if (line[0] == '\0' || line[0] == ' ')
		return;
	if (last && strcmp(last->line, line) == 0)
		return;
	if (self.config.secret && self.config.secret(line))
		return;
	add_history(line);
	if (self.config.history)
		histfile_append(self.config.history, line);
}

static void load_history(void)
{
	clear_history();
	stifle_history(HISTORY_ENTRIES);
	using_history();
	if (self.config.history)
		histfile_load(self.config.history, add_history);
}

static int insert_newline(int count, int key)
{
	(void)key;
	while (count-- > 0)
		rl_insert_text("\n");
	return 0;
}

static int edit_line(int count, int key)
{
	(void)count;
	(void)key;
	self.line = strdup(rl_line_buffer);
	if (self.line)
		self.status = PROMPT_EDIT;
	return 0;
}

static void drop_paste(void)
{
	free(paste.text);
	memset(&paste, 0, sizeof paste);
}

static int begin_paste(int count, int key)
{
	(void)count;
	(void)key;
	paste.active = true;
	return 0;
}

/* How much of the end mark the last bytes of the paste are. */
static size_t end_matched(void)
{
	size_t n = sizeof paste_end - 1;

	while (n > 0 && (n > paste.len || memcmp(paste.text + paste.len - n,
						  paste_end, n) != 0))
		n--;
	return n;
}

/* Puts the paste in the line. Terminals send a newline as they send Enter;
 * a NUL has no place in a line. */
static void insert_paste(void)
{
	char *to = paste.text, before = '\0';

	for (size_t i = 0; i < paste.len; i++) {
		char c = paste.text[i];

		if (c != '\0' && !(c == '\n' && before == '\r'))
			*to++ = c == '\r' ? '\n' : c;
		before = c;
	}
	*to = '\0';
	if (!paste.unwanted) {
		rl_insert_text(paste.text);
		rl_redisplay_function();
	}
	drop_paste();
}

/* Reads on: never further than the paste's end may be. */
static void read_paste(void)
{
	size_t mark = sizeof paste_end - 1;

	if (paste.cap - paste.len <= mark) {
		size_t cap = 2 * paste.cap + 4096;
		char *text = realloc(paste.text, cap);

		if (!text) {
			drop_paste();
			return;
		}
		paste.text = text;
		paste.cap = cap;
	}

	ssize_t n = read(
		STDIN_FILENO, paste.text + paste.len, mark - end_matched());

	if (n == 0 || (n < 0 && errno == EIO))
		drop_paste(); /* readline meets the same end, and says so */
	if (n <= 0)
		return;
	paste.len += (size_t)n;
	if (end_matched() == mark) {
		paste.len -= mark;
		insert_paste();
	}
}

/* In the keymaps that text is typed in. */
static void bind_key(const char *keys, rl_command_func_t *function)
{
	rl_bind_keyseq_in_map(keys, function, emacs_standard_keymap);
	rl_bind_keyseq_in_map(keys, function, vi_insertion_keymap);
}

/* What a user's ~/.inputrc may change again. */
static void set_defaults(void)
{
	/* Messages are UTF-8 also where no locale says what the terminal is. */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	rl_readline_name = "wstap";
	rl_variable_bind("enable-bracketed-paste", "on");
	rl_add_defun("insert-newline", insert_newline, -1);
	rl_add_defun("edit-line", edit_line, -1);
	bind_key("\\e[200~", begin_paste);
	bind_key("\\e\\C-m", insert_newline);
	bind_key("\\e\\C-j", insert_newline);
	bind_key("\\C-x\\C-e", edit_line);
}

/* The keys that send a signal would also drop what the terminal has not yet
 * taken: messages. */
static void prepare_terminal(int meta)
{
	struct termios t;

	rl_prep_terminal(meta);
	if (tcgetattr(STDIN_FILENO, &t) != 0)
		return;
	t.c_lflag |= NOFLSH;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static void set_up(void)
{
	static bool done;

	rl_instream = stdin;
	rl_outstream = stdout;
	rl_prep_term_function = prepare_terminal;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	if (done)
		return;
	done = true;
	set_defaults();
	rl_initialize();
	redraw_set_up();
	if (!redraw_capable())
		rl_variable_bind("enable-bracketed-paste", "off");
	/* In a locale without UTF-8, bytes still come through whole. */
	if (MB_CUR_MAX == 1) {
		rl_variable_bind("input-meta", "on");
		rl_variable_bind("output-meta", "on");
		rl_variable_bind("convert-meta", "off");
	}
}

/* readline has a line, or NULL for the end of input. */
static void take_line(char *line)
{
	self.line = line;
	if (line) {
		self.status = PROMPT_LINE;
		redraw_entered(line);
		redraw_begin();
		remember(line);
		return;
	}
	self.status = PROMPT_END;
	redraw_hide();
	self.ended = true;
	rl_callback_handler_remove();
}

static void arm(void)
{
	const char *paste_on = rl_variable_value("enable-bracketed-paste");

	rescue_arm(paste_on && strcmp(paste_on, "on") == 0);
}

/* Whether the terminal is ours to draw on. */
static bool at_work(void)
{
	return self.open && !self.ended && !self.suspended;
}

void prompt_open(const struct prompt_config *config)
{
	prompt_close();
	self.config = *config;
	self.open = true;
	self.suspended = self.ended = false;
	set_up();
	complete_set_up(config->words);
	load_history();
	arm();
	redraw_begin();
	rl_callback_handler_install(config->prompt, take_line);
}

static bool input_waiting(void)
{
	struct timeval now = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(STDIN_FILENO, &set);
	return select(STDIN_FILENO + 1, &set, NULL, NULL, &now) > 0;
}

bool prompt_pending(void)
{
	return at_work() &&
	       RL_ISSTATE(RL_STATE_INPUTPENDING | RL_STATE_MACROINPUT);
}

enum prompt_status prompt_feed(char **line)
{
	if (!self.open || self.ended)
		return PROMPT_END;
	if (self.suspended)
		return PROMPT_MORE;
	redraw_show();
	self.status = PROMPT_MORE;
	for (int i = 0; i < FEED_KEYS && self.status == PROMPT_MORE; i++) {
		if (!prompt_pending() && !input_waiting())
			break;
		if (paste.active)
			read_paste();
		else
			rl_callback_read_char();
	}
	if (self.status == PROMPT_LINE || self.status == PROMPT_EDIT)
		*line = self.line;
	return self.status;
}

void prompt_hide(void)
{
	if (at_work())
		redraw_hide();
}

void prompt_show(void)
{
	if (at_work())
		redraw_show();
}

/* Ends what a key began and the next one would go on with: a search, an
 * argument, a longer key sequence. */
static bool unfinished(void)
{
	return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH |
			  RL_STATE_NUMERICARG | RL_STATE_MULTIKEY);
}

bool prompt_waiting(void)
{
	return at_work() && (prompt_pending() || input_waiting());
}

void prompt_new_row(void)
{
	if (!at_work() || redraw_shown())
		return;
	rl_crlf();
	fflush(rl_outstream);
}

void prompt_put_back(const char *text)
{
	if (!self.open || self.ended)
		return;
	if (unfinished())
		rl_callback_sigcleanup();
	rl_begin_undo_group();
	rl_delete_text(0, rl_end);
	rl_point = 0;
	rl_insert_text(text);
	rl_end_undo_group();
	if (at_work() && redraw_shown())
		rl_redisplay_function();
}

void prompt_history(size_t n,
	void (*show)(void *arg, size_t number, const char *line), void *arg)
{
	size_t all = self.open ? (size_t)history_length : 0;

	for (size_t i = n < all ? all - n : 0; i < all; i++) {
		const HIST_ENTRY *entry = history_get(history_base + (int)i);

		if (entry)
			show(arg, i + 1, entry->line);
	}
}

bool prompt_interrupt(void)
{
	if (!self.open || self.ended)
		return false;
	/* It is for the program that has the terminal. */
	if (self.suspended)
		return true;
	if (rl_end == 0 && !paste.active && !unfinished())
		return false;
	/* The rest of a paste is no typing; but where its end never comes, the
	 * next Ctrl-C makes it so. */
	if (paste.unwanted)
		drop_paste();
	paste.unwanted = paste.active;

	bool shown = redraw_shown();

	redraw_show();
	rl_callback_sigcleanup();
	/* What was typed stays on the screen, wholly, above the new prompt. */
	redraw_whole();
	fputs("^C", rl_outstream);
	rl_crlf();
	redraw_forget();
	rl_free_line_state();
	redraw_begin();
	rl_callback_handler_install(self.config.prompt, take_line);
	fflush(rl_outstream);
	if (!shown)
		redraw_hide();
	return true;
}

void prompt_resize(void)
{
	if (at_work())
		redraw_resize();
}

void prompt_suspend(void)
{
	if (!at_work())
		return;
	redraw_hide();
	rl_cleanup_after_signal();
	fflush(rl_outstream);
	rescue_disarm();
	self.suspended = true;
}

void prompt_resume(void)
{
	if (!self.open || self.ended)
		return;
	/* A stop that could not be caught left the settings to the shell, which
	 * has changed them: they are taken anew in any case. */
	rl_cleanup_after_signal();
	arm();
	rl_reset_after_signal();
	rl_reset_screen_size();
	self.suspended = false;
	redraw_forget();
	redraw_show();
}

/* A line that was not entered stays to be seen, and to be recalled. */
static void keep_line(void)
{
	rl_callback_sigcleanup();
	if (!self.suspended) {
		redraw_whole();
		rl_crlf();
		fflush(rl_outstream);
	}
	remember(rl_line_buffer);
}

void prompt_close(void)
{
	if (!self.open)
		return;
	if (!self.ended && rl_end > 0)
		keep_line();
	else
		prompt_hide();
	redraw_forget();
	if (!self.ended)
		rl_callback_handler_remove();
	rescue_disarm();
	clear_history();
	drop_paste();
	self.open = self.suspended = false;
}

const char *prompt_library(void)
{
	static char text[48];

	snprintf(text, sizeof(text), "readline %s", rl_library_version);
	return text;
}
