/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "spans.h"

/* The slow twin looks at every span. */
static uint32_t
slow(const struct delist_step *spans, size_t n, uint64_t x)
{
	uint32_t code = 0;

	for (size_t i = 0; i < n; i++)
		code = spans[i].start <= x ? spans[i].code : code;
	return code;
}

static void
agrees_with_a_walk(void **state)
{
	struct support_random random = {1};
	struct delist_step spans[200];

	(void)state;
	for (size_t n = 1; n <= COUNT(spans); n++) {
		unsigned width = n % 2 == 0 ? 1 : 4;
		uint64_t gap = UINT64_MAX / n;
		size_t bytes = delist_spans_size(n, width);
		uint8_t *block = malloc(bytes);

		assert_non_null(block);
		for (size_t i = 0; i < n; i++)
			spans[i] = (struct delist_step){
			    i == 0 ? 0
			    : i == n - 1
				? UINT64_MAX
				: i * gap + support_below(&random, gap),
			    (uint32_t)support_below(&random, 256)};
		delist_spans_encode(block, spans, n, width);
		for (size_t i = 0; i < n; i++) {
			for (uint64_t near = 0; near < 3; near++) {
				uint64_t x = spans[i].start + near - 1;

				assert_int_equal(
				    delist_spans_find(block, x, width),
				    slow(spans, n, x));
			}
		}
		free(block);
	}
}

int
main(void)
{
	TEST(agrees_with_a_walk);
	return support_run("spans");
}
