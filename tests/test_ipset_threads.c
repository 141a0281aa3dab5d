/* SPDX-License-Identifier: ISC */
/*
 * Readers on threads of their own, beside a writer.
 *
 * The writer notes what every probe must find in each version of the set, and
 * counts the version as begun before it publishes the change, and as done
 * after that.  A reader looks at what is done before a lookup and at what is
 * begun after it: the answer must be that of a version in between.
 *
 *	DELIST_CASES=1000000 test_ipset_threads		so many changes
 */
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "ipset.h"

#define NONE DELIST_IPSET_NONE

enum {
	READERS = 2,
	VERSIONS = 512, /* kept, round and round */
	PROBES = 64,	/* of each family */
	PREFIXES = 400,
	CHANGES = 6000
};

static _Atomic uint32_t wanted[VERSIONS][2 * PROBES];
static _Atomic uint64_t begun, done;
static _Atomic bool over;

static struct delist_addr probes[2 * PROBES];
static struct delist_prefix prefixes[PREFIXES];

/* ---- what there is to look for ---- */

/* Close together, so that prefixes lie around probes and share blocks. */
static struct delist_addr
some_addr(struct support_random *random, bool v6)
{
	static const uint8_t ends[] = {0, 1, 2, 3, 4, 0x7f, 0x80, 0xff};
	uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8};

	if (!v6)
		return delist_addr_from4(
		    192u << 24 | (uint32_t)support_below(random, 2) << 16 |
		    (uint32_t)ends[support_below(random, 8)] << 8 |
		    (uint32_t)support_below(random, 256));
	bytes[3] = ends[support_below(random, 3)];
	bytes[5] = ends[support_below(random, 3)];
	bytes[7] = ends[support_below(random, 8)];
	if (support_below(random, 2) == 0)
		bytes[15] = ends[support_below(random, 8)];
	return delist_addr_from6(bytes);
}

static void
choose(struct support_random *random)
{
	static const uint8_t lengths[2][12] = {
	    {12, 14, 16, 16, 20, 24, 24, 26, 29, 31, 32, 32},
	    {14, 20, 24, 30, 32, 40, 48, 56, 64, 64, 96, 128}};

	for (size_t i = 0; i < 2 * PROBES; i++)
		probes[i] = some_addr(random, i >= PROBES);
	for (size_t i = 0; i < PREFIXES; i++) {
		struct delist_addr addr = some_addr(random, i % 2 == 1);

		if (support_below(random, 3) != 0)
			addr = probes[support_below(random, PROBES) +
				      PROBES * (i % 2)];
		prefixes[i] = delist_prefix_of(&addr,
		    i < 4 ? 0 : lengths[i % 2][support_below(random, 12)]);
	}
}

/* ---- a reader ---- */

struct reader {
	pthread_t thread;
	struct delist_ipset *set;
	uint64_t seed, answers, wrong, missed;
};

/* The answer is that of a version from `from` on. */
static void
judge(struct reader *self, size_t probe, uint32_t tag, uint64_t from)
{
	uint64_t to = atomic_load(&begun);
	bool right = false;

	for (uint64_t at = from; at <= to && !right; at++)
		right = atomic_load(&wanted[at % VERSIONS][probe]) == tag;
	if (atomic_load(&begun) - from >= VERSIONS - 1)
		self->missed++; /* overwritten while we looked */
	else if (right)
		self->answers++;
	else
		self->wrong++;
}

static void
look_at_one(struct reader *self, struct support_random *random)
{
	size_t probe = support_below(random, 2 * PROBES);
	uint64_t from = atomic_load(&done);
	uint32_t tag = NONE;

	delist_ipset_find(self->set, &tag, &probes[probe]);
	judge(self, probe, tag, from);
}

