/* SPDX-License-Identifier: ISC */
/*
 * The journal on the real system: files, locks, processes, and the format
 * of files that were written once.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <delist/entropy.h>
#include <delist/journal.h>

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})

static char directory[64];

static const char *
path(const char *name)
{
	static char out[128];

	snprintf(out, sizeof out, "%s/%s", directory, name);
	return out;
}

static void
make_directory(void)
{
	strcpy(directory, "/tmp/test-journal-XXXXXX");
	assert_non_null(mkdtemp(directory));
}

static void
remove_directory(void)
{
	static const char *const names[] = {
	    "x.lock", "x.journal", "x.journal.new", "elsewhere"};

	for (size_t i = 0; i < COUNT(names); i++)
		if (unlink(path(names[i])) != 0)
			rmdir(path(names[i]));
	assert_int_equal(rmdir(directory), 0);
}

static int
open_journal(struct delist_journal **journal)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .entropy = delist_entropy, .now_s = 5};

	return delist_journal_open(journal, directory, "x", &options);
}

/* Commit one row under an id that is made of its number. */
static int
put_number(struct delist_journal *journal, uint64_t number, size_t len)
{
	static const char bytes[DELIST_STORE_VALUE_MAX];
	struct delist_store store = delist_journal_store(journal);
	uint8_t id[16] = "number";
	struct delist_store_change change = {.kind = DELIST_STORE_PUT,
	    .key = {(const char *)&number, sizeof number},
	    .value = {bytes, len}};

	memcpy(id + 8, &number, sizeof number);
	return store.ops->commit(store.arg, &change, 1, id);
}

/* Write one row over and over, to fill the file with what is past. */
static int
put_same(struct delist_journal *journal, uint64_t number)
{
	static const char bytes[DELIST_STORE_VALUE_MAX];
	struct delist_store store = delist_journal_store(journal);
	uint8_t id[16] = "same";
	struct delist_store_change change = {.kind = DELIST_STORE_PUT,
	    .key = TEXT("same"),
	    .value = {bytes, sizeof bytes}};

	memcpy(id + 8, &number, sizeof number);
	return store.ops->commit(store.arg, &change, 1, id);
}

static bool
has_number(struct delist_journal *journal, uint64_t number)
{
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_row row;
	bool found;

	assert_int_equal(
	    store.ops->get(store.arg, &found, &row,
		(struct delist_text){(const char *)&number, sizeof number}),
	    DELIST_OK);
	return found;
}

static struct delist_journal_stats
stats_of(const struct delist_journal *journal)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	assert_int_equal(delist_journal_stats(&stats, journal), DELIST_OK);
	return stats;
}

/* ---- files ---- */

