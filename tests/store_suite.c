/* SPDX-License-Identifier: ISC */
#include "store_suite.h"

#include <stdio.h>
#include <string.h>

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct delist_text nothing = {NULL, 0};

/* ---- words ---- */

/* An id that no other commit has. */
static void
new_id(uint8_t id[16])
{
	static uint64_t last;

	memset(id, 0, 16);
	last++;
	memcpy(id, &last, sizeof last);
}

static int
commit(const struct delist_store *store,
    const struct delist_store_change *changes, size_t n)
{
	uint8_t id[16];

	new_id(id);
	return store->ops->commit(store->arg, changes, n, id);
}

static struct delist_store_change
a_put(struct delist_text key, struct delist_text value)
{
	return (struct delist_store_change){
	    .kind = DELIST_STORE_PUT, .key = key, .value = value};
}

static struct delist_store_change
a_delete(struct delist_text key)
{
	return (struct delist_store_change){
	    .kind = DELIST_STORE_DELETE, .key = key};
}

static struct delist_store_change
a_check(struct delist_text key, uint64_t version)
{
	return (struct delist_store_change){
	    .kind = DELIST_STORE_CHECK, .key = key, .version = version};
}

static bool
put(const struct delist_store *store, struct delist_text key,
    struct delist_text value)
{
	struct delist_store_change change = a_put(key, value);

	return commit(store, &change, 1) == DELIST_OK;
}

