/* SPDX-License-Identifier: ISC */
/*
 * make_index - print lib/verdict_index.c as the rules are now
 */
#include <stdio.h>
#include <string.h>

#include "verdict.h"

enum {
	ROWS_MAX = 4096,
	PER_LINE = 14
};

static uint16_t begins[DELIST_VERDICT_SLOTS];
static uint16_t first[DELIST_VERDICT_CHAINS], next[ROWS_MAX];

static void
fill(const struct delist_rule *rules, size_t n)
{
	for (size_t i = n; i > 0; i--) {
		const char *p = rules[i - 1].phrase;
		const char *blank;
		unsigned chain;

		if (p == NULL)
			continue;
		blank = strchr(p, ' ');
		begins[delist_verdict_slot(delist_verdict_four(p))] = 1;
		chain = delist_verdict_chain(delist_verdict_four(p),
		    blank != NULL ? delist_verdict_fold(blank[1]) : 0);
		next[i] = first[chain];
		first[chain] = (uint16_t)i;
	}
}

static void
print(const char *type, const char *name, const uint16_t *table, size_t n)
{
	printf("\nconst %s %s[] = {", type, name);
	for (size_t i = 0; i < n; i++)
		printf("%s%u,", i % PER_LINE == 0 ? "\n\t" : " ",
		    (unsigned)table[i]);
	printf("\n};\n");
}

int
main(void)
{
	size_t n;
	const struct delist_rule *rules = delist_verdict_rules(&n);

	if (n + 1 > ROWS_MAX)
		return 1;
	fill(rules, n);
	printf("/* SPDX-License-Identifier: ISC */\n"
	       "/*\n"
	       " * verdict_index.c - where the phrases of the rules begin\n"
	       " *\n"
	       " * Printed by tests/make_index from verdict_rules.c; see\n"
	       " * verdict.h.\n"
	       " */\n"
	       "#include \"verdict.h\"\n"
	       "\n"
	       "/* clang-format off */");
	print("uint8_t", "delist_verdict_begins", begins, DELIST_VERDICT_SLOTS);
	print("uint16_t", "delist_verdict_first", first, DELIST_VERDICT_CHAINS);
	print("uint16_t", "delist_verdict_next", next, n + 1);
	printf("/* clang-format on */\n");
	return 0;
}