static void
files_are_for_their_owner(void **state)
{
	static const char *const names[] = {"x.lock", "x.journal"};
	struct delist_journal *journal = NULL;
	mode_t before = umask(0);
	struct stat status;

	(void)state;
	make_directory();
	errno = 77;
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(put_number(journal, 1, 3), DELIST_OK);
	assert_int_equal(errno, 77);
	umask(before);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(stat(path(names[i]), &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
	assert_int_not_equal(access(path("x.journal.new"), F_OK), 0);
	delist_journal_close(journal);
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_true(has_number(journal, 1));
	delist_journal_close(journal);
	remove_directory();
}

static void
make_link(const char *name)
{
	close(open(path("elsewhere"), O_CREAT | O_RDWR, 0600));
	assert_int_equal(symlink("elsewhere", path(name)), 0);
}

static void
make_fifo(const char *name)
{
	assert_int_equal(mkfifo(path(name), 0600), 0);
}

static void
make_folder(const char *name)
{
	assert_int_equal(mkdir(path(name), 0700), 0);
}

static void
make_empty(const char *name)
{
	close(open(path(name), O_CREAT | O_RDWR, 0600));
}

struct file_row {
	const char *name;
	const char *file;
	void (*make)(const char *name);
	int want;
};

static const struct file_row file_rows[] = {
    {"the lock is a link", "x.lock", make_link, DELIST_EIO},
    {"the lock is a pipe", "x.lock", make_fifo, DELIST_EIO},
    {"the lock is a directory", "x.lock", make_folder, DELIST_EIO},
    {"the lock is a file", "x.lock", make_empty, DELIST_OK},
    {"the journal is a link", "x.journal", make_link, DELIST_EIO},
    {"the journal is a pipe", "x.journal", make_fifo, DELIST_EIO},
    {"the journal is a directory", "x.journal", make_folder, DELIST_EIO},
    {"the journal is empty", "x.journal", make_empty, DELIST_ECORRUPT},
    {"a link in the way", "x.journal.new", make_link, DELIST_OK},
    {"a pipe in the way", "x.journal.new", make_fifo, DELIST_OK},
    {"a file in the way", "x.journal.new", make_empty, DELIST_OK},
    {"a directory in the way", "x.journal.new", make_folder, DELIST_EIO},
};

static void
what_is_no_file_is_refused(void **state)
{
	const struct file_row *row = *state;
	struct delist_journal *journal = NULL;

	make_directory();
	row->make(row->file);
	assert_int_equal(open_journal(&journal), row->want);
	assert_int_equal(journal != NULL, row->want == DELIST_OK);
	delist_journal_close(journal);
	remove_directory();
}

static void
a_directory_that_is_not_there(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	strcpy(directory, "/nonexistent");
	errno = 77;
	assert_int_equal(open_journal(&journal), DELIST_EIO);
	assert_int_equal(errno, 77);
}

static void
it_is_made_small_by_itself(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(put_number(journal, 1, 100), DELIST_OK);
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(put_same(journal, i), DELIST_OK);
	assert_int_equal(stats_of(journal).compactions, 1);
	assert_true(stats_of(journal).file_bytes < 1 << 20);
	assert_int_equal(delist_journal_compact(journal), DELIST_OK);
	assert_true(stats_of(journal).file_bytes < 10000);
	delist_journal_close(journal);
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_true(has_number(journal, 1));
	assert_int_equal(stats_of(journal).rows, 2);
	assert_int_equal(stats_of(journal).revision, 301);
	delist_journal_close(journal);
	remove_directory();
}

/* More than one window of the file, and more than one chunk written. */
static void
many_rows_come_back(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(delist_journal_hold(journal), DELIST_OK);
	for (uint64_t i = 0; i < 3000; i++)
		assert_int_equal(
		    put_number(journal, i * 7919 % 3000, 1000), DELIST_OK);
	assert_int_equal(delist_journal_sync(journal), DELIST_OK);
	for (int pass = 0; pass < 2; pass++) {
		delist_journal_close(journal);
		assert_int_equal(open_journal(&journal), DELIST_OK);
		assert_int_equal(stats_of(journal).rows, 3000);
		for (uint64_t i = 0; i < 3000; i++)
			assert_true(has_number(journal, i));
		assert_int_equal(delist_journal_compact(journal), DELIST_OK);
	}
	delist_journal_close(journal);
	remove_directory();
}

/* No file may grow past so many bytes, until it is called with 0. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, bytes != 0 ? SIG_IGN : SIG_DFL);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes != 0 ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
what_finds_no_room_is_not_done(void **state)
{
	struct delist_journal *journal = NULL;
	uint64_t before;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(put_number(journal, 1, 100), DELIST_OK);
	before = stats_of(journal).file_bytes;
	limit_files(before + 1000);
	assert_int_equal(put_number(journal, 2, 2000), DELIST_EIO);
	assert_int_equal(stats_of(journal).system_error, EFBIG);
	assert_false(stats_of(journal).read_only);
	assert_false(has_number(journal, 2));
	assert_int_equal(stats_of(journal).file_bytes, before + 24);
	assert_int_equal(put_number(journal, 3, 100), DELIST_OK);
	limit_files(0);
	assert_int_equal(put_number(journal, 4, 2000), DELIST_OK);
	delist_journal_close(journal);
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_true(has_number(journal, 1));
	assert_false(has_number(journal, 2));
	assert_true(has_number(journal, 3));
	assert_true(has_number(journal, 4));
	assert_int_equal(stats_of(journal).torn_bytes, 0);
	delist_journal_close(journal);
	remove_directory();
}

static void
a_rewrite_without_room_leaves_the_old_file(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(put_number(journal, i, 3000), DELIST_OK);
	/* the first chunk, some later one, the last */
	for (rlim_t at = 1000; at < 300000; at += 30000) {
		limit_files(at);
		assert_int_equal(delist_journal_compact(journal), DELIST_EIO);
		limit_files(0);
		assert_int_not_equal(access(path("x.journal.new"), F_OK), 0);
	}
	assert_int_equal(put_number(journal, 100, 3000), DELIST_OK);
	delist_journal_close(journal);
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(stats_of(journal).rows, 101);
	delist_journal_close(journal);
	remove_directory();
}

static void
a_commit_does_not_fail_for_a_rewrite(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	make_folder("x.journal.new");
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(put_same(journal, i), DELIST_OK);
	assert_true(stats_of(journal).file_bytes > 1 << 20);
	assert_int_equal(stats_of(journal).compactions, 0);
	assert_false(stats_of(journal).read_only);
	delist_journal_close(journal);
	remove_directory();
}

/* ---- processes ---- */

static int
in_a_child(
    int (*does)(struct delist_journal *journal), struct delist_journal *journal)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(does(journal));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
reads_and_tries_to_write(struct delist_journal *journal)
{
	struct delist_journal *other = NULL;
	int wrong = !has_number(journal, 1);

	wrong |= (put_number(journal, 2, 3) != DELIST_EREADONLY) << 1;
	wrong |= (delist_journal_hold(journal) != DELIST_EREADONLY) << 2;
	wrong |= (delist_journal_sync(journal) != DELIST_EREADONLY) << 3;
	wrong |= (delist_journal_compact(journal) != DELIST_EREADONLY) << 4;
	wrong |= !stats_of(journal).read_only << 5;
	delist_journal_close(journal);
	wrong |= (open_journal(&other) != DELIST_EBUSY) << 6;
	return wrong;
}

static void
a_child_may_read(void **state)
{
	struct delist_journal *journal = NULL;
	uint64_t before;

	(void)state;
	make_directory();
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_int_equal(put_number(journal, 1, 3), DELIST_OK);
	before = stats_of(journal).file_bytes;
	assert_int_equal(in_a_child(reads_and_tries_to_write, journal), 0);
	assert_int_equal(stats_of(journal).file_bytes, before);
	assert_int_equal(put_number(journal, 2, 3), DELIST_OK);
	assert_int_equal(in_a_child(reads_and_tries_to_write, journal), 0);
	delist_journal_close(journal);
	assert_int_equal(open_journal(&journal), DELIST_OK);
	assert_true(has_number(journal, 2));
	delist_journal_close(journal);
	remove_directory();
}

/* Commit one row after the other, and tell each that is acknowledged. */
static void
commit_until_killed(int tell, uint64_t first)
{
	struct delist_journal *journal = NULL;

	if (open_journal(&journal) != DELIST_OK)
		_exit(1);
	for (uint64_t i = first;; i++) {
		if (i % 32 == 0 && delist_journal_compact(journal) != DELIST_OK)
			_exit(2);
		if (put_number(journal, i, i % 500) != DELIST_OK ||
		    write(tell, &i, sizeof i) != sizeof i)
			_exit(3);
	}
}

/* The number of the last row that was acknowledged before the kill. */
static uint64_t
kill_a_writer(uint64_t first, long wait_ns)
{
	struct timespec pause = {0, wait_ns};
	uint64_t number, last = first - 1;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		commit_until_killed(ends[1], first);
	close(ends[1]);
	/* let it come to its first commit, whatever the machine is at */
	if (read(ends[0], &number, sizeof number) == sizeof number)
		last = number;
	nanosleep(&pause, NULL);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(ends[0], &number, sizeof number) == sizeof number)
		last = number;
	close(ends[0]);
	return last;
}