static bool
same(struct delist_text a, struct delist_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static bool
holds(const struct delist_store *store, struct delist_text key,
    struct delist_text value)
{
	struct delist_store_row row;
	bool found = false;

	return store->ops->get(store->arg, &found, &row, key) == DELIST_OK &&
	       found && same(row.key, key) && same(row.value, value) &&
	       row.version != 0;
}

static bool
lacks(const struct delist_store *store, struct delist_text key)
{
	struct delist_store_row row;
	bool found = true;

	return store->ops->get(store->arg, &found, &row, key) == DELIST_OK &&
	       !found;
}

/* 0: there is none */
static uint64_t
version(const struct delist_store *store, struct delist_text key)
{
	struct delist_store_row row;
	bool found = false;

	if (store->ops->get(store->arg, &found, &row, key) != DELIST_OK)
		return 0;
	return found ? row.version : 0;
}

/* The first row by next() has this key; none, for a key of no bytes. */
static bool
next_is(const struct delist_store *store, struct delist_text prefix,
    struct delist_text after, struct delist_text key)
{
	struct delist_store_row row;
	bool found;

	if (store->ops->next(store->arg, &found, &row, prefix, after) !=
	    DELIST_OK)
		return false;
	return found ? same(row.key, key) : key.len == 0;
}

/* ---- rules: rows ---- */

static bool
is_empty_at_first(struct delist_store *store, const struct store_host *host)
{
	(void)host;
	return lacks(store, TEXT("a")) &&
	       next_is(store, nothing, nothing, nothing);
}

static bool
gives_back_what_was_put(
    struct delist_store *store, const struct store_host *host)
{
	(void)host;
	return put(store, TEXT("a"), TEXT("one")) &&
	       put(store, TEXT("\0\xff\r\n"), TEXT("\0\0\x80")) &&
	       holds(store, TEXT("a"), TEXT("one")) &&
	       holds(store, TEXT("\0\xff\r\n"), TEXT("\0\0\x80")) &&
	       lacks(store, TEXT("\0\xff\r")) && lacks(store, TEXT("aa"));
}

static bool
keeps_a_row_without_value(
    struct delist_store *store, const struct store_host *host)
{
	(void)host;
	return put(store, TEXT("a"), nothing) &&
	       holds(store, TEXT("a"), nothing) &&
	       next_is(store, nothing, nothing, TEXT("a"));
}

static bool
keeps_the_longest_row(struct delist_store *store, const struct store_host *host)
{
	static char key[DELIST_STORE_KEY_MAX], value[DELIST_STORE_VALUE_MAX];

	(void)host;
	memset(key, 'k', sizeof key);
	memset(value, 'v', sizeof value);
	return put(store, (struct delist_text){key, sizeof key},
		   (struct delist_text){value, sizeof value}) &&
	       holds(store, (struct delist_text){key, sizeof key},
		   (struct delist_text){value, sizeof value});
}

static bool
takes_the_later_of_two_puts(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change both[] = {
	    a_put(TEXT("b"), TEXT("1")), a_put(TEXT("b"), TEXT("2"))};

	(void)host;
	return put(store, TEXT("a"), TEXT("a long value")) &&
	       put(store, TEXT("a"), TEXT("2")) &&
	       holds(store, TEXT("a"), TEXT("2")) &&
	       commit(store, both, 2) == DELIST_OK &&
	       holds(store, TEXT("b"), TEXT("2"));
}

static bool
takes_a_row_away(struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change gone = a_delete(TEXT("a"));

	(void)host;
	return put(store, TEXT("a"), TEXT("1")) &&
	       commit(store, &gone, 1) == DELIST_OK &&
	       lacks(store, TEXT("a")) &&
	       next_is(store, nothing, nothing, nothing) &&
	       commit(store, &gone, 1) == DELIST_OK;
}

static bool
writes_in_the_order_given(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change changes[] = {
	    a_put(TEXT("a"), TEXT("1")),
	    a_delete(TEXT("a")),
	    a_delete(TEXT("b")),
	    a_put(TEXT("b"), TEXT("1")),
	};

	(void)host;
	return commit(store, changes, COUNT(changes)) == DELIST_OK &&
	       lacks(store, TEXT("a")) && holds(store, TEXT("b"), TEXT("1"));
}

/* ---- rules: versions and checks ---- */

static bool
gives_each_commit_a_greater_version(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change both[] = {
	    a_put(TEXT("a"), TEXT("1")), a_put(TEXT("b"), TEXT("1"))};
	uint64_t first, second;

	(void)host;
	if (commit(store, both, 2) != DELIST_OK)
		return false;
	first = version(store, TEXT("a"));
	if (first == 0 || version(store, TEXT("b")) != first ||
	    !put(store, TEXT("a"), TEXT("1")))
		return false;
	second = version(store, TEXT("a"));
	return second > first && version(store, TEXT("b")) == first;
}

static bool
does_not_reuse_the_version_of_a_row_that_was_gone(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change gone = a_delete(TEXT("a"));
	uint64_t first;

	(void)host;
	if (!put(store, TEXT("a"), TEXT("1")))
		return false;
	first = version(store, TEXT("a"));
	return commit(store, &gone, 1) == DELIST_OK &&
	       put(store, TEXT("a"), TEXT("1")) &&
	       version(store, TEXT("a")) > first;
}

static bool
refuses_a_check_that_does_not_hold(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change changes[] = {
	    a_put(TEXT("b"), TEXT("1")), a_check(TEXT("a"), 0)};

	(void)host;
	if (!put(store, TEXT("a"), TEXT("1")))
		return false;
	if (commit(store, changes, 2) != DELIST_ECONFLICT ||
	    !lacks(store, TEXT("b")))
		return false;
	changes[1].version = version(store, TEXT("a")) + 1;
	if (commit(store, changes, 2) != DELIST_ECONFLICT)
		return false;
	changes[1] = a_check(TEXT("c"), 1);
	return commit(store, changes, 2) == DELIST_ECONFLICT &&
	       lacks(store, TEXT("b"));
}

static bool
looks_at_checks_before_it_writes(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change changes[] = {
	    a_put(TEXT("a"), TEXT("1")), a_check(TEXT("a"), 0)};

	(void)host;
	if (commit(store, changes, 2) != DELIST_OK)
		return false;
	changes[0] = a_delete(TEXT("a"));
	changes[1].version = version(store, TEXT("a"));
	return commit(store, changes, 2) == DELIST_OK &&
	       lacks(store, TEXT("a"));
}

/* ---- rules: ids ---- */

static bool
does_a_commit_once(struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change changes[] = {
	    a_check(TEXT("a"), 0), a_put(TEXT("a"), TEXT("1"))};
	uint8_t id[16];
	uint64_t first;

	(void)host;
	new_id(id);
	if (store->ops->commit(store->arg, changes, 2, id) != DELIST_OK)
		return false;
	first = version(store, TEXT("a"));
	return store->ops->commit(store->arg, changes, 2, id) == DELIST_OK &&
	       version(store, TEXT("a")) == first;
}

static bool
forgets_the_id_of_a_commit_that_failed(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change changes[] = {
	    a_check(TEXT("a"), 1), a_put(TEXT("a"), TEXT("1"))};
	uint8_t id[16];

	(void)host;
	new_id(id);
	if (store->ops->commit(store->arg, changes, 2, id) != DELIST_ECONFLICT)
		return false;
	changes[0].version = 0;
	return store->ops->commit(store->arg, changes, 2, id) == DELIST_OK &&
	       holds(store, TEXT("a"), TEXT("1"));
}

/* ---- rules: limits ---- */

static bool
keeps_the_limits(struct delist_store *store, const struct store_host *host)
{
	static const char bytes[DELIST_STORE_VALUE_MAX + 1];
	const struct delist_text key = {bytes, 1};
	const struct delist_store_change over[] = {
	    a_put(nothing, key),
	    a_put((struct delist_text){bytes, DELIST_STORE_KEY_MAX + 1}, key),
	    a_put(key, (struct delist_text){bytes, DELIST_STORE_VALUE_MAX + 1}),
	    {.kind = 0, .key = key},
	    {.kind = DELIST_STORE_DELETE + 1, .key = key},
	};

	(void)host;
	for (size_t i = 0; i < COUNT(over); i++) {
		struct delist_store_change two[] = {
		    a_put(TEXT("b"), key), over[i]};

		if (commit(store, two, 2) != DELIST_EINVAL ||
		    !next_is(store, nothing, nothing, nothing))
			return false;
	}
	return true;
}

static bool
takes_sixteen_changes_and_not_one_more(
    struct delist_store *store, const struct store_host *host)
{
	static const char letters[] = "abcdefghijklmnopq";
	struct delist_store_change changes[DELIST_STORE_CHANGES_MAX + 1];

	(void)host;
	for (size_t i = 0; i < COUNT(changes); i++)
		changes[i] =
		    a_put((struct delist_text){letters + i, 1}, TEXT("value"));
	if (commit(store, changes, COUNT(changes)) != DELIST_EINVAL ||
	    !lacks(store, TEXT("a")) ||
	    commit(store, changes, DELIST_STORE_CHANGES_MAX) != DELIST_OK)
		return false;
	return holds(store, TEXT("a"), TEXT("value")) &&
	       holds(store, TEXT("p"), TEXT("value")) &&
	       lacks(store, TEXT("q"));
}

/* ---- rules: order ---- */

static bool
goes_in_order(struct delist_store *store, const struct store_host *host)
{
	static const struct delist_text keys[] = {
	    {"\0", 1}, {"a", 1}, {"a\0", 2}, {"aa", 2}, {"b", 1}, {"\xff", 1}};
	static const size_t order[] = {3, 0, 5, 2, 4, 1};
	struct delist_text after = nothing;

	(void)host;
	for (size_t i = 0; i < COUNT(order); i++)
		if (!put(store, keys[order[i]], keys[order[i]]))
			return false;
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!next_is(store, nothing, after, keys[i]))
			return false;
		after = keys[i];
	}
	return next_is(store, nothing, after, nothing);
}

