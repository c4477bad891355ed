#define _GNU_SOURCE

#include "ui/prompt.h"

#include "ui/columns.h"
#include "ui/histfile.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

enum {
	HISTORY_ENTRIES = 10000,
	FEED_KEYS = 256, /* a call's; the loop has other work too */
};

static struct {
	struct prompt_config config;
	bool open, shown, ended;
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

static char *next_word(const char *text, int state)
{
	static size_t i;
	const char *const *words = self.config.words;
	size_t len = strlen(text);

	for (i = state ? i + 1 : 0; words[i]; i++)
		if (strncmp(words[i], text, len) == 0)
			return strdup(words[i]);
	return NULL;
}

/* Only a command's name is completed: file names have no place in a
 * message. */
static char **complete(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	if (start != 0 || text[0] != '/' || !self.config.words)
		return NULL;
	return rl_completion_matches(text, next_word);
}

static int insert_newline(int count, int key)
{
	(void)key;
	while (count-- > 0)
		rl_insert_text("\n");
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
	char *to = paste.text;

	for (size_t i = 0; i < paste.len; i++) {
		char c = paste.text[i];

		if (c == '\n' && i > 0 && paste.text[i - 1] == '\r')
			continue;
		if (c != '\0')
			*to++ = c == '\r' ? '\n' : c;
	}
	*to = '\0';
	if (!paste.unwanted) {
		rl_insert_text(paste.text);
		rl_redisplay();
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

/* What a user's ~/.inputrc may change again. */
static void set_defaults(void)
{
	/* Messages are UTF-8 also where no locale says what the terminal is. */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	rl_readline_name = "wstap";
	rl_variable_bind("enable-bracketed-paste", "on");
	rl_bind_keyseq_in_map("\\e[200~", begin_paste, emacs_standard_keymap);
	rl_bind_keyseq_in_map("\\e[200~", begin_paste, vi_insertion_keymap);
	rl_add_defun("insert-newline", insert_newline, -1);
	rl_bind_keyseq_in_map(
		"\\e\\C-m", insert_newline, emacs_standard_keymap);
	rl_bind_keyseq_in_map(
		"\\e\\C-j", insert_newline, emacs_standard_keymap);
	rl_bind_keyseq_in_map("\\e\\C-m", insert_newline, vi_insertion_keymap);
}

static void set_up(void)
{
	static bool done;

	rl_instream = stdin;
	rl_outstream = stdout;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_attempted_completion_function = complete;
	if (done)
		return;
	done = true;
	set_defaults();
	rl_initialize();
	/* Neither may ask questions and wait for the answer: the connection
	 * would wait, too. */
	rl_completion_query_items = -1;
	rl_variable_bind("page-completions", "off");
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
		remember(line);
		return;
	}
	self.status = PROMPT_END;
	prompt_hide();
	self.ended = true;
	rl_callback_handler_remove();
}

void prompt_open(const struct prompt_config *config)
{
	prompt_close();
	self.config = *config;
	self.open = true;
	self.ended = false;
	set_up();
	load_history();
	rl_callback_handler_install(config->prompt, take_line);
	self.shown = true;
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
	return self.open && !self.ended &&
	       RL_ISSTATE(RL_STATE_INPUTPENDING | RL_STATE_MACROINPUT);
}

enum prompt_status prompt_feed(char **line)
{
	if (!self.open || self.ended)
		return PROMPT_END;
	prompt_show();
	self.status = PROMPT_MORE;
	for (int i = 0; i < FEED_KEYS && self.status == PROMPT_MORE; i++) {
		if (!prompt_pending() && !input_waiting())
			break;
		if (paste.active)
			read_paste();
		else
			rl_callback_read_char();
	}
	if (self.status == PROMPT_LINE)
		*line = self.line;
	return self.status;
}

void prompt_hide(void)
{
	if (!self.open || self.ended || !self.shown)
		return;
	rl_clear_visible_line();
	fflush(rl_outstream);
	self.shown = false;
}

void prompt_show(void)
{
	if (!self.open || self.ended || self.shown)
		return;
	rl_on_new_line();
	rl_redisplay();
	fflush(rl_outstream);
	self.shown = true;
}

bool prompt_interrupt(void)
{
	if (!self.open || self.ended)
		return false;
	bool typed = rl_end > 0 || paste.active ||
		     RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH |
				RL_STATE_NUMERICARG | RL_STATE_MULTIKEY);

	if (!typed)
		return false;
	/* The rest of a paste is no typing; but where its end never comes, the
	 * next Ctrl-C makes it so. */
	if (paste.unwanted)
		drop_paste();
	paste.unwanted = paste.active;

	bool shown = self.shown;

	prompt_show();
	rl_callback_sigcleanup();
	/* What was typed stays on the screen, wholly, above the new prompt. */
	rl_point = rl_end;
	rl_redisplay();
	fputs("^C", rl_outstream);
	rl_crlf();
	rl_free_line_state();
	rl_callback_handler_install(self.config.prompt, take_line);
	fflush(rl_outstream);
	if (!shown)
		prompt_hide();
	return true;
}

static int rows_above(int screen_width)
{
	const char *prompt = rl_display_prompt ? rl_display_prompt : "";
	int row = 0, column = 0;

	columns_walk(prompt, strlen(prompt), screen_width, &row, &column);
	columns_walk(
		rl_line_buffer, (size_t)rl_point, screen_width, &row, &column);
	return row;
}

/* Some terminals fold a long line anew when their width changes, others cut
 * it, and they don't say which. So no more is cleared than is the prompt's
 * either way: rather a row of it is left than a message taken away. */
static void clear_resized(int before)
{
	int width, above;

	if (!rl_get_termcap("up")) {
		rl_crlf(); /* a terminal that can't go back */
		return;
	}
	rl_get_screen_size(NULL, &width);
	above = rows_above(width);
	above = before < above ? before : above;
	fputs("\r", rl_outstream);
	if (above > 0)
		fprintf(rl_outstream, "\x1b[%dA", above);
	fputs("\x1b[J", rl_outstream);
}

void prompt_resize(void)
{
	int width, above;

	if (!self.open || self.ended)
		return;
	rl_get_screen_size(NULL, &width);
	above = rows_above(width);
	rl_reset_screen_size();
	if (!self.shown)
		return;
	clear_resized(above);
	self.shown = false;
	prompt_show();
}

void prompt_suspend(void)
{
	if (!self.open || self.ended)
		return;
	prompt_hide();
	rl_cleanup_after_signal();
	fflush(rl_outstream);
}

void prompt_resume(void)
{
	if (!self.open || self.ended)
		return;
	/* A stop that could not be caught left the settings to the shell, which
	 * has changed them: they are taken anew in any case. */
	rl_cleanup_after_signal();
	rl_reset_after_signal();
	rl_reset_screen_size();
	self.shown = false;
	prompt_show();
}

/* A line that was not entered stays to be seen, and to be recalled. */
static void keep_line(void)
{
	prompt_show();
	rl_callback_sigcleanup();
	rl_point = rl_end;
	rl_redisplay();
	rl_crlf();
	fflush(rl_outstream);
	self.shown = false;
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
	if (!self.ended)
		rl_callback_handler_remove();
	clear_history();
	drop_paste();
	self.open = false;
}

const char *prompt_library(void)
{
	static char text[48];

	snprintf(text, sizeof(text), "readline %s", rl_library_version);
	return text;
}