static void
a_killed_writer_loses_nothing(void **state)
{
	struct support_random random = {20261125};
	uint64_t first = 1;

	(void)state;
	make_directory();
	for (int round = 0; round < 40; round++) {
		struct delist_journal *journal = NULL;
		uint64_t last = kill_a_writer(
		    first, (long)support_below(&random, 20000000));

		assert_true(last >= first);
		assert_int_equal(open_journal(&journal), DELIST_OK);
		for (uint64_t i = 1; i <= last; i++)
			assert_true(has_number(journal, i));
		/* one may have been on its way */
		assert_in_range(stats_of(journal).rows, last, last + 1);
		first = stats_of(journal).rows + 1;
		delist_journal_close(journal);
	}
	remove_directory();
}

/* ---- format 1 ---- */

static int
counted_bytes(void *arg, uint8_t *out, size_t len)
{
	uint8_t *next = arg;

	while (len-- > 0)
		*out++ = (*next)++;
	return DELIST_OK;
}

/* One of everything; the same bytes each time. */
static void
write_format_1(void)
{
	static const uint8_t ids[3][16] = {
	    "the first commit", "the second one ", "the last of them"};
	const struct delist_store_change first[] = {
	    {.kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("one")},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("b\0"), .value = {NULL, 0}},
	};
	const struct delist_store_change second[] = {
	    {.kind = DELIST_STORE_CHECK, .key = TEXT("a"), .version = 1},
	    {.kind = DELIST_STORE_DELETE, .key = TEXT("a")},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("c"), .value = TEXT("two")},
	};
	uint8_t next = 1;
	struct delist_journal_options options = {.size = sizeof options,
	    .now_s = 1700000000,
	    .entropy = counted_bytes,
	    .entropy_arg = &next};
	struct delist_journal *journal = NULL;
	struct delist_store store;

	assert_int_equal(
	    delist_journal_open(&journal, directory, "x", &options), DELIST_OK);
	store = delist_journal_store(journal);
	assert_int_equal(
	    store.ops->commit(store.arg, first, 2, ids[0]), DELIST_OK);
	assert_int_equal(delist_journal_compact(journal), DELIST_OK);
	assert_int_equal(
	    store.ops->commit(store.arg, second, 3, ids[1]), DELIST_OK);
	assert_int_equal(
	    store.ops->commit(store.arg, NULL, 0, ids[2]), DELIST_OK);
	delist_journal_close(journal);
}