static bool
keeps_to_a_prefix(struct delist_store *store, const struct store_host *host)
{
	(void)host;
	return put(store, TEXT("a"), nothing) &&
	       put(store, TEXT("b"), nothing) &&
	       put(store, TEXT("b1"), nothing) &&
	       put(store, TEXT("b3"), nothing) &&
	       put(store, TEXT("c"), nothing) &&
	       next_is(store, TEXT("b"), nothing, TEXT("b")) &&
	       next_is(store, TEXT("b"), TEXT("b"), TEXT("b1")) &&
	       next_is(store, TEXT("b"), TEXT("b2"), TEXT("b3")) &&
	       next_is(store, TEXT("b"), TEXT("b3"), nothing) &&
	       next_is(store, TEXT("b"), TEXT("a"), TEXT("b")) &&
	       next_is(store, TEXT("b2"), nothing, nothing) &&
	       next_is(store, TEXT("c"), TEXT("c"), nothing);
}

/* ---- rules: against a slow twin ---- */

enum {
	LETTERS = 26,
	STEPS = 3000
};

static bool
is_the_twin(const struct delist_store *store, const int twin[LETTERS])
{
	struct delist_text after = nothing;
	char last;

	for (int i = 0; i < LETTERS; i++) {
		char key = (char)('a' + i);

		if (twin[i] < 0)
			continue;
		if (!next_is(
			store, nothing, after, (struct delist_text){&key, 1}) ||
		    !holds(store, (struct delist_text){&key, 1},
			(struct delist_text){
			    (const char *)&twin[i], sizeof twin[i]}))
			return false;
		last = key;
		after = (struct delist_text){&last, 1};
	}
	return next_is(store, nothing, after, nothing);
}

