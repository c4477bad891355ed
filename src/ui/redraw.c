#define _GNU_SOURCE /* wcwidth */
#include "ui/redraw.h"

#include "ui/columns.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <readline/readline.h>

static struct {
	bool shown;
	bool row;  /* in one row, drawn here */
	int left;  /* columns of the text that are left of the row */
	int at;    /* column of the row that the cursor is in */
	int drawn; /* columns of the row that are not blank */
} self;

bool redraw_capable(void)
{
	return rl_get_termcap("up") && rl_get_termcap("ce");
}

static const char *prompt(void)
{
	return rl_display_prompt ? rl_display_prompt : "";
}

static bool is_on(const char *variable)
{
	const char *value = rl_variable_value(variable);

	return value && strcmp(value, "on") == 0;
}

/* What show-mode-in-prompt puts before the prompt, without what takes no
 * column; good until the next call. */
static const char *mode(void)
{
	static char text[64];
	const char *s;
	size_t n = 0;
	bool ignored = false;

	text[0] = '\0';
	if (rl_display_prompt != rl_prompt || !is_on("show-mode-in-prompt"))
		return text;
	s = rl_variable_value(rl_editing_mode ? "emacs-mode-string"
			      : rl_get_keymap() == vi_movement_keymap
				      ? "vi-cmd-mode-string"
				      : "vi-ins-mode-string");
	for (; s && *s && n + 1 < sizeof(text); s++) {
		if (*s == RL_PROMPT_START_IGNORE)
			ignored = true;
		else if (*s == RL_PROMPT_END_IGNORE)
			ignored = false;
		else if (!ignored)
			text[n++] = *s;
	}
	text[n] = '\0';
	return text;
}

/*
 * One row: of the text, which is the prompt and the line, those characters
 * that lie within two of its columns.
 */
struct row {
	int from, to; /* columns of the text that are shown */
	int at;       /* the column that was come to */
	bool draw;    /* or only count */
};

/* Columns that the character at s takes in a row; its bytes in *len, which is
 * 0 where it is none to be shown. */
static int width_of(const char *s, size_t n, size_t *len)
{
	unsigned char c = (unsigned char)*s;
	mbstate_t state = { 0 };
	wchar_t wide;

	*len = 1;
	if (c < 0x80)
		return c < ' ' || c == 0x7f ? 2 : 1;
	*len = mbrtowc(&wide, s, n, &state);
	if (*len == 0 || *len > n || wcwidth(wide) < 0) {
		*len = *len == 0 || *len > n ? 1 : *len;
		return -1;
	}
	return wcwidth(wide);
}

static void put_char(const char *s, size_t len, int width)
{
	if (width < 0)
		putc('?', rl_outstream);
	else if (len == 1 && ((unsigned char)*s < ' ' || *s == 0x7f))
		fprintf(rl_outstream, "^%c", *s ^ 0x40);
	else
		fwrite(s, 1, len, rl_outstream);
}

/* Draws what of a character is within the row: all, or blanks. */
static void put_clipped(
	const struct row *r, const char *s, size_t len, int width)
{
	int end = r->at + abs(width);
	int from = r->at > r->from ? r->at : r->from;
	int to = end < r->to ? end : r->to;

	if (width == 0 ? r->at > r->from && r->at <= r->to
		       : from == r->at && to == end)
		put_char(s, len, width);
	else
		for (; from < to; from++)
			putc(' ', rl_outstream);
}

static void walk(struct row *r, const char *s, size_t n)
{
	while (n > 0) {
		size_t len;
		int width = width_of(s, n, &len);

		if (r->draw)
			put_clipped(r, s, len, width);
		r->at += abs(width);
		s += len;
		n -= len;
	}
}

/* What is before the line. */
static void walk_head(struct row *r)
{
	walk(r, mode(), strlen(mode()));
	walk(r, prompt(), strlen(prompt()));
}

/* Draws the row as far as the n-th byte of the line. */
static void put_row(struct row *r, size_t n)
{
	r->at = 0;
	putc('\r', rl_outstream);
	if (self.left > 0)
		putc('<', rl_outstream);
	walk_head(r);
	walk(r, rl_line_buffer, n);
}

static void blank_rest(int column)
{
	if (redraw_capable())
		fputs("\x1b[K", rl_outstream);
	else
		for (; column < self.drawn; column++)
			putc(' ', rl_outstream);
}

/* Scrolls so that the cursor is in the row, by half a row at a time. */
static void scroll(int cursor, int total, int room)
{
	if (total <= room) {
		self.left = 0;
		return;
	}
	if (cursor <= self.left || cursor + 2 > self.left + room)
		self.left = cursor - room / 2;
	if (self.left < 0)
		self.left = 0;
}

static void draw_row(void)
{
	struct row r = { .draw = false };
	int columns, cursor, total, end;

	rl_get_screen_size(NULL, &columns);
	/* The last column is left alone: there some terminals wrap at once. */
	int room = columns > 4 ? columns - 1 : 3;

	walk_head(&r);
	walk(&r, rl_line_buffer, (size_t)rl_point);
	cursor = r.at;
	walk(&r, rl_line_buffer + rl_point, (size_t)(rl_end - rl_point));
	total = r.at;
	scroll(cursor, total, room);

	bool more = total > self.left + room;

	end = more ? room : total - self.left;
	r = (struct row){
		.from = self.left + (self.left > 0),
		.to = self.left + room - more,
		.draw = true,
	};
	put_row(&r, (size_t)rl_end);
	if (more)
		putc('>', rl_outstream);
	blank_rest(end);
	put_row(&r, (size_t)rl_point);
	self.at = cursor - self.left;
	self.drawn = end;
	fflush(rl_outstream);
}

