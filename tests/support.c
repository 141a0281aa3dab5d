/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	MAX_TESTS = 20000
};

static struct CMUnitTest tests[MAX_TESTS];
static size_t test_count;

static void
add(char *name, void (*test)(void **state), const void *row)
{
	assert_true(test_count < MAX_TESTS && name != NULL);
	tests[test_count++] = (struct CMUnitTest){.name = name,
	    .test_func = test,
	    .initial_state = (void *)(uintptr_t)row};
}

void
support_rows(const char *function, void (*test)(void **state),
    const void *table, size_t row_size, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *row = (const char *)table + i * row_size;
		const char *row_name;
		char *name;

		memcpy(&row_name, row, sizeof row_name);
		if (asprintf(&name, "%s: %s", function, row_name) < 0)
			abort();
		add(name, test, row);
	}
}

void
support_test(const char *function, void (*test)(void **state))
{
	add(strdup(function), test, NULL);
}

int
support_run(const char *group)
{
	int failed =
	    _cmocka_run_group_tests(group, tests, test_count, NULL, NULL);

	for (size_t i = 0; i < test_count; i++)
		free((void *)(uintptr_t)tests[i].name);
	support_guarded(NULL, 0);
	return failed;
}

/* ---- guarded input ---- */

static struct {
	char *base;
	size_t size;
} guard;

/* One mapping: a trap page, room for len bytes, a trap page. */
static size_t
guard_map(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len + page) / page * page;

	if (guard.size != 0)
		munmap(guard.base, guard.size);
	guard.size = room + 2 * page;
	guard.base = mmap(
	    NULL, guard.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guard.base == MAP_FAILED ||
	    mprotect(guard.base + page, room, PROT_READ | PROT_WRITE) != 0)
		abort();
	return room;
}

char *
support_guarded(const void *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = guard_map(len);
	char *at = guard.base + page + room - len;

	if (len != 0)
		memcpy(at, bytes, len);
	return at;
}

char *
support_guarded_front(const void *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	guard_map(len);
	if (len != 0)
		memcpy(guard.base + page, bytes, len);
	return guard.base + page;
}

/* ---- memory ---- */

/* Each block carries its size in front, so that sizes can be held to. */
enum {
	HEAD = 16
};

static void *
counted_resize(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	struct support_memory *m = arg;
	char *old = ptr != NULL ? (char *)ptr - HEAD : NULL;
	char *block;

	if (old != NULL) {
		size_t size;

		memcpy(&size, old, sizeof size);
		if (size != old_size) {
			fprintf(stderr, "block of %zu given back as %zu\n",
			    size, old_size);
			abort();
		}
	} else if (old_size != 0) {
		abort();
	}
	if (new_size == 0) {
		m->blocks -= old != NULL;
		m->bytes -= old_size;
		free(old);
		return NULL;
	}
	m->calls++;
	if (m->fail_at != 0 &&
	    (m->calls == m->fail_at ||
		(m->from_then_on && m->calls > m->fail_at))) {
		m->injected++;
		return NULL;
	}
	block = malloc(HEAD + new_size);
	if (block == NULL)
		abort();
	memcpy(block, &new_size, sizeof new_size);
	if (old != NULL) {
		memcpy(block + HEAD, ptr,
		    old_size < new_size ? old_size : new_size);
		free(old);
	}
	m->blocks += old == NULL;
	m->bytes += new_size - old_size;
	return block + HEAD;
}

struct delist_alloc
support_alloc(struct support_memory *memory)
{
	return (struct delist_alloc){counted_resize, memory};
}

void
support_sweep(
    void (*scenario)(const struct delist_alloc *alloc, bool failing, void *arg),
    void *arg)
{
	size_t injected = 0;

	for (int mode = 0; mode < 2; mode++) {
		for (size_t at = 1;; at++) {
			struct support_memory memory = {
			    .fail_at = at, .from_then_on = mode};
			struct delist_alloc alloc = support_alloc(&memory);

			scenario(&alloc, true, arg);
			assert_int_equal(memory.blocks, 0);
			assert_int_equal(memory.bytes, 0);
			injected += memory.injected;
			if (memory.injected == 0)
				break;
		}
	}
	assert_true(injected > 0);
}

/* ---- random ---- */

uint64_t
support_random(struct support_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t
support_below(struct support_random *random, uint64_t n)
{
	return support_random(random) % n;
}