static bool
writes_like_the_twin(
    const struct delist_store *store, int twin[LETTERS], int steps)
{
	uint64_t random = 0x9e3779b97f4a7c15;

	for (int step = 0; step < steps; step++) {
		struct delist_store_change change;
		int at;
		char key;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		at = (int)(random % LETTERS);
		key = (char)('a' + at);
		change = a_put((struct delist_text){&key, 1},
		    (struct delist_text){(const char *)&step, sizeof step});
		if (random >> 32 & 1)
			change = a_delete(change.key);
		twin[at] = change.kind == DELIST_STORE_PUT ? step : -1;
		if (commit(store, &change, 1) != DELIST_OK ||
		    (step % 50 == 0 && !is_the_twin(store, twin)))
			return false;
	}
	return is_the_twin(store, twin);
}

static bool
agrees_with_a_slow_twin(
    struct delist_store *store, const struct store_host *host)
{
	int twin[LETTERS];

	memset(twin, -1, sizeof twin);
	(void)host;
	return writes_like_the_twin(store, twin, STEPS);
}

/* ---- rules: restarts ---- */

static bool
has_everything_after_a_restart(
    struct delist_store *store, const struct store_host *host)
{
	int twin[LETTERS];
	uint64_t before;

	memset(twin, -1, sizeof twin);
	if (!writes_like_the_twin(store, twin, 100) ||
	    !put(store, TEXT("zz"), TEXT("1")))
		return false;
	before = version(store, TEXT("zz"));
	if (!host->restart(host->arg, store) ||
	    version(store, TEXT("zz")) != before)
		return false;
	return put(store, TEXT("zz"), TEXT("2")) &&
	       version(store, TEXT("zz")) > before;
}

static bool
does_not_go_back_in_version_after_a_restart(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change gone = a_delete(TEXT("a"));
	uint64_t before;

	if (!put(store, TEXT("a"), TEXT("1")))
		return false;
	before = version(store, TEXT("a"));
	return commit(store, &gone, 1) == DELIST_OK &&
	       host->restart(host->arg, store) && lacks(store, TEXT("a")) &&
	       put(store, TEXT("a"), TEXT("1")) &&
	       version(store, TEXT("a")) > before;
}

static bool
does_a_commit_once_over_restarts(
    struct delist_store *store, const struct store_host *host)
{
	struct delist_store_change change = a_put(TEXT("a"), TEXT("1"));
	uint8_t id[16];
	uint64_t first;

	new_id(id);
	if (!put(store, TEXT("b"), TEXT("1")) ||
	    store->ops->commit(store->arg, &change, 1, id) != DELIST_OK)
		return false;
	first = version(store, TEXT("a"));
	for (int i = 0; i < 3; i++)
		if (!host->restart(host->arg, store) ||
		    store->ops->commit(store->arg, &change, 1, id) !=
			DELIST_OK ||
		    version(store, TEXT("a")) != first)
			return false;
	return true;
}

#define RULE(name)                 \
	{                          \
#name, false, name \
	}
#define RESTARTS(name)            \
	{                         \
#name, true, name \
	}

const struct store_rule store_rules[] = {
    RULE(is_empty_at_first),
    RULE(gives_back_what_was_put),
    RULE(keeps_a_row_without_value),
    RULE(keeps_the_longest_row),
    RULE(takes_the_later_of_two_puts),
    RULE(takes_a_row_away),
    RULE(writes_in_the_order_given),
    RULE(gives_each_commit_a_greater_version),
    RULE(does_not_reuse_the_version_of_a_row_that_was_gone),
    RULE(refuses_a_check_that_does_not_hold),
    RULE(looks_at_checks_before_it_writes),
    RULE(does_a_commit_once),
    RULE(forgets_the_id_of_a_commit_that_failed),
    RULE(keeps_the_limits),
    RULE(takes_sixteen_changes_and_not_one_more),
    RULE(goes_in_order),
    RULE(keeps_to_a_prefix),
    RULE(agrees_with_a_slow_twin),
    RESTARTS(has_everything_after_a_restart),
    RESTARTS(does_not_go_back_in_version_after_a_restart),
    RESTARTS(does_a_commit_once_over_restarts),
};

const size_t store_rules_count = COUNT(store_rules);

int
store_suite_run(const char *name, const struct store_host *host)
{
	int broken = 0;

	for (size_t i = 0; i < store_rules_count; i++) {
		const struct store_rule *rule = &store_rules[i];
		struct delist_store store;
		const char *result = "fail";

		if (rule->restarts && host->restart == NULL) {
			result = "skip";
		} else if (host->start(host->arg, &store)) {
			if (rule->holds(&store, host))
				result = "pass";
			host->stop(host->arg);
		}
		broken += *result == 'f';
		printf("%s %s: %s\n", result, name, rule->name);
	}
	return broken;
}