static size_t
read_file(uint8_t *bytes, size_t cap, const char *name)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, bytes, cap);

	assert_true(fd >= 0 && n >= 0);
	close(fd);
	return (size_t)n;
}

static void
format_1_is_what_it_was(void **state)
{
	static uint8_t want[4096], got[4096];
	struct delist_journal_options options = {
	    .size = sizeof options, .read_only = true};
	struct delist_journal *journal = NULL;
	struct delist_store_row row;
	struct delist_store store;
	bool found;

	(void)state;
	make_directory();
	write_format_1();
	assert_int_equal(read_file(got, sizeof got, path("x.journal")),
	    read_file(want, sizeof want, TESTS_DIR "/golden/format-1.journal"));
	assert_memory_equal(got, want, sizeof want);
	remove_directory();

	assert_int_equal(delist_journal_open(&journal, TESTS_DIR "/golden",
			     "format-1", &options),
	    DELIST_OK);
	store = delist_journal_store(journal);
	store.ops->get(store.arg, &found, &row, TEXT("a"));
	assert_false(found);
	store.ops->get(store.arg, &found, &row, TEXT("b\0"));
	assert_true(found);
	assert_int_equal(row.version, 1);
	assert_int_equal(row.value.len, 0);
	store.ops->get(store.arg, &found, &row, TEXT("c"));
	assert_true(found);
	assert_int_equal(row.version, 2);
	assert_memory_equal(row.value.at, "two", 3);
	assert_int_equal(stats_of(journal).revision, 3);
	assert_int_equal(stats_of(journal).created_s, 1700000000);
	delist_journal_close(journal);
}

int
main(void)
{
	TEST(files_are_for_their_owner);
	ROWS(what_is_no_file_is_refused, file_rows);
	TEST(a_directory_that_is_not_there);
	TEST(it_is_made_small_by_itself);
	TEST(many_rows_come_back);
	TEST(what_finds_no_room_is_not_done);
	TEST(a_rewrite_without_room_leaves_the_old_file);
	TEST(a_commit_does_not_fail_for_a_rewrite);
	TEST(a_child_may_read);
	TEST(a_killed_writer_loses_nothing);
	TEST(format_1_is_what_it_was);
	return support_run("journal_system");
}
