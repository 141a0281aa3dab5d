/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/*
 * What all tests share: named rows, guarded input, failing allocations and
 * repeatable random numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <delist/alloc.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/*
 * Tests by the row.  The rows of a table are structs whose first member is
 * `const char *name`; each becomes a test "function: name" whose *state is
 * the row.
 *
 *	int main(void)
 *	{
 *		ROWS(parses, parse_rows);
 *		TEST(keeps_its_output_on_error);
 *		return support_run("addr");
 *	}
 */
#define ROWS(function, table) \
	support_rows(#function, function, table, sizeof *(table), COUNT(table))
#define TEST(function) support_test(#function, function)

void support_rows(const char *function, void (*test)(void **state),
    const void *table, size_t row_size, size_t n);
void support_test(const char *function, void (*test)(void **state));
int support_run(const char *group);

/*
 * A copy of bytes[0..len) that ends right before a page that traps, so that
 * a read past its end dies.  One at a time: the next call takes it back.
 */
char *support_guarded(const void *bytes, size_t len);

/* The same, but it begins right after a page that traps. */
char *support_guarded_front(const void *bytes, size_t len);

/*
 * Fail every allocation of `scenario` once: run it with the first, second,
 * third ... allocation failing, first that one alone and then all from it
 * on, until a run asks for no more.  The scenario returns what the library
 * said: anything but DELIST_ENOMEM when an allocation failed in a call that
 * reports errors is the scenario's to assert.  The sweep asserts that it
 * injected at least one failure, that every block came back, and that
 * sizes given back are the sizes taken.
 */
void support_sweep(
    void (*scenario)(const struct delist_alloc *alloc, bool failing, void *arg),
    void *arg);

/* An allocator that counts, without failing. */
struct support_memory {
	size_t blocks;	/* live now */
	size_t bytes;	/* live now */
	size_t calls;	/* allocations so far */
	size_t fail_at; /* 1-based; 0 is never */
	bool from_then_on;
	size_t injected;
};
struct delist_alloc support_alloc(struct support_memory *memory);

/* Repeatable random numbers (splitmix64). */
struct support_random {
	uint64_t state;
};
uint64_t support_random(struct support_random *random);
/* 0..n-1 */
uint64_t support_below(struct support_random *random, uint64_t n);

#endif
