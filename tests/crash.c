/* SPDX-License-Identifier: ISC */
/*
 * crash - a journal on a disk that fails and loses power
 *
 * usage: crash [STATES [SEED]]
 *
 * A story is a journal's life by chance: commits, held commits, compactions,
 * restarts, processes that die, calls of the system that fail.  Before each
 * call of the system the power may be cut: then what the disk may hold is
 * made up in many ways, and each of these states is opened as after a start.
 *
 * What must hold
 *	- it opens, and is what it was after some of the commits in their
 *	  order, among them all that were answered with DELIST_OK
 *	- what was answered with DELIST_EIO is not among them
 *	- asked again under the same ids, the rest is done, and nothing twice
 *	- what is committed then is there after another crash
 *	- all of this also where the power is cut during recovery
 *
 * The last line counts states and violations; the exit status is 1 if there
 * was one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "disk.h"
#include "journal.h"

enum {
	KEYS = 6,
	CALLS = 40,  /* commits in one story */
	CHANGES = 3, /* in one commit */
	VALUE_MAX = 90,
	MANY_SAMPLES = 400, /* of one that may bring back what was cut off */
	SAMPLES = 6, /* states of one crash, in stories that do not try all */
	ALL_BYTES = 700 /* in doubt, at most, for all states to be tried */
};

/* ---- what the rows should be ---- */

struct model_row {
	uint64_t version; /* 0: there is none */
	uint32_t seed;	  /* its value */
	uint32_t len;
};

struct model {
	struct model_row row[KEYS];
	uint64_t revision;
};

struct call {
	uint8_t id[16];
	size_t changes;
	bool deletes[CHANGES];
	uint32_t key[CHANGES], seed[CHANGES], len[CHANGES];
};

struct story {
	uint64_t seed;
	struct support_random random;
	struct support_random
	    keys; /* generations: no two journals share them */
	struct disk *disk;
	struct delist_journal *journal;
	struct delist_journal_io io;
	bool explores; /* cuts the power here and there */
	bool tries_all;
	uint32_t salt; /* values differ from those of the other journal */

	/* model[i]: after i commits; call[i] leads from it to the next */
	struct model model[CALLS + 1];
	uint64_t print[CALLS + 1];
	struct call call[CALLS];
	size_t acked, issued;
	uint64_t signature; /* of the disk, when it was last looked into */
};

static const uint64_t first_hash = 0xcbf29ce484222325; /* FNV-1a */

static uint64_t states, stories, violations, limit;

static void
violation(const struct story *story, const char *what, int result)
{
	if (violations++ < 10)
		printf("story %" PRIu64 ": %s (%d), acked %zu, issued %zu, "
		       "call of the system %" PRIu64 "\n",
		    story->seed, what, result, story->acked, story->issued,
		    story->disk->calls);
}

static uint64_t
mix(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 0x100000001b3;
	return hash;
}

static uint64_t
mix_row(
    uint64_t hash, char key, uint64_t version, const void *value, size_t len)
{
	hash = mix(hash, &key, 1);
	hash = mix(hash, &version, sizeof version);
	hash = mix(hash, &len, sizeof len);
	return mix(hash, value, len);
}

static void
make_value(uint8_t value[VALUE_MAX], uint32_t seed, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		value[i] = (uint8_t)(seed * 37 + (seed >> 8) + i * 11);
}

static uint64_t
print_of_model(const struct model *model)
{
	uint64_t hash =
	    mix(first_hash, &model->revision, sizeof model->revision);
	uint8_t value[VALUE_MAX];

	for (int i = 0; i < KEYS; i++) {
		const struct model_row *row = &model->row[i];

		if (row->version == 0)
			continue;
		make_value(value, row->seed, row->len);
		hash = mix_row(
		    hash, (char)('a' + i), row->version, value, row->len);
	}
	return hash;
}

static uint64_t
print_of_store(struct delist_journal *journal)
{
	struct delist_text nothing = {NULL, 0}, after = nothing;
	struct delist_store store = delist_journal_store(journal);
	struct delist_journal_stats stats = {.size = sizeof stats};
	uint64_t hash;
	char key;

	delist_journal_stats(&stats, journal);
	hash = mix(first_hash, &stats.revision, sizeof stats.revision);
	for (;;) {
		struct delist_store_row row;
		bool found = false;

		store.ops->next(store.arg, &found, &row, nothing, after);
		if (!found)
			return hash;
		key = row.key.at[0];
		hash = mix_row(
		    hash, key, row.version, row.value.at, row.value.len);
		after = (struct delist_text){&key, 1};
	}
}

