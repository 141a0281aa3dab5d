/* SPDX-License-Identifier: ISC */
/*
 * docket_word.c - from a kind and a prefix to the number of a slot
 *
 *	word	| bits of the hash: 4 | number: 28 |
 *
 * A word of 0 is empty and ends a search; one whose number is 0 is a mark,
 * and does not.  The bits of the hash spare most looks at other slots.  At
 * most three quarters of the words are used, marks too.
 *
 * The hash is SipHash (Aumasson and Bernstein, 2012) with one round a word
 * and three at the end: senders choose the addresses they are listed by.
 */
#include "docket.h"

#include "alloc.h"
#include "bytes.h"

enum {
	NUMBER_BITS = 28,
	NUMBER = DELIST_DOCKET_NUMBERS - 1,
	MARK = 1 << NUMBER_BITS, /* number 0, and some bits */
	PLACES_MIN = 64
};

/* ---- the hash ---- */

struct delist_docket_key
delist_docket_key_of(int kind, const uint8_t addr[16], bool v6, unsigned bits)
{
	return (struct delist_docket_key){
	    {delist_get_le64(addr), delist_get_le64(addr + 8),
		(uint64_t)kind << 16 | (uint64_t)v6 << 8 | bits}};
}

struct delist_docket_key
delist_docket_key_of_slot(const struct delist_docket_slot *slot)
{
	return delist_docket_key_of(
	    slot->sort >> 1 & 3, slot->addr, (slot->sort & 1) != 0, slot->bits);
}

static bool
is_of(
    const struct delist_docket_slot *slot, const struct delist_docket_key *key)
{
	struct delist_docket_key its = delist_docket_key_of_slot(slot);

	return its.words[0] == key->words[0] && its.words[1] == key->words[1] &&
	       its.words[2] == key->words[2];
}