static void
look_at_all(struct reader *self)
{
	uint32_t tags[2 * PROBES], addrs4[PROBES];
	uint8_t addrs6[PROBES][16];
	uint64_t from = atomic_load(&done);

	for (size_t i = 0; i < PROBES; i++) {
		const uint8_t *b = probes[i].bytes;

		addrs4[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
			    (uint32_t)b[2] << 8 | b[3];
		memcpy(addrs6[i], probes[PROBES + i].bytes, 16);
	}
	delist_ipset_find4_batch(self->set, tags, addrs4, PROBES);
	delist_ipset_find6_batch(
	    self->set, tags + PROBES, (const uint8_t(*)[16])addrs6, PROBES);
	for (size_t i = 0; i < 2 * PROBES; i++)
		judge(self, i, tags[i], from);
}

static void *
read_on(void *arg)
{
	struct reader *self = arg;
	struct support_random random = {self->seed};
	struct delist_reader *reader = NULL;

	while (!atomic_load(&over)) {
		if (reader == NULL &&
		    delist_reader_join(&reader, self->set) != DELIST_OK)
			break;
		delist_reader_enter(reader);
		for (size_t i = support_below(&random, 50); i > 0; i--)
			look_at_one(self, &random);
		if (support_below(&random, 4) == 0)
			look_at_all(self);
		delist_reader_exit(reader);
		if (support_below(&random, 100) == 0) {
			delist_reader_leave(reader);
			reader = NULL;
		}
	}
	delist_reader_leave(reader);
	return NULL;
}

/* ---- the writer ---- */

struct writer {
	struct delist_ipset *set;
	struct support_random random;
	bool in[PREFIXES];
	uint32_t tags[PREFIXES];
	uint32_t next_tag, refused;
};

static uint32_t
look_up(const struct writer *self, const struct delist_addr *addr)
{
	uint32_t tag = NONE;
	int longest = -1;

	for (size_t i = 0; i < PREFIXES; i++) {
		if (!self->in[i] || prefixes[i].bits <= longest ||
		    !delist_prefix_has(&prefixes[i], addr))
			continue;
		longest = prefixes[i].bits;
		tag = self->tags[i];
	}
	return tag;
}

/* What a version has; NULL: all may have changed, else what is inside. */
static void
note(const struct writer *self, uint64_t version,
    const struct delist_prefix *changed)
{
	for (size_t i = 0; i < 2 * PROBES; i++) {
		uint32_t tag;

		if (changed == NULL || delist_prefix_has(changed, &probes[i]))
			tag = look_up(self, &probes[i]);
		else
			tag = atomic_load(&wanted[(version - 1) % VERSIONS][i]);
		atomic_store(&wanted[version % VERSIONS][i], tag);
	}
}

/* As delist_prefix_compare() has it, one prefix may be there twice. */
static void
set_all(struct writer *self, const struct delist_prefix *prefix, bool in,
    uint32_t tag)
{
	for (size_t i = 0; i < PREFIXES; i++) {
		if (delist_prefix_compare(&prefixes[i], prefix) != 0)
			continue;
		self->in[i] = in;
		self->tags[i] = tag;
	}
}

static void
change(struct writer *self, uint32_t tags, uint64_t inserts_of_8)
{
	size_t i = support_below(&self->random, PREFIXES);
	bool insert = support_below(&self->random, 8) < inserts_of_8, removed;
	uint32_t tag = tags != 0 ? (uint32_t)support_below(&self->random, tags)
				 : self->next_tag++;
	uint64_t version = atomic_load(&done) + 1;
	int error =
	    insert ? delist_ipset_prepare_insert(self->set, &prefixes[i], tag)
		   : delist_ipset_prepare_remove(
			 self->set, &removed, &prefixes[i]);

	if (error != DELIST_OK) {
		assert_int_equal(error, DELIST_EAGAIN);
		self->refused++;
		sched_yield();
		return;
	}
	set_all(self, &prefixes[i], insert, tag);
	note(self, version, &prefixes[i]);
	atomic_store(&begun, version);
	delist_ipset_publish(self->set);
	atomic_store(&done, version);
}

/* All of it at once; a set of nothing every other time. */
static void
rebuild(struct writer *self)
{
	struct delist_ipset_entry entries[PREFIXES];
	uint64_t version = atomic_load(&done) + 1;
	bool was[PREFIXES];
	size_t n = 0;
	int error;

	memcpy(was, self->in, sizeof was);
	for (size_t i = 0; i < PREFIXES; i++)
		if (self->in[i] && version % 2 == 0)
			entries[n++] = (struct delist_ipset_entry){
			    prefixes[i], self->tags[i]};
	if (n == 0)
		memset(self->in, 0, sizeof self->in);
	note(self, version, NULL);
	atomic_store(&begun, version);
	error = delist_ipset_build(self->set, entries, n);
	if (error != DELIST_OK) {
		/* this version is then what was before */
		assert_int_equal(error, DELIST_EAGAIN);
		memcpy(self->in, was, sizeof was);
		note(self, version, NULL);
	}
	atomic_store(&done, version);
}

static void
write_on(struct delist_ipset *set, size_t changes)
{
	static const uint32_t tags[] = {3, 300, 200, 0};
	static const uint8_t inserts[] = {6, 4, 2};
	struct writer self = {.set = set, .random = {7}};

	note(&self, 0, NULL);
	for (size_t i = 0; i < changes; i++) {
		size_t phase = i / 250;

		change(&self, tags[phase / 3 % 4], inserts[phase % 3]);
		if (i % 1000 == 999)
			rebuild(&self);
	}
}

/* ---- tests ---- */

static void
run_on(const struct delist_path *path)
{
	const char *text = getenv("DELIST_CASES");
	size_t changes = text != NULL ? strtoul(text, NULL, 10) : CHANGES;
	struct reader readers[READERS];
	struct support_random random = {1};
	struct delist_ipset *set;

	choose(&random);
	atomic_store(&begun, 0);
	atomic_store(&done, 0);
	atomic_store(&over, false);
	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	set->path = path;
	for (size_t i = 0; i < 2 * PROBES; i++)
		atomic_store(&wanted[0][i], NONE);
	for (size_t i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.set = set, .seed = i + 10};
		assert_int_equal(pthread_create(&readers[i].thread, NULL,
				     read_on, &readers[i]),
		    0);
	}
	write_on(set, changes);
	atomic_store(&over, true);
	for (size_t i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
		assert_int_equal(readers[i].wrong, 0);
		assert_true(readers[i].answers > 0);
	}
	delist_ipset_free(set);
}

