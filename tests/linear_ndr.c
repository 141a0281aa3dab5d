/* SPDX-License-Identifier: ISC */
/*
 * linear_ndr - read one hostile message, for tests/linear to count
 *
 * usage: linear_ndr NUMBER BYTES
 *
 * Prints the name of the family; status 2: there is none of that number.
 */
#include <stdio.h>
#include <stdlib.h>

#include <delist/ndr.h>

#include "hostile.h"

enum {
	SIZE_MAX_HERE = 1 << 22,
	RECIPIENTS = 4096,
	SCRATCH = 1 << 22
};

static char text[SIZE_MAX_HERE], scratch[SCRATCH];
static struct delist_verdict verdicts[RECIPIENTS];

int
main(int argc, char **argv)
{
	size_t family, size, count;

	if (argc != 3)
		return 1;
	family = strtoul(argv[1], NULL, 10);
	size = strtoul(argv[2], NULL, 10);
	if (size < 256 || size > sizeof text)
		return 1;
	if (family >= FAMILIES)
		return 2;
	hostile_fill(text, size, &families[family]);
	puts(families[family].name);
	return delist_ndr_parse(verdicts, RECIPIENTS, &count, scratch,
		   sizeof scratch, text, size) != DELIST_OK;
}