static uint64_t
rotated(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void
one_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotated(v[1], 13) ^ v[0];
	v[3] = rotated(v[3], 16) ^ v[2];
	v[0] = rotated(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotated(v[1], 17) ^ v[2];
	v[3] = rotated(v[3], 21) ^ v[0];
	v[2] = rotated(v[2], 32);
}

uint64_t
delist_docket_hash(const uint64_t seed[2], const struct delist_docket_key *key)
{
	uint64_t v[4] = {
	    seed[0] ^ 0x736f6d6570736575,
	    seed[1] ^ 0x646f72616e646f6d,
	    seed[0] ^ 0x6c7967656e657261,
	    seed[1] ^ 0x7465646279746573,
	};

	for (size_t i = 0; i < 3; i++) {
		v[3] ^= key->words[i];
		one_round(v);
		v[0] ^= key->words[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		one_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Any number of places, without a division. */
uint32_t
delist_docket_home(uint32_t places, uint64_t hashed)
{
	return (uint32_t)((hashed >> 32) * places >> 32);
}

uint32_t
delist_docket_word_of(uint64_t hashed, uint32_t number)
{
	return (uint32_t)(hashed & 15) << NUMBER_BITS | number;
}

/* ---- words ---- */

static struct delist_docket_table *
table_of(const struct delist_docket *docket)
{
	return atomic_load_explicit(&docket->table, memory_order_acquire);
}

static size_t
table_bytes(uint32_t places)
{
	return sizeof(struct delist_docket_table) +
	       places * sizeof(_Atomic uint32_t);
}

static uint32_t
place_behind(const struct delist_docket_table *table, uint32_t at)
{
	return at + 1 == table->places ? 0 : at + 1;
}

/* The slot of a key, and the place of its word; 0: there is none. */
uint32_t
delist_docket_look(const struct delist_docket *docket, uint32_t *place,
    const struct delist_docket_key *key)
{
	const struct delist_docket_table *table = table_of(docket);
	uint64_t hashed = delist_docket_hash(docket->seed, key);
	uint32_t at, word;

	if (table == NULL)
		return 0;
	for (at = delist_docket_home(table->places, hashed);;
	     at = place_behind(table, at)) {
		uint32_t number;

		word = atomic_load_explicit(
		    &table->words[at], memory_order_acquire);
		number = word & NUMBER;
		if (word == 0)
			return 0;
		if (number == 0 ||
		    word != delist_docket_word_of(hashed, number))
			continue;
		if (is_of(delist_docket_slot(docket, number), key)) {
			*place = at;
			return number;
		}
	}
}

/* Put in what is not in: into an empty place or over a mark. */
static void
put_word(struct delist_docket_table *table, uint64_t hashed, uint32_t number)
{
	uint32_t at = delist_docket_home(table->places, hashed), word;

	for (;; at = place_behind(table, at)) {
		word = atomic_load_explicit(
		    &table->words[at], memory_order_relaxed);
		if ((word & NUMBER) == 0)
			break;
	}
	table->used += word == 0;
	atomic_store_explicit(&table->words[at],
	    delist_docket_word_of(hashed, number), memory_order_release);
}

static struct delist_docket_table *
table_new(const struct delist_docket *docket, uint32_t places)
{
	struct delist_docket_table *table =
	    delist_alloc_zeroed(&docket->alloc, table_bytes(places), 1);

	if (table == NULL)
		return NULL;
	table->places = places;
	for (uint32_t i = 0; i < places; i++)
		atomic_init(&table->words[i], 0);
	return table;
}

/* All that is in, in another table. */
static int
change_table(struct delist_docket *docket, uint32_t places)
{
	struct delist_docket_table *was = table_of(docket);
	struct delist_docket_table *now = table_new(docket, places);

	if (now == NULL)
		return DELIST_ENOMEM;
	for (uint32_t i = 0; was != NULL && i < was->places; i++) {
		uint32_t number =
		    atomic_load_explicit(&was->words[i], memory_order_relaxed) &
		    NUMBER;
		struct delist_docket_key key;

		if (number == 0)
			continue;
		key = delist_docket_key_of_slot(
		    delist_docket_slot(docket, number));
		put_word(now, delist_docket_hash(docket->seed, &key), number);
	}
	if (was != NULL)
		delist_docket_retire(docket, was, table_bytes(was->places), 0);
	atomic_store_explicit(&docket->table, now, memory_order_release);
	return DELIST_OK;
}

int
delist_docket_reserve_words(struct delist_docket *docket, uint32_t n)
{
	const struct delist_docket_table *table = table_of(docket);

	if (table != NULL && table->used + n <= table->places / 4 * UINT64_C(3))
		return DELIST_OK;
	/* Room to grow by half, or by as many marks. */
	return change_table(docket,
	    docket->count < PLACES_MIN / 2 ? PLACES_MIN : 2 * docket->count);
}

const struct delist_docket_slot *
delist_docket_walk(const struct delist_docket *docket, uint32_t *place)
{
	const struct delist_docket_table *table = table_of(docket);

	while (table != NULL && *place < table->places) {
		uint32_t number =
		    atomic_load_explicit(
			&table->words[(*place)++], memory_order_relaxed) &
		    NUMBER;

		if (number != 0)
			return delist_docket_slot(docket, number);
	}
	return NULL;
}

/* ---- changes ---- */

void
delist_docket_set_word(
    struct delist_docket *docket, uint32_t was, uint32_t number)
{
	struct delist_docket_table *table = table_of(docket);
	uint32_t known = number != 0 ? number : was, place = 0;
	struct delist_docket_key key =
	    delist_docket_key_of_slot(delist_docket_slot(docket, known));
	uint64_t hashed = delist_docket_hash(docket->seed, &key);

	if (was == 0) {
		put_word(table, hashed, number);
		return;
	}
	(void)delist_docket_look(docket, &place, &key);
	atomic_store_explicit(&table->words[place],
	    number != 0 ? delist_docket_word_of(hashed, number)
			: (uint32_t)MARK,
	    memory_order_release);
}

int
delist_docket_fill_words(struct delist_docket *docket)
{
	uint32_t place;

	if (change_table(docket, docket->count / 2 * 3 + PLACES_MIN) !=
	    DELIST_OK)
		return DELIST_ENOMEM;
	for (uint32_t number = 1; number < docket->fresh; number++) {
		struct delist_docket_key key = delist_docket_key_of_slot(
		    delist_docket_slot(docket, number));

		if (delist_docket_look(docket, &place, &key) != 0)
			return DELIST_ECORRUPT;
		put_word(table_of(docket),
		    delist_docket_hash(docket->seed, &key), number);
	}
	return DELIST_OK;
}

void
delist_docket_drop_words(struct delist_docket *docket)
{
	struct delist_docket_table *table = table_of(docket);

	if (table != NULL)
		delist_alloc_release(
		    &docket->alloc, table, table_bytes(table->places), 1);
}
