/* SPDX-License-Identifier: ISC */
/*
 * store-check - does a store keep its promises?
 *
 * usage: store-check [memstore | journal] ...
 *
 * One line for each rule: pass, fail or skip.  The exit status is 1 if one
 * was broken.  A host adds its store to the table at the end.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <delist/entropy.h>
#include <delist/journal.h>
#include <delist/memstore.h>

#include "store_suite.h"

/* ---- memstore ---- */

static struct delist_memstore *memstore;

static bool
start_memstore(void *arg, struct delist_store *store)
{
	(void)arg;
	if (delist_memstore_new(&memstore, NULL) != DELIST_OK)
		return false;
	*store = delist_memstore_store(memstore);
	return true;
}

static void
stop_memstore(void *arg)
{
	(void)arg;
	delist_memstore_free(memstore);
}

/* ---- journal ---- */

static char directory[] = "/tmp/store-check-XXXXXX";
static struct delist_journal *journal;
static unsigned journals;

static bool
open_journal(struct delist_store *store)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .entropy = delist_entropy};
	char name[16];

	snprintf(name, sizeof name, "state%u", journals);
	if (delist_journal_open(&journal, directory, name, &options) !=
	    DELIST_OK)
		return false;
	*store = delist_journal_store(journal);
	return true;
}

static bool
start_journal(void *arg, struct delist_store *store)
{
	(void)arg;
	journals++;
	return open_journal(store);
}

/*
 * Not in good order: while commits are held, a close writes nothing more,
 * and the journal is found as after a kill.
 */
static bool
restart_journal(void *arg, struct delist_store *store)
{
	static const uint8_t id[16] = "is never written";
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = {"lost", 4}};

	(void)arg;
	if (delist_journal_hold(journal) != DELIST_OK ||
	    store->ops->commit(store->arg, &change, 1, id) != DELIST_OK)
		return false;
	delist_journal_close(journal);
	return open_journal(store);
}

static void
stop_journal(void *arg)
{
	(void)arg;
	delist_journal_close(journal);
	journal = NULL;
}

static int
remove_directory(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command);
}

/* ---- the table ---- */

static const struct {
	const char *name;
	struct store_host host;
} stores[] = {
    {"memstore", {start_memstore, NULL, stop_memstore, NULL}},
    {"journal", {start_journal, restart_journal, stop_journal, NULL}},
};

static bool
is_asked_for(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc == 1;
}

int
main(int argc, char **argv)
{
	int broken = 0;

	if (mkdtemp(directory) == NULL) {
		perror(directory);
		return 1;
	}
	for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
		if (is_asked_for(stores[i].name, argc, argv))
			broken +=
			    store_suite_run(stores[i].name, &stores[i].host);
	if (remove_directory() != 0)
		fprintf(stderr, "%s is left behind\n", directory);
	return broken != 0;
}
