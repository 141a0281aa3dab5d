/* SPDX-License-Identifier: ISC */
#ifndef LIB_DOCKET_H
#define LIB_DOCKET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/error.h>

#include "epoch.h"

/*
 * Listings in memory: what is asked of millions of them, in 32 bytes each
 *
 * An entry is found by its kind and prefix, beside the writer too, and the
 * writer goes through them in the order in which they are due.
 *
 *	words	| . | 17 | . | . | 4 | 9 | . |	hash of kind and prefix
 *	          |	  '--------.
 *	slots	[4] {block, 192.0.2.7/32, 606, live until 10:00}
 *	          |
 *	heap	| 4 | 12 | 17 | 9 |		by due time
 *
 * A slot that readers can see is never changed: a change writes a new one,
 * puts its number into the word, and retires the old one (epoch.h).  Words
 * stay where they are, and an entry that goes leaves a mark in its word, so
 * that a reader never passes by what is there.  A table that is full is
 * written anew, and the writer exchanges it.
 *
 * A change is prepared, which can fail, then published or abandoned, which
 * can't.
 */
enum {
	DELIST_DOCKET_KINDS = 3,
	DELIST_DOCKET_STATES = 4,
	DELIST_DOCKET_CHANGES = 2,  /* prepared at a time */
	DELIST_DOCKET_CODE = 511,   /* the least code, ... */
	DELIST_DOCKET_CODES = 256,  /* ... and how many there are from it */
	DELIST_DOCKET_CHUNK = 4096, /* slots */
	DELIST_DOCKET_NUMBERS = 1 << 28,
	DELIST_DOCKET_LENGTHS = 3 /* words of 64 bits for lengths 0 to 128 */
};

/* Marks for where a slot is in the order, when it is not there. */
#define DELIST_DOCKET_NOWHERE UINT32_MAX
#define DELIST_DOCKET_TAKEN (UINT32_MAX - 1)

/*
 * What an entry says.  It is live until what comes first of the two, unless
 * that is INT64_MAX; INT64_MIN: it is not live at all.
 */
enum delist_docket_life {
	DELIST_DOCKET_DEAD = 0,	    /* due, but never live */
	DELIST_DOCKET_MORTAL = 1,   /* live until it is due */
	DELIST_DOCKET_IMMORTAL = 2, /* live, whenever it is due */
};

struct delist_docket_entry {
	struct delist_prefix prefix;
	uint8_t kind;  /* below DELIST_DOCKET_KINDS */
	uint8_t state; /* below DELIST_DOCKET_STATES, the caller's */
	uint8_t life;  /* enum delist_docket_life */
	uint16_t code;
	int64_t due_s; /* INT64_MAX: never */
};

/* When it is no longer live: INT64_MIN if it is not, INT64_MAX: never. */
int64_t delist_docket_until_s(const struct delist_docket_entry *entry);

/* One entry, packed; what says where it is in the heap is the writer's. */
struct delist_docket_slot {
	uint8_t addr[16];
	int64_t due_s;
	uint32_t place; /* in the heap, or a mark; free: the next free one */
	uint8_t sort;	/* what kind, state, life and family are */
	uint8_t bits;
	uint8_t code;
};

struct delist_docket_table {
	uint32_t places;
	uint32_t used; /* words that are not empty, marks too */
	_Atomic uint32_t words[];
};

struct delist_docket_change {
	struct delist_docket_entry entry;
	uint32_t was, now; /* slots; 0: none */
};

struct delist_docket {
	struct delist_alloc alloc;
	struct delist_epoch *epoch;
	struct delist_limbo limbo;
	uint64_t seed[2];

	_Atomic(struct delist_docket_table *) table; /* or NULL */
	_Atomic(struct delist_docket_slot **) chunks;
	uint32_t chunks_n, chunks_room;
	uint32_t fresh; /* slots that were ever used, that of number 0 too */
	uint32_t spare; /* given back */
	uint32_t first_spare;
	uint32_t count;
	uint64_t count_of[DELIST_DOCKET_KINDS][DELIST_DOCKET_STATES];

	/* Lengths that may be in use, by kind and family; how many of each. */
	_Atomic uint64_t in_use[DELIST_DOCKET_KINDS][2][DELIST_DOCKET_LENGTHS];
	uint32_t lengths[DELIST_DOCKET_KINDS][2][129];

	uint32_t *heap;
	uint32_t heap_n, heap_room;

	struct delist_docket_change changes[DELIST_DOCKET_CHANGES];
	size_t changes_n;
};

/*
 * The epoch is the caller's; whoever is to find something beside the writer
 * is inside as its reader.  The seed is a secret, so that nobody can choose
 * prefixes that fall on one place.
 */
void delist_docket_init(struct delist_docket *docket,
    const struct delist_alloc *alloc, struct delist_epoch *epoch,
    const uint8_t seed[16]);
void delist_docket_fini(struct delist_docket *docket);

/*
 * Fill an empty docket: any number of entries, then all of them are found.
 * If one fails, all that is left is fini.
 *
 *	DELIST_ENOMEM	no memory, or over 2^28 of them
 *	DELIST_ECORRUPT	two of them are one kind and prefix
 */
