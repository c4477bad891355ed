#include "cli/table.h"

/* In the order of --help and the manual. */
static const struct option_table *const tables[] = {
	&table_connect,
	&table_tls,
	&table_messages,
	&table_protocol,
	&table_display,
	&table_debug,
	&table_other,
};

const struct option_row *options_row(size_t i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (i < tables[t]->n)
			return &tables[t]->rows[i];
		i -= tables[t]->n;
	}
	return NULL;
}
