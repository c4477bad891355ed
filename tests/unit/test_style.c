#define _GNU_SOURCE

#include "ui/style.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const names[] = { "TERM", "COLORTERM", "NO_COLOR",
	"CLICOLOR_FORCE" };

/* As env(1) takes them: "TERM=xterm NO_COLOR=", others are unset. */
static void set_environment(const char *settings)
{
	char copy[128], *rest = copy;

	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	snprintf(copy, sizeof copy, "%s", settings);
	for (char *s; (s = strsep(&rest, " ")) != NULL;) {
		char *value = strchr(s, '=');

		if (!value)
			continue;
		*value++ = '\0';
		setenv(s, value, 1);
	}
}

/* What AUTO says of a terminal, and of anything else. */
static const struct {
	const char *environment;
	bool terminal, pipe;
} wanted[] = {
	{ "", false, false },
	{ "TERM=", false, false },
	{ "TERM=xterm", true, false },
	{ "TERM=vt100", true, false },
	{ "TERM=dumb", false, false },
	{ "TERM=dumber", true, false },
	{ "TERM=xterm NO_COLOR=1", false, false },
	{ "TERM=xterm NO_COLOR=0", false, false },
	{ "TERM=xterm NO_COLOR=", true, false },
	{ "TERM=xterm CLICOLOR_FORCE=1", true, true },
	{ "TERM=xterm CLICOLOR_FORCE=yes", true, true },
	{ "TERM=xterm CLICOLOR_FORCE=00", true, true },
	{ "TERM=xterm CLICOLOR_FORCE=0", true, false },
	{ "TERM=xterm CLICOLOR_FORCE=", true, false },
	{ "CLICOLOR_FORCE=1", true, true },
	{ "CLICOLOR_FORCE=0", false, false },
	{ "TERM=dumb CLICOLOR_FORCE=1", true, true },
	{ "TERM=dumb CLICOLOR_FORCE=0", false, false },
	{ "TERM=dumb CLICOLOR_FORCE=", false, false },
	{ "TERM=xterm CLICOLOR_FORCE=1 NO_COLOR=1", false, false },
	{ "TERM=xterm CLICOLOR_FORCE=1 NO_COLOR=", true, true },
	{ "TERM=dumb CLICOLOR_FORCE=1 NO_COLOR=1", false, false },
	/* How many colours there are says nothing of whether. */
	{ "TERM=dumb COLORTERM=truecolor", false, false },
	{ "COLORTERM=truecolor", false, false },
};

Test(style, wanted)
{
	for (size_t i = 0; i < COUNT(wanted); i++) {
		const char *environment = wanted[i].environment;

		set_environment(environment);
		cr_expect_eq(style_wanted(WHEN_AUTO, true), wanted[i].terminal,
			"\"%s\", on a terminal", environment);
		cr_expect_eq(style_wanted(WHEN_AUTO, false), wanted[i].pipe,
			"\"%s\", in a pipe", environment);
		for (int terminal = 0; terminal < 2; terminal++) {
			cr_expect(style_wanted(WHEN_ALWAYS, terminal),
				"\"%s\", always", environment);
			cr_expect_not(style_wanted(WHEN_NEVER, terminal),
				"\"%s\", never", environment);
		}
	}
}

static const struct {
	const char *environment;
	enum style_palette palette;
} palettes[] = {
	{ "", STYLE_BASIC },
	{ "TERM=xterm", STYLE_BASIC },
	{ "TERM=linux", STYLE_BASIC },
	{ "TERM=screen", STYLE_BASIC },
	{ "TERM=dumb", STYLE_BASIC },
	{ "TERM=xterm-16color", STYLE_BASIC },
	{ "TERM=xterm-256color", STYLE_256 },
	{ "TERM=screen-256color-bce", STYLE_256 },
	{ "TERM=tmux-256color", STYLE_256 },
	{ "TERM=xterm-direct", STYLE_256 },
	{ "TERM=tmux-direct", STYLE_256 },
	{ "TERM=xterm-direct2", STYLE_256 },
	{ "TERM=xterm-kitty", STYLE_256 },
	{ "TERM=xterm-ghostty", STYLE_256 },
	{ "TERM=alacritty", STYLE_256 },
	{ "TERM=foot", STYLE_256 },
	{ "TERM=foot-extra", STYLE_256 },
	{ "TERM=wezterm", STYLE_256 },
	{ "TERM=contour", STYLE_256 },
	{ "TERM=rio", STYLE_256 },
	{ "TERM=football", STYLE_BASIC },
	{ "TERM=xterm COLORTERM=truecolor", STYLE_256 },
	{ "TERM=linux COLORTERM=24bit", STYLE_256 },
	{ "COLORTERM=24bit", STYLE_256 },
	{ "TERM=xterm COLORTERM=yes", STYLE_BASIC },
	{ "TERM=xterm COLORTERM=", STYLE_BASIC },
	{ "TERM=xterm COLORTERM=truecolors", STYLE_BASIC },
};

/* Which palette is in use can be seen by what it begins with. */
static enum style_palette in_use(void)
{
	return strstr(style_on(STYLE_INCOMING), ";5;") ? STYLE_256
						       : STYLE_BASIC;
}