int delist_docket_load(
    struct delist_docket *docket, const struct delist_docket_entry *entry);
int delist_docket_loaded(struct delist_docket *docket);

/*
 * Prepare that the entry comes, or replaces that of its kind and prefix;
 * `gone`: that there is none.
 *
 *	DELIST_ENOMEM	no memory
 *	DELIST_EAGAIN	too much waits for a reader that is inside
 */
int delist_docket_prepare(struct delist_docket *docket,
    const struct delist_docket_entry *entry, bool gone);
void delist_docket_publish(struct delist_docket *docket);
void delist_docket_abandon(struct delist_docket *docket);

/* The entry of exactly this prefix; beside the writer too. */
bool delist_docket_get(const struct delist_docket *docket,
    struct delist_docket_entry *entry, int kind,
    const struct delist_prefix *prefix);

/*
 * The longest prefix of a kind that has the address and is live, of those
 * with at least and at most so many bits.  Beside the writer too, but it is one
 * look for each length: whoever needs them of one moment has a version of its
 * own (service_check.c).
 */
bool delist_docket_live(const struct delist_docket *docket,
    struct delist_docket_entry *entry, int kind, const struct delist_addr *addr,
    int at_least, int at_most, int64_t now_s);

/*
 * The slot of an entry, each once: *place is 0 at first, and then where to go
 * on.  NULL: there are no more.  Nothing may change in between.
 */
const struct delist_docket_slot *delist_docket_walk(
    const struct delist_docket *docket, uint32_t *place);

/* ---- docket_due.c ---- */

/* When the first is due; INT64_MAX: none is. */
int64_t delist_docket_next_due(const struct delist_docket *docket);

/*
 * Take the first out of the order: it stays where it is found, and has no due
 * time until it is changed or put back.  Its number; 0: there is none.
 */
uint32_t delist_docket_take_due(struct delist_docket *docket);

/* The entry of a number that was taken out and is so still. */
bool delist_docket_taken(const struct delist_docket *docket,
    struct delist_docket_entry *entry, uint32_t number);
void delist_docket_put_back(struct delist_docket *docket, uint32_t number);

/* ---- between the files of the module ---- */

/* A kind and a prefix, as what is hashed and compared. */
struct delist_docket_key {
	uint64_t words[3];
};

/* docket_slot.c */
struct delist_docket_entry delist_docket_unpacked(
    const struct delist_docket_slot *slot);
bool delist_docket_is_live(
    const struct delist_docket_slot *slot, int64_t now_s);
struct delist_docket_slot *delist_docket_slot(
    const struct delist_docket *docket, uint32_t number);
int delist_docket_reserve_slots(struct delist_docket *docket, uint32_t n);
uint32_t delist_docket_take_slot(
    struct delist_docket *docket, const struct delist_docket_entry *entry);
void delist_docket_give_slot(struct delist_docket *docket, uint32_t number);

/* Memory, or else a slot.  There must be room in the limbo. */
void delist_docket_retire(
    struct delist_docket *docket, void *memory, size_t bytes, uint32_t number);

/* Use again what no reader can see any more. */
void delist_docket_reclaim(struct delist_docket *docket);

/* docket_word.c */
struct delist_docket_key delist_docket_key_of(
    int kind, const uint8_t addr[16], bool v6, unsigned bits);
struct delist_docket_key delist_docket_key_of_slot(
    const struct delist_docket_slot *slot);
uint64_t delist_docket_hash(
    const uint64_t seed[2], const struct delist_docket_key *key);

/* Where a search begins, and the word of a slot. */
uint32_t delist_docket_home(uint32_t places, uint64_t hashed);
uint32_t delist_docket_word_of(uint64_t hashed, uint32_t number);

/* The slot of a key, and the place of its word; 0: there is none. */
uint32_t delist_docket_look(const struct delist_docket *docket, uint32_t *place,
    const struct delist_docket_key *key);
int delist_docket_reserve_words(struct delist_docket *docket, uint32_t n);

/* Slot `number` in the place of `was`; 0: there is, or was, none. */
void delist_docket_set_word(
    struct delist_docket *docket, uint32_t was, uint32_t number);

void delist_docket_drop_words(struct delist_docket *docket);

/* A table of all slots; DELIST_ENOMEM, DELIST_ECORRUPT as loaded(). */
int delist_docket_fill_words(struct delist_docket *docket);

/* docket.c: the longest length in use up to `most`; -1: there is none. */
int delist_docket_length_up_to(
    const _Atomic uint64_t in_use[DELIST_DOCKET_LENGTHS], int most);

/* docket_due.c: room for all that is in and n more, one in, one out, all. */
int delist_docket_reserve_due(struct delist_docket *docket, uint32_t n);
void delist_docket_add_due(struct delist_docket *docket, uint32_t number);
void delist_docket_drop_due(struct delist_docket *docket, uint32_t number);
void delist_docket_fill_due(struct delist_docket *docket);

#endif