struct path_row {
	const char *name;
	unsigned path;
};

static const struct path_row path_rows[] = {
    {"portable", 0}, {"SSE2", 1}, {"BMI2", 2}, {"AVX-512", 3}};

static void
answers_are_of_their_time(void **state)
{
	const struct path_row *row = *state;

	if (delist_path_of(row->path) == NULL)
		skip();
	run_on(delist_path_of(row->path));
}

/* The bound that <delist/ipset.h> tells; after the exit all goes on. */
static void
a_reader_that_stays_makes_changes_wait(void **state)
{
	struct delist_prefix prefix = {
	    .addr = delist_addr_from4(0xc0000201), .bits = 32};
	struct delist_reader *reader;
	struct delist_ipset *set;
	size_t memory, changes = 0;
	int error = DELIST_OK;
	uint32_t tag = 0;

	(void)state;
	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	assert_int_equal(delist_ipset_insert(set, &prefix, 1), DELIST_OK);
	assert_int_equal(delist_reader_join(&reader, set), DELIST_OK);
	delist_reader_enter(reader);
	for (; error == DELIST_OK && changes < 100000; changes++) {
		prefix.addr = delist_addr_from4(
		    0xc0000000 | (uint32_t)(changes * 97 % 65536));
		error = delist_ipset_insert(set, &prefix, 1);
	}
	assert_int_equal(error, DELIST_EAGAIN);
	assert_in_range(changes, 100, 5000);
	memory = delist_ipset_memory(set);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
		    delist_ipset_insert(set, &prefix, 1), DELIST_EAGAIN);
	assert_int_equal(delist_ipset_memory(set), memory);
	assert_true(delist_ipset_find4(set, &tag, 0xc0000201));
	delist_reader_exit(reader);
	assert_int_equal(delist_ipset_insert(set, &prefix, 1), DELIST_OK);
	delist_reader_leave(reader);
	delist_ipset_free(set);
}

int
main(void)
{
	ROWS(answers_are_of_their_time, path_rows);
	TEST(a_reader_that_stays_makes_changes_wait);
	return support_run("ipset_threads");
}