/* The next commit, by chance, and what it leads to. */
static struct call *
new_call(struct story *story)
{
	struct call *call = &story->call[story->issued];
	struct model *next = &story->model[story->issued + 1];
	struct support_random *random = &story->random;

	*next = story->model[story->issued];
	next->revision++;
	for (int i = 0; i < 2; i++) {
		uint64_t bits = support_random(random);

		memcpy(call->id + i * 8, &bits, 8);
	}
	call->changes = 1 + support_below(random, CHANGES);
	for (size_t i = 0; i < call->changes; i++) {
		uint32_t key = (uint32_t)support_below(random, KEYS);

		call->key[i] = key;
		call->deletes[i] = support_below(random, 5) == 0;
		call->seed[i] = (uint32_t)support_random(random) + story->salt;
		call->len[i] = (uint32_t)support_below(
		    random, support_below(random, 4) == 0 ? VALUE_MAX : 9);
		next->row[key] = (struct model_row){
		    next->revision, call->seed[i], call->len[i]};
		if (call->deletes[i])
			next->row[key].version = 0;
	}
	story->issued++;
	story->print[story->issued] = print_of_model(next);
	return call;
}

static int
commit(struct delist_journal *journal, const struct call *call)
{
	static const char keys[] = "abcdef";
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_change changes[CHANGES];
	uint8_t value[CHANGES][VALUE_MAX];

	for (size_t i = 0; i < call->changes; i++) {
		make_value(value[i], call->seed[i], call->len[i]);
		changes[i] = (struct delist_store_change){
		    .kind = call->deletes[i] ? DELIST_STORE_DELETE
					     : DELIST_STORE_PUT,
		    .key = {keys + call->key[i], 1},
		    .value = {(const char *)value[i], call->len[i]}};
	}
	return store.ops->commit(store.arg, changes, call->changes, call->id);
}

/* ---- a state after a crash ---- */

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	struct support_random *random = arg;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)support_random(random);
	return DELIST_OK;
}

static int
open_on(struct delist_journal **journal, const struct delist_journal_io *io,
    struct support_random *random)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .entropy = entropy, .entropy_arg = random};

	return delist_journal_open_on(journal, ".", "x", &options, io);
}

static bool
is_read_only(const struct delist_journal *journal)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	delist_journal_stats(&stats, journal);
	return stats.read_only;
}

/* Which of the allowed states it is in; else a violation, and false. */
static bool
which(size_t *index, const struct story *story, struct delist_journal *journal)
{
	uint64_t print = print_of_store(journal);

	for (size_t i = story->issued + 1; i-- > story->acked;)
		if (story->print[i] == print) {
			*index = i;
			return true;
		}
	violation(story, "rows that never were, or were lost", 0);
	return false;
}

static struct disk_crash
some_crash(const struct disk *disk, struct support_random *random)
{
	uint32_t bytes = disk_bytes_in_doubt(disk);
	uint32_t kept = (uint32_t)support_below(random, bytes + 1);

	if (support_below(random, 2) == 0)
		kept -= kept % 8; /* where records begin */
	return (struct disk_crash){.names = (uint32_t)support_random(random),
	    .random = support_below(random, 2) == 0,
	    .kept = kept,
	    .kept_last = support_below(random, 3) == 0,
	    .fill = (uint8_t)support_below(random, DISK_FILLS)};
}

/* Everything asked again under its id, one more commit, and a crash. */
static void
goes_on(struct story *story, struct disk *disk, struct delist_journal *journal)
{
	static struct disk again;
	struct support_random *random = &story->random;
	struct call last = {.changes = 1, .seed = {77}, .len = {5}};
	struct delist_journal_io again_io = disk_io(&again);
	struct disk_crash crash;
	uint64_t print;
	int error = DELIST_OK;

	for (size_t i = story->acked; i < story->issued; i++)
		if (error == DELIST_OK)
			error = commit(journal, &story->call[i]);
	if (error != DELIST_OK ||
	    print_of_store(journal) != story->print[story->issued])
		violation(story, "asked again, and not as it should be", error);
	error = commit(journal, &last);
	print = print_of_store(journal);
	crash = some_crash(disk, random);
	disk_after_crash(&again, disk, &crash, random);
	disk->dies_at = disk->calls; /* this process does no more */
	if (error != DELIST_OK) {
		violation(story, "no commit after recovery", error);
		return;
	}
	states++;
	error = open_on(&journal, &again_io, random);
	if (error != DELIST_OK) {
		violation(story, "does not open again", error);
		return;
	}
	if (print_of_store(journal) != print)
		violation(story, "lost after recovery", 0);
	delist_journal_close(journal);
}

