/* SPDX-License-Identifier: ISC */
/*
 * limit.c - how many in a sliding window
 *
 *	used[11]           used[2]   used[1]   used[0]
 *	|-- slot --| ... |-- slot --|-- slot --|-- slot --|
 *	                                       ^newest  ^now
 *	             |<---------- window ---------->|
 *	                                   last second of used[1]
 *
 * Slots follow each other without a gap from the first use on.  A slot holds
 * uses up to its last second, so from its first it lives for
 *
 *	window + slot - 1
 *
 * seconds; 11 slots are at least the window, hence what falls off at the end
 * of the array is dead.
 *
 * An exact list of uses would need memory by the max of the rule, and a
 * bucket that leaks allows twice the max in a window that begins at the
 * right moment.
 */
#include <delist/limit.h>

#include <string.h>

/* The rule as slots; unsigned, for all of this may pass 2^63. */
struct slots {
	uint64_t length; /* of one */
	uint64_t life;	 /* of one, from its first second */
	uint64_t past;	 /* seconds from `newest` to now */
};

static struct slots
slots_at(const struct delist_limit *limit, const struct delist_limit_rule *rule,
    int64_t now_s)
{
	uint64_t window = rule->window_s > 1 ? (uint64_t)rule->window_s : 1;
	uint64_t length = (window - 1) / (DELIST_LIMIT_SLOTS - 1) + 1;

	return (struct slots){
	    .length = length,
	    .life = window + length - 1,
	    .past = now_s > limit->newest
			? (uint64_t)now_s - (uint64_t)limit->newest
			: 0,
	};
}

/* How long the slot at `i` lives from `newest` on; 0 if it is dead now. */
static uint64_t
life_left(const struct slots *slots, unsigned i)
{
	uint64_t before = i * slots->length;

	if (before >= slots->life || slots->life - before <= slots->past)
		return 0;
	return slots->life - before;
}

static uint64_t
count(const struct delist_limit *limit, const struct slots *slots)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < DELIST_LIMIT_SLOTS; i++)
		if (life_left(slots, i) != 0)
			n += limit->used[i];
	return n;
}

/* The newest slot is never empty once there is one. */
static bool
never_used(const struct delist_limit *limit)
{
	return limit->used[0] == 0;
}

static int64_t
after(int64_t time_s, uint64_t by)
{
	uint64_t room = (uint64_t)INT64_MAX - (uint64_t)time_s;

	if (by > room)
		return INT64_MAX;
	return time_s + (int64_t)(by / 2) + (int64_t)(by - by / 2);
}

/* Make the slot that now_s falls into the newest. */
static void
advance(struct delist_limit *limit, const struct slots *slots, int64_t now_s)
{
	uint64_t steps = slots->past / slots->length;

	if (steps == 0)
		return;
	limit->newest = now_s - (int64_t)(slots->past % slots->length);
	if (steps > DELIST_LIMIT_SLOTS)
		steps = DELIST_LIMIT_SLOTS;
	memmove(limit->used + steps, limit->used,
	    (DELIST_LIMIT_SLOTS - steps) * sizeof *limit->used);
	memset(limit->used, 0, steps * sizeof *limit->used);
}

uint32_t
delist_limit_left(const struct delist_limit *limit,
    const struct delist_limit_rule *rule, int64_t now_s)
{
	struct slots slots = slots_at(limit, rule, now_s);
	uint64_t n = count(limit, &slots);

	return n < rule->max ? (uint32_t)(rule->max - n) : 0;
}

bool
delist_limit_take(struct delist_limit *limit,
    const struct delist_limit_rule *rule, uint32_t n, int64_t now_s)
{
	struct slots slots = slots_at(limit, rule, now_s);

	if (n == 0)
		return true;
	if (n > delist_limit_left(limit, rule, now_s))
		return false;
	if (never_used(limit))
		*limit = (struct delist_limit){.newest = now_s};
	else
		advance(limit, &slots, now_s);
	limit->used[0] += n;
	return true;
}

int64_t
delist_limit_free_s(const struct delist_limit *limit,
    const struct delist_limit_rule *rule, uint32_t n, int64_t now_s)
{
	struct slots slots = slots_at(limit, rule, now_s);
	uint64_t held = count(limit, &slots);
	unsigned i = DELIST_LIMIT_SLOTS;

	if (n == 0 || held + n <= rule->max)
		return now_s;
	while (i-- > 0) {
		uint64_t left = life_left(&slots, i);

		if (left == 0)
			continue;
		held -= limit->used[i];
		if (held + n <= rule->max)
			return after(limit->newest, left);
	}
	return INT64_MAX;
}

int64_t
delist_limit_idle_s(
    const struct delist_limit *limit, const struct delist_limit_rule *rule)
{
	struct slots slots = slots_at(limit, rule, limit->newest);

	if (never_used(limit))
		return INT64_MIN;
	return after(limit->newest, slots.life);
}