Test(style, palettes)
{
	cr_expect_eq(in_use(), STYLE_BASIC, "before anything was asked");
	for (size_t i = 0; i < COUNT(palettes); i++) {
		const char *environment = palettes[i].environment;

		set_environment(environment);
		cr_expect_eq(
			style_palette_of(getenv("TERM"), getenv("COLORTERM")),
			palettes[i].palette, "\"%s\"", environment);
		/* Also where it is no terminal: somebody may page it. */
		style_wanted(WHEN_ALWAYS, i % 2);
		cr_expect_eq(
			in_use(), palettes[i].palette, "\"%s\"", environment);
		style_use(STYLE_BASIC);
		style_wanted(WHEN_AUTO, i % 2);
		cr_expect_eq(
			in_use(), palettes[i].palette, "\"%s\"", environment);
	}
}

/* The sequences of each palette. */
static const struct {
	enum style style;
	const char *on[2], *off;
} styles[] = {
	{ STYLE_PLAIN, { "", "" }, "" },
	{ STYLE_INCOMING, { "\x1b[34m", "\x1b[38;5;27m" }, "\x1b[39m" },
	{ STYLE_CONTROL, { "\x1b[32m", "\x1b[38;5;28m" }, "\x1b[39m" },
	{ STYLE_ERROR, { "\x1b[33m", "\x1b[38;5;130m" }, "\x1b[39m" },
	{ STYLE_ESCAPE, { "\x1b[7m", "\x1b[7m" }, "\x1b[27m" },
};

static const char *const json[2][JSON_KINDS] = {
	{ "\x1b[0;90m", "\x1b[0;39m", "\x1b[0;39m", "\x1b[0;39m", "\x1b[0;32m",
		"\x1b[1;39m", "\x1b[1;39m", "\x1b[1;34m" },
	{ "\x1b[0;38;5;243m", "\x1b[0;39m", "\x1b[0;39m", "\x1b[0;39m",
		"\x1b[0;38;5;28m", "\x1b[1;39m", "\x1b[1;39m",
		"\x1b[1;38;5;27m" },
};

Test(style, sequences)
{
	for (int p = STYLE_BASIC; p <= STYLE_256; p++) {
		style_use((enum style_palette)p);
		for (size_t i = 0; i < COUNT(styles); i++) {
			cr_expect_str_eq(
				style_on(styles[i].style), styles[i].on[p]);
			cr_expect_str_eq(
				style_off(styles[i].style), styles[i].off);
		}
		for (int i = 0; i < JSON_KINDS; i++)
			cr_expect_str_eq(style_json()->on[i], json[p][i]);
		cr_expect_str_eq(style_json()->off, "\x1b[0m");
		cr_expect_str_eq(
			style_json()->escape_on, style_on(STYLE_ESCAPE));
		cr_expect_str_eq(
			style_json()->escape_off, style_off(STYLE_ESCAPE));
	}
}

/* --- contrast (WCAG 2) --- */

/* x to the power of 2.4: x squared times the fifth root of that, which is
 * found by Newton's method. */
static double power_2_4(double x)
{
	double square = x * x, root = 1;

	for (int i = 0; i < 100; i++)
		root -= (root - square / (root * root * root * root)) / 5;
	return square * root;
}

static double linear(int level)
{
	double c = level / 255.0;

	return c <= 0.04045 ? c / 12.92 : power_2_4((c + 0.055) / 1.055);
}

/* Of a colour of xterm's 256, without the 16 that a user chooses. */
static double luminance(int color)
{
	static const int levels[] = { 0, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	int cube = color - 16;

	cr_assert(color >= 16 && color < 256);
	if (color >= 232)
		return linear(8 + 10 * (color - 232));
	return 0.2126 * linear(levels[cube / 36]) +
	       0.7152 * linear(levels[cube / 6 % 6]) +
	       0.0722 * linear(levels[cube % 6]);
}

/* The colour that a sequence sets; -1: the default one. */
static int color_of(const char *sequence)
{
	const char *number = strstr(sequence, "38;5;");

	if (number)
		return atoi(number + 5);
	cr_expect(strstr(sequence, "39m"), "%s", sequence + 1);
	return -1;
}

static void expect_readable(const char *sequence)
{
	int color = color_of(sequence);
	double bright = color < 0 ? 0 : luminance(color);

	if (color < 0)
		return;
	cr_expect_geq((bright + 0.05) / 0.05, 4, "%d on black", color);
	cr_expect_geq(1.05 / (bright + 0.05), 4, "%d on white", color);
}

Test(style, readable_on_black_and_on_white)
{
	/* The measure itself: of white and black, and of a known grey. */
	cr_assert_float_eq(luminance(231), 1, 1e-6);
	cr_assert_float_eq(luminance(16), 0, 1e-6);
	cr_assert_float_eq(1.05 / (luminance(243) + 0.05), 4.54, 0.01);

	style_use(STYLE_256);
	for (int i = STYLE_INCOMING; i <= STYLE_ERROR; i++)
		expect_readable(style_on((enum style)i));
	for (int i = 0; i < JSON_KINDS; i++)
		expect_readable(style_json()->on[i]);
}