/* The power is cut once more, in the middle of recovery. */
static void
crash_in_recovery(
    struct story *story, struct disk *out, const struct disk_crash *first)
{
	static struct disk disk;
	struct support_random *random = &story->random;
	struct delist_journal_io io = disk_io(&disk);
	struct delist_journal *journal;
	struct disk_crash crash;

	disk_after_crash(&disk, story->disk, first, random);
	disk.dies_at = 1 + support_below(random, 20);
	if (open_on(&journal, &io, random) == DELIST_OK)
		delist_journal_close(journal);
	crash = some_crash(&disk, random);
	disk_after_crash(out, &disk, &crash, random);
	states++;
}

static void
look_into(struct story *story, const struct disk_crash *crash)
{
	static struct disk disk;
	struct support_random *random = &story->random;
	struct delist_journal_io io = disk_io(&disk);
	struct delist_journal *journal;
	uint64_t chance = support_below(random, 8);
	size_t index;
	int error;

	if (chance == 0)
		crash_in_recovery(story, &disk, crash);
	else
		disk_after_crash(&disk, story->disk, crash, random);
	states++;
	error = open_on(&journal, &io, random);
	if (error != DELIST_OK) {
		violation(story, "does not open", error);
		return;
	}
	if (is_read_only(journal))
		violation(story, "takes no writes", 0);
	else if (which(&index, story, journal) && chance < 3)
		goes_on(story, &disk, journal);
	delist_journal_close(journal);
}

/* ---- a moment of a story ---- */

static void
try_all(struct story *story, uint32_t names)
{
	struct disk_crash crash = {.names = names};
	uint32_t bytes = disk_bytes_in_doubt(story->disk);

	for (int last = 0; last < 2; last++)
		for (int fill = 0; fill < DISK_FILLS; fill++)
			for (uint32_t k = 0; k <= bytes; k++) {
				crash.kept_last = last;
				crash.fill = (uint8_t)fill;
				crash.kept = k;
				look_into(story, &crash);
			}
}

/* So that nothing is done twice for calls that change nothing. */
static uint64_t
signature_of(const struct disk *disk)
{
	uint64_t hash = mix(disk->moves, disk->name, sizeof disk->name);

	for (int i = 0; i < DISK_FILES; i++) {
		const struct disk_file *file = &disk->file[i];

		if (!file->used)
			continue;
		hash = mix(hash, &file->size, sizeof file->size);
		hash = mix(hash, &file->changes, sizeof file->changes);
		hash =
		    mix(hash, &file->durable_size, sizeof file->durable_size);
	}
	return hash;
}

static void
cut_the_power(void *arg, struct disk *disk)
{
	struct story *story = arg;
	uint64_t signature =
	    mix(signature_of(disk), &story->acked, sizeof story->acked);
	uint32_t moves = disk_moves_in_doubt(disk);

	if (!story->explores || signature == story->signature ||
	    states >= limit)
		return;
	story->signature = signature;
	if (story->tries_all && moves <= 3 &&
	    disk_bytes_in_doubt(disk) <= ALL_BYTES)
		for (uint32_t names = 0; names < 1U << moves; names++)
			try_all(story, names);
	for (int i = 0; i < (disk->was_cut != 0 ? MANY_SAMPLES : SAMPLES);
	     i++) {
		struct disk_crash crash = some_crash(disk, &story->random);

		if (disk->was_cut != 0 && i % 2 == 0)
			crash.fill = DISK_STALE;
		look_into(story, &crash);
	}
}

/* ---- a story ---- */

/*
 * Results that leave a commit undone for sure take it out again.  It comes
 * back with what it was.
 */
static int
do_commit(struct story *story)
{
	struct delist_journal_stats before = {.size = sizeof before};
	struct call *call;
	int error;

	if (story->issued == CALLS)
		return DELIST_OK;
	delist_journal_stats(&before, story->journal);
	call = new_call(story);
	error = commit(story->journal, call);
	if (error == DELIST_OK && !before.held)
		story->acked = story->issued;
	else if (error == DELIST_EIO ||
		 (error == DELIST_EREADONLY && before.read_only))
		story->issued--;
	else if (error != DELIST_OK && error != DELIST_EREADONLY)
		violation(story, "a commit that failed", error);
	if (error == DELIST_EIO &&
	    print_of_store(story->journal) != story->print[story->issued])
		violation(story, "a failed commit changed the rows", error);
	return error;
}

static void
do_group(struct story *story)
{
	uint64_t n = 1 + support_below(&story->random, 5);

	if (delist_journal_hold(story->journal) != DELIST_OK)
		return;
	while (n-- > 0)
		do_commit(story);
	if (support_below(&story->random, 6) != 0 &&
	    delist_journal_sync(story->journal) == DELIST_OK)
		story->acked = story->issued;
}