static void erase(void)
{
	if (!self.row) {
		rl_clear_visible_line();
		return;
	}
	putc('\r', rl_outstream);
	blank_rest(0);
	putc('\r', rl_outstream);
	self.drawn = 0;
}

struct place {
	int row, column;
};

/* Where the cursor stands behind so many bytes of the line, on a screen of
 * that width. */
static struct place place_of(int bytes, int screen_width)
{
	struct place p = { 0, 0 };

	columns_walk(mode(), strlen(mode()), screen_width, &p.row, &p.column);
	columns_walk(
		prompt(), strlen(prompt()), screen_width, &p.row, &p.column);
	columns_walk(
		rl_line_buffer, (size_t)bytes, screen_width, &p.row, &p.column);
	return p;
}

static bool wants_row(void)
{
	int rows, columns;

	if (!redraw_capable() || is_on("horizontal-scroll-mode"))
		return true;
	rl_get_screen_size(&rows, &columns);
	return place_of(rl_end, columns).row + 1 > rows - 1;
}

/* Instead of rl_redisplay(). */
static void redraw(void)
{
	if (!self.shown)
		return;

	bool row = wants_row();

	if (row != self.row) {
		erase();
		rl_on_new_line();
		self.row = row;
		self.left = 0;
	}
	if (row) {
		/* Nothing of its own for readline to move about in. */
		rl_on_new_line();
		draw_row();
	} else {
		rl_redisplay();
	}
}

void redraw_set_up(void)
{
	rl_redisplay_function = redraw;
}

void redraw_begin(void)
{
	self.shown = true;
	self.row = false;
	self.left = self.drawn = 0;
}

bool redraw_shown(void)
{
	return self.shown;
}

void redraw_forget(void)
{
	self.shown = false;
	self.drawn = 0;
}

void redraw_hide(void)
{
	if (!self.shown)
		return;
	erase();
	fflush(rl_outstream);
	self.shown = false;
}

void redraw_show(void)
{
	if (self.shown)
		return;
	self.shown = true;
	rl_on_new_line();
	redraw();
	fflush(rl_outstream);
}

/* Text on as many rows as it takes. */
static void put_text(const char *s)
{
	size_t n = strlen(s), len;

	for (; n > 0; s += len, n -= len) {
		int width = width_of(s, n, &len);

		if (*s == '\n')
			rl_crlf();
		else if (*s == '\t')
			putc('\t', rl_outstream);
		else
			put_char(s, len, width);
	}
}

void redraw_whole(void)
{
	redraw_show();
	rl_point = rl_end;
	if (!self.row) {
		redraw();
		return;
	}
	erase();
	put_text(mode());
	put_text(prompt());
	put_text(rl_line_buffer);
	fflush(rl_outstream);
}

void redraw_entered(const char *line)
{
	if (!self.shown || !self.row)
		return;
	erase();
	put_text(mode());
	put_text(prompt());
	put_text(line);
	rl_crlf();
	fflush(rl_outstream);
}

static bool begins(const char *s, const char *start)
{
	return s && strncmp(s, start, strlen(start)) == 0;
}

/* Whether the terminal is known to fold long lines anew when its width
 * changes. A variable tells of a terminal somewhere around, TERM of the
 * innermost. */
static bool folds(void)
{
	static const char *const terms[] = { "tmux", "xterm-kitty",
		"xterm-ghostty", "alacritty", "foot" };
	static const char *const variables[] = { "TMUX", "VTE_VERSION",
		"KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION",
		"ALACRITTY_WINDOW_ID" };
	static const char *const programs[] = { "iTerm.app", "WezTerm",
		"ghostty", "vscode", "Apple_Terminal" };
	const char *term = getenv("TERM"), *program = getenv("TERM_PROGRAM");

	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++)
		if (begins(term, terms[i]))
			return true;
	if (begins(term, "linux") || getenv("XTERM_VERSION"))
		return false;
	if (begins(term, "screen"))
		return getenv("TMUX") && !getenv("STY");
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (getenv(variables[i]))
			return true;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (program && strcmp(program, programs[i]) == 0)
			return true;
	return false;
}

/* Clears the prompt's rows and what is below. */
static void clear_below(int above)
{
	if (!redraw_capable()) {
		rl_crlf(); /* a terminal that can't go back */
		return;
	}
	putc('\r', rl_outstream);
	if (above > 0)
		fprintf(rl_outstream, "\x1b[%dA", above);
	/* From the screen's first column, tmux would keep what is cleared in its
	 * history. */
	fputs("\x1b[K\x1b[C\x1b[J\r", rl_outstream);
}

/* Rows above the cursor where a terminal folded the line anew. Behind a row
 * that is full, terminals differ: in doubt it is the one that is full. */
static int folded_above(int width)
{
	struct place p = place_of(rl_point, width);

	return p.row - (rl_point == rl_end && p.row > 0 && p.column == 0);
}

/* Where it is not known whether the terminal folded the line anew or cut it,
 * no more is cleared than is the prompt's either way: rather a row of it is
 * left than a message taken away. */
void redraw_resize(void)
{
	int width, above, before = 0;

	rl_get_screen_size(NULL, &width);
	if (!self.row)
		before = place_of(rl_point, width).row;
	rl_reset_screen_size();
	if (!self.shown)
		return;
	rl_get_screen_size(NULL, &width);
	above = self.row ? self.at / width : folded_above(width);
	if (!folds() && before < above)
		above = before;
	clear_below(above);
	redraw_forget();
	redraw_show();
}
