/* SPDX-License-Identifier: ISC */
/*
 * bench_journal - how fast a journal opens and commits
 *
 * usage: bench_journal [DIRECTORY [ROWS]]
 *
 * Each figure that depends on the disk stands beside a loop of bare write
 * and fdatasync in the same run, of the same sizes, on the same disk; the
 * two take turns, so that what else the disk does hits both.
 *
 *	open-*		records read a second
 *	commit-1	commits a second, one by one, to bare calls
 *	commit-64	commits a second in groups of 64, to bare calls one by
 *			one
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <delist/entropy.h>
#include <delist/journal.h>

enum {
	KEY = 18,
	VALUE = 96,
	RECORDS = 192, /* bytes that a commit of one such row is in the file */
	TURNS = 20
};

static const char *directory;
static uint64_t commits;

static void
die(const char *what)
{
	fprintf(stderr, "bench_journal: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct delist_journal *
open_journal(const char *name)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .entropy = delist_entropy};
	struct delist_journal *journal;

	if (delist_journal_open(&journal, directory, name, &options) !=
	    DELIST_OK)
		die("cannot open a journal");
	return journal;
}

static void
remove_journal(const char *name)
{
	static const char *const suffixes[] = {"lock", "journal"};
	char path[4096];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s.%s", directory, name,
		    suffixes[i]);
		unlink(path);
	}
}

static void
put(struct delist_journal *journal, uint64_t number)
{
	struct delist_store store = delist_journal_store(journal);
	char key[KEY + 1];
	static char value[VALUE];
	uint8_t id[16] = {0};
	struct delist_store_change change = {.kind = DELIST_STORE_PUT,
	    .key = {key, KEY},
	    .value = {value, VALUE}};

	snprintf(key, sizeof key, "L/%016" PRIx64, number);
	commits++;
	memcpy(id, &commits, sizeof commits);
	if (store.ops->commit(store.arg, &change, 1, id) != DELIST_OK)
		die("cannot commit");
}

/* ---- open ---- */

static void
time_open(const char *what, const char *name)
{
	struct delist_journal_stats stats = {.size = sizeof stats};
	double begun = seconds(), taken;
	struct delist_journal *journal = open_journal(name);

	taken = seconds() - begun;
	delist_journal_stats(&stats, journal);
	printf("%-14s %9.0f records/s  (%" PRIu64 " records, %" PRIu64
	       " rows, %.2f s)\n",
	    what, (double)stats.records / taken, stats.records, stats.rows,
	    taken);
	delist_journal_close(journal);
}

/* A journal of commits, its keys in no order, and the same made small. */
static void
bench_open(uint64_t rows)
{
	struct delist_journal *journal = open_journal("bench");
	uint64_t number = 0;

	for (uint64_t i = 0; i < rows; i++) {
		if (i % 1024 == 0)
			delist_journal_hold(journal);
		number += 0x9e3779b97f4a7c15;
		put(journal, number);
		if (i % 1024 == 1023 &&
		    delist_journal_sync(journal) != DELIST_OK)
			die("cannot sync");
	}
	if (delist_journal_sync(journal) != DELIST_OK)
		die("cannot sync");
	delist_journal_close(journal);
	time_open("open-commits", "bench");
	journal = open_journal("bench");
	if (delist_journal_compact(journal) != DELIST_OK)
		die("cannot compact");
	delist_journal_close(journal);
	time_open("open-compacted", "bench");
	remove_journal("bench");
}

/* ---- commits ---- */

static double
bare(int fd, uint64_t *at, int n)
{
	static const char bytes[RECORDS];
	double begun = seconds();

	while (n-- > 0) {
		if (pwrite(fd, bytes, sizeof bytes, (off_t)*at) !=
			sizeof bytes ||
		    fdatasync(fd) != 0)
			die("cannot write");
		*at += sizeof bytes;
	}
	return seconds() - begun;
}

static double
alone(struct delist_journal *journal, int n)
{
	double begun = seconds();

	while (n-- > 0)
		put(journal, (uint64_t)n);
	return seconds() - begun;
}

static double
grouped(struct delist_journal *journal, int n)
{
	double begun = seconds();

	while (n > 0) {
		delist_journal_hold(journal);
		for (int i = 0; i < 64; i++)
			put(journal, (uint64_t)n--);
		if (delist_journal_sync(journal) != DELIST_OK)
			die("cannot sync");
	}
	return seconds() - begun;
}

static void
bench_commits(void)
{
	struct delist_journal *journal = open_journal("commits");
	double bare_s = 0, alone_s = 0, grouped_s = 0;
	const int n = 100, groups = 64 * 100;
	uint64_t at = 0;
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/bare.lock", directory);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		die("cannot make a file");
	for (int turn = 0; turn < TURNS; turn++) {
		bare_s += bare(fd, &at, n);
		alone_s += alone(journal, n);
		grouped_s += grouped(journal, groups);
	}
	close(fd);
	delist_journal_close(journal);
	remove_journal("commits");
	remove_journal("bare");
	printf("bare           %9.0f calls/s    (%.0f us each)\n",
	    TURNS * n / bare_s, bare_s / TURNS / n * 1e6);
	printf("commit-1       %9.0f commits/s  (%.2f of bare)\n",
	    TURNS * n / alone_s, bare_s / alone_s);
	printf("commit-64      %9.0f commits/s  (%.1f x bare)\n",
	    TURNS * groups / grouped_s,
	    (TURNS * groups / grouped_s) / (TURNS * n / bare_s));
}

int
main(int argc, char **argv)
{
	char made[] = "/tmp/bench-journal-XXXXXX";

	directory = argc > 1 ? argv[1] : mkdtemp(made);
	if (directory == NULL)
		die("cannot make a directory");
	bench_open(argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000);
	bench_commits();
	if (argc < 2)
		rmdir(directory);
	return 0;
}