/* The process ends, by itself or killed, and another begins. */
static void
do_restart(struct story *story, bool killed)
{
	struct disk *disk = story->disk;
	size_t index;
	int error;

	if (killed)
		disk->dies_at = disk->calls;
	delist_journal_close(story->journal);
	story->journal = NULL;
	disk->dies_at = 0;
	for (int attempt = 0; attempt < 2; attempt++) {
		if (attempt == 1) /* the disk works again */
			disk->fault.kind = 0;
		error = open_on(&story->journal, &story->io, &story->keys);
		if (error != DELIST_OK)
			continue;
		if (!is_read_only(story->journal))
			break;
		delist_journal_close(story->journal);
		story->journal = NULL;
	}
	if (story->journal == NULL) {
		violation(story, "does not start again", error);
		return;
	}
	if (which(&index, story, story->journal))
		story->issued = story->acked = index;
}

static void
plan_fault(struct story *story)
{
	static const int errors[] = {EIO, ENOSPC, EDQUOT, EROFS, EACCES, EPERM,
	    EMFILE, ENFILE, ENOMEM, EFBIG, EINVAL, ENOLCK, EINTR};
	static const uint64_t times[] = {1, 1, 1, 1, 2, 3, 1000};
	struct support_random *random = &story->random;
	struct disk_fault *fault = &story->disk->fault;

	fault->kind = 1 + (int)support_below(random, DISK_SHORT);
	fault->error = errors[support_below(random, COUNT(errors))];
	fault->on = (int)support_below(random, DISK_CALLS);
	if (support_below(random, 3) == 0)
		fault->on = DISK_WRITE;
	fault->skip = support_below(random, fault->on == DISK_ANY ? 12 : 3);
	fault->times = times[support_below(random, COUNT(times))];
	if (fault->error == EINTR) {
		fault->kind = DISK_FAILS;
		fault->times = 1 + support_below(random, 3);
	}
}

static void
do_something(struct story *story)
{
	uint64_t chance = support_below(&story->random, 24);

	if (support_below(&story->random, 4) == 0)
		plan_fault(story);
	if (chance < 11) {
		if (do_commit(story) == DELIST_EIO) /* then try another */
			do_commit(story);
	} else if (chance < 16)
		do_group(story);
	else if (chance < 18)
		delist_journal_compact(story->journal);
	else if (chance < 22)
		do_restart(story, chance > 19);
	else
		story->disk->dies_at =
		    story->disk->calls + support_below(&story->random, 12);
	if (story->journal != NULL && story->disk->dies_at != 0 &&
	    story->disk->faulted && support_below(&story->random, 2) == 0)
		do_restart(story, true);
}

/* One life of one journal.  `other` has, or gets, the bytes of a like one. */
static void
tell(struct story *story, uint64_t seed, uint8_t *other, bool is_other)
{
	static struct disk disk;
	uint64_t steps;

	memset(story, 0, offsetof(struct story, model));
	story->model[0] = (struct model){.revision = 0};
	story->print[0] = print_of_model(&story->model[0]);
	story->acked = story->issued = 0;
	story->signature = 0;
	story->seed = seed;
	story->random.state = seed * 0x9e3779b97f4a7c15;
	story->keys.state = seed * 2 + (is_other ? 1 : 0);
	story->disk = &disk;
	story->salt = is_other ? 1 : 0;
	story->tries_all = seed % 64 == 0;
	story->io = disk_io(&disk);
	disk_init(&disk, seed);
	disk.other = other;
	disk.is_other = is_other;
	disk.before = is_other ? NULL : cut_the_power;
	disk.arg = story;
	story->explores = !is_other;
	if (open_on(&story->journal, &story->io, &story->keys) != DELIST_OK) {
		violation(story, "is not made", 0);
		return;
	}
	steps = 2 + support_below(&story->random, 14);
	while (steps-- > 0 && story->journal != NULL)
		do_something(story);
	disk.dies_at = 0;
	disk.fault.kind = 0;
	if (story->journal != NULL)
		do_restart(story, false);
	delist_journal_close(story->journal);
	stories++;
}

static double
seconds(void)
{
	struct timespec now;

	timespec_get(&now, TIME_UTC);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static uint8_t other[DISK_ROOM];
	static struct story story;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	double begun = seconds(), taken;

	limit = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
	for (; states < limit && violations < 10; seed++) {
		memset(other, 0, sizeof other);
		tell(&story, seed, other, true);
		tell(&story, seed, other, false);
	}
	taken = seconds() - begun;
	printf("%" PRIu64 " stories, %" PRIu64
	       " states, %.0f states/s, %" PRIu64 " violations\n",
	    stories, states, (double)states / (taken > 0 ? taken : 1),
	    violations);
	return violations != 0;
}
