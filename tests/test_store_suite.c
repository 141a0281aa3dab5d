/* SPDX-License-Identifier: ISC */
/*
 * Does the suite find a store that breaks its promises?  Each flaw below is
 * put over a memstore, and one rule at least has to fail.
 */
#include "support.h"

#include <delist/memstore.h>

#include "store_suite.h"

enum flaw {
	NO_FLAW,
	IGNORES_CHECKS,
	CHECKS_AFTERWARDS,
	FORGETS_IDS,
	KEEPS_IDS_OF_FAILED_COMMITS,
	ONE_BY_ONE,
	WRITES_BACKWARDS,
	TAKES_ONLY_FIFTEEN,
	TAKES_ANYTHING,
	DELETES_NOTHING,
	VALUES_END_AT_NUL,
	VERSION_NEVER_CHANGES,
	IGNORES_PREFIX,
	IGNORES_AFTER,
	NEXT_INCLUDES_AFTER
};

static struct delist_memstore *memstore;
static struct delist_store inner;
static int flaw;

/* ---- a store with a flaw ---- */

static void
some_id(uint8_t id[16])
{
	static uint64_t last;

	memset(id, 0xff, 16);
	last++;
	memcpy(id, &last, sizeof last);
}

static int
commit_one_by_one(const struct delist_store_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t id[16];
		int error;

		some_id(id);
		error = inner.ops->commit(inner.arg, &changes[i], 1, id);
		if (error != DELIST_OK)
			return error;
	}
	return DELIST_OK;
}

/* The changes as a store with this flaw sees them; how many. */
static size_t
distort(struct delist_store_change *out,
    const struct delist_store_change *changes, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n && i < 17; i++) {
		const struct delist_store_change *change =
		    &changes[flaw == WRITES_BACKWARDS ? n - 1 - i : i];
		bool drops = (flaw == IGNORES_CHECKS &&
				 change->kind == DELIST_STORE_CHECK) ||
			     (flaw == DELETES_NOTHING &&
				 change->kind == DELIST_STORE_DELETE);

		if (!drops)
			out[kept++] = *change;
	}
	return kept;
}

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct delist_store_change seen[17];
	uint8_t other[16];
	int error;

	(void)arg;
	if (flaw == ONE_BY_ONE || flaw == CHECKS_AFTERWARDS)
		return commit_one_by_one(changes, n);
	if (flaw == TAKES_ONLY_FIFTEEN && n > 15)
		return DELIST_EINVAL;
	some_id(other);
	error = inner.ops->commit(inner.arg, seen, distort(seen, changes, n),
	    flaw == FORGETS_IDS ? other : id);
	if (flaw == KEEPS_IDS_OF_FAILED_COMMITS && error == DELIST_ECONFLICT)
		(void)inner.ops->commit(inner.arg, NULL, 0, id);
	return flaw == TAKES_ANYTHING && error == DELIST_EINVAL ? DELIST_OK
								: error;
}

static void
distort_row(bool found, struct delist_store_row *row)
{
	if (!found)
		return;
	if (flaw == VERSION_NEVER_CHANGES)
		row->version = 1;
	if (flaw == VALUES_END_AT_NUL)
		for (size_t i = 0; i < row->value.len; i++)
			if (row->value.at[i] == '\0')
				row->value.len = i;
}

static int
get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	int error = inner.ops->get(inner.arg, found, row, key);

	(void)arg;
	distort_row(*found, row);
	return error;
}

static int
next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	(void)arg;
	if (flaw == IGNORES_PREFIX)
		prefix.len = 0;
	if (flaw == IGNORES_AFTER)
		after.len = 0;
	if (flaw == NEXT_INCLUDES_AFTER && after.len != 0) {
		inner.ops->get(inner.arg, found, row, after);
		if (*found)
			return DELIST_OK;
	}
	return inner.ops->next(inner.arg, found, row, prefix, after);
}

static bool
start(void *arg, struct delist_store *store)
{
	static const struct delist_store_ops ops = {
	    sizeof ops, get, commit, next, NULL, NULL};

	(void)arg;
	if (delist_memstore_new(&memstore, NULL) != DELIST_OK)
		return false;
	inner = delist_memstore_store(memstore);
	*store = (struct delist_store){&ops, NULL};
	return true;
}

static void
stop(void *arg)
{
	(void)arg;
	delist_memstore_free(memstore);
}

/* It "restarts" by losing everything. */
static bool
restart(void *arg, struct delist_store *store)
{
	stop(arg);
	return start(arg, store);
}

/* ---- rows ---- */

struct flaw_row {
	const char *name;
	int flaw;
	const char *rule; /* that has to fail; NULL: none may */
};

static const struct flaw_row flaw_rows[] = {
    {"no flaw", NO_FLAW, NULL},
    {"ignores checks", IGNORES_CHECKS, "refuses_a_check_that_does_not_hold"},
    {"checks afterwards", CHECKS_AFTERWARDS,
	"looks_at_checks_before_it_writes"},
    {"forgets ids", FORGETS_IDS, "does_a_commit_once"},
    {"keeps ids of failed commits", KEEPS_IDS_OF_FAILED_COMMITS,
	"forgets_the_id_of_a_commit_that_failed"},
    {"one by one", ONE_BY_ONE, "takes_sixteen_changes_and_not_one_more"},
    {"writes backwards", WRITES_BACKWARDS, "writes_in_the_order_given"},
    {"takes only fifteen", TAKES_ONLY_FIFTEEN,
	"takes_sixteen_changes_and_not_one_more"},
    {"takes anything", TAKES_ANYTHING, "keeps_the_limits"},
    {"deletes nothing", DELETES_NOTHING, "takes_a_row_away"},
    {"values end at NUL", VALUES_END_AT_NUL, "gives_back_what_was_put"},
    {"version never changes", VERSION_NEVER_CHANGES,
	"gives_each_commit_a_greater_version"},
    {"ignores the prefix", IGNORES_PREFIX, "keeps_to_a_prefix"},
    {"ignores after", IGNORES_AFTER, "goes_in_order"},
    {"next includes after", NEXT_INCLUDES_AFTER, "goes_in_order"},
};

static bool
holds(const struct store_rule *rule)
{
	const struct store_host host = {start, restart, stop, NULL};
	struct delist_store store;
	bool result;

	assert_true(start(NULL, &store));
	result = rule->holds(&store, &host);
	stop(NULL);
	return result;
}

static void
a_flaw_is_found(void **state)
{
	const struct flaw_row *row = *state;
	bool found = false;

	flaw = row->flaw;
	for (size_t i = 0; i < store_rules_count; i++) {
		const struct store_rule *rule = &store_rules[i];
		bool kept = rule->restarts || holds(rule);

		if (row->rule == NULL)
			assert_true(kept);
		else if (strcmp(rule->name, row->rule) == 0)
			found = !kept;
	}
	assert_int_equal(found, row->rule != NULL);
}

static void
a_store_that_forgets_is_found(void **state)
{
	(void)state;
	flaw = NO_FLAW;
	for (size_t i = 0; i < store_rules_count; i++)
		if (store_rules[i].restarts)
			assert_false(holds(&store_rules[i]));
}

int
main(void)
{
	ROWS(a_flaw_is_found, flaw_rows);
	TEST(a_store_that_forgets_is_found);
	return support_run("store_suite");
}
