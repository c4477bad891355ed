#include "http/cookie_date.h"

struct date {
	unsigned year, month, day, hour, minute, second; /* month 1 to 12 */
	bool has_time, has_day, has_month, has_year;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 6265's delimiters: controls but for the tab, digits, letters, the colon
 * and what is not ASCII are none. */
static bool is_delimiter(char c)
{
	return c == '\t' || (c >= ' ' && c <= '/') || (c >= ';' && c <= '@') ||
	       (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* Takes a number of least to most digits off the text; no digit may follow,
 * anything else may. */
static bool take_number(
	struct http_span *text, size_t least, size_t most, unsigned *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < text->len && n < most && is_digit(text->p[n]); n++)
		*value = *value * 10 + (unsigned)(text->p[n] - '0');
	if (n < least || (n < text->len && is_digit(text->p[n])))
		return false;
	text->p += n;
	text->len -= n;
	return true;
}

static bool take_colon(struct http_span *text)
{
	if (!text->len || *text->p != ':')
		return false;
	text->p++;
	text->len--;
	return true;
}

static bool read_time(struct http_span token, struct date *date)
{
	unsigned hour, minute, second;

	if (!take_number(&token, 1, 2, &hour) || !take_colon(&token) ||
		!take_number(&token, 1, 2, &minute) || !take_colon(&token) ||
		!take_number(&token, 1, 2, &second))
		return false;
	date->hour = hour;
	date->minute = minute;
	date->second = second;
	return true;
}

static bool read_month(struct http_span token, struct date *date)
{
	static const char *const names[] = { "jan", "feb", "mar", "apr", "may",
		"jun", "jul", "aug", "sep", "oct", "nov", "dec" };

	if (token.len < 3)
		return false;
	token.len = 3;
	for (unsigned i = 0; i < 12; i++) {
		if (http_span_is(token, names[i])) {
			date->month = i + 1;
			return true;
		}
	}
	return false;
}

static bool read_day(struct http_span token, struct date *date)
{
	return take_number(&token, 1, 2, &date->day);
}

static bool read_year(struct http_span token, struct date *date)
{
	return take_number(&token, 2, 4, &date->year);
}

/* A token is the first part that is still missing and that it can be. */
static void read_token(struct http_span token, struct date *date)
{
	if (!date->has_time && read_time(token, date))
		date->has_time = true;
	else if (!date->has_day && read_day(token, date))
		date->has_day = true;
	else if (!date->has_month && read_month(token, date))
		date->has_month = true;
	else if (!date->has_year && read_year(token, date))
		date->has_year = true;
}

static unsigned days_of(unsigned year, unsigned month)
{
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
			       ? 29
			       : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Days from the first day of the year 1 to that of `year`. */
static int64_t days_before(unsigned year)
{
	unsigned past = year - 1;

	return (int64_t)past * 365 + past / 4 - past / 100 + past / 400;
}

static int64_t seconds_of(const struct date *date)
{
	int64_t days = days_before(date->year) - days_before(1970);

	for (unsigned month = 1; month < date->month; month++)
		days += days_of(date->year, month);
	days += date->day - 1;
	return ((days * 24 + date->hour) * 60 + date->minute) * 60 +
	       date->second;
}

bool cookie_date(struct http_span text, int64_t *seconds)
{
	struct date date = { 0 };

	for (size_t i = 0, n; i < text.len; i += n) {
		for (n = 0; i + n < text.len && !is_delimiter(text.p[i + n]);)
			n++;
		if (n)
			read_token((struct http_span){ text.p + i, n }, &date);
		else
			n = 1;
	}
	if (!date.has_time || !date.has_day || !date.has_month ||
		!date.has_year)
		return false;
	if (date.year <= 69)
		date.year += 2000;
	else if (date.year <= 99)
		date.year += 1900;
	if (date.year < 1601 || date.hour > 23 || date.minute > 59 ||
		date.second > 59 || date.day < 1 ||
		date.day > days_of(date.year, date.month))
		return false;
	*seconds = seconds_of(&date);
	return true;
}
