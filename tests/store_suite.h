/* SPDX-License-Identifier: ISC */
#ifndef TESTS_STORE_SUITE_H
#define TESTS_STORE_SUITE_H

/*
 * Does a store keep what <delist/store.h> promises?
 *
 * Fill in a struct store_host for a store of your own, link this file, and
 * run the rules.  It needs nothing but the public headers; store_check.c is
 * a program that does it for the stores that ship.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/store.h>

/* How the suite gets at a store.  What returns bool is true on success. */
struct store_host {
	/* Open a store that is new and empty. */
	bool (*start)(void *arg, struct delist_store *store);

	/*
	 * The process ends, not in good order, and another one opens the same
	 * store.  NULL if the store forgets.
	 */
	bool (*restart)(void *arg, struct delist_store *store);

	/* Close it; what it held is of no more use. */
	void (*stop)(void *arg);
	void *arg;
};

struct store_rule {
	const char *name;
	bool restarts; /* for stores that do not forget */
	bool (*holds)(
	    struct delist_store *store, const struct store_host *host);
};

extern const struct store_rule store_rules[];
extern const size_t store_rules_count;

/* Print a line for each rule; how many were broken. */
int store_suite_run(const char *name, const struct store_host *host);

#endif
