/* SPDX-License-Identifier: ISC */
#ifndef LIB_IPSET_H
#define LIB_IPSET_H

#include <stdatomic.h>

#include <delist/ipset.h>

#include "arena.h"
#include "buckets.h"
#include "epoch.h"
#include "ipset_beside.h"
#include "ipset_view.h"
#include "paint.h"
#include "roster.h"

/*
 * What the writer has of a set, and the parts that ipset_*.c are for each
 * other.  What a lookup reads is in ipset_view.h.
 */

struct delist_layer {
	unsigned least, most; /* lengths */
	unsigned unit;	      /* bits that a word is found by */
	unsigned key;	      /* bytes of an address in a row */
};

/* What the writer has of one family. */
struct delist_part {
	const struct delist_layer *layers;
	unsigned n; /* layers */
	unsigned width;
	bool v6;
	struct delist_view *view; /* NULL: the family is empty */
	struct delist_arena arena;
	struct delist_buckets hash[LAYERS];
	struct delist_roster rows[LAYERS];
	struct delist_limbo limbo;
	uint8_t *run, *host, *deep, *tags;
	uint32_t uses[CODES];
	uint64_t freed[CODES]; /* the epoch in which a code fell out of use */
	size_t count;
	size_t in_layer[LAYERS]; /* prefixes of each layer */
	uint32_t nothings; /* so that no two words for nothing are equal */
	uint8_t *version;  /* in the set */
};

/*
 * A store of a word, its block, and the block that it replaces.  Of runs, n
 * words may get the same; then none of them has a block.
 */
struct delist_store {
	uint8_t *at;
	uint64_t was, now;
	uint64_t n;
	unsigned layer;
};

enum {
	STORES = 8,
	HOST_BYTES = WORDS * 8 + WORDS / 8, /* words, and bits for them */
	DELIST_CHANGE_PIECES = 32 /* of memory that one call retires */
};

enum change_kind {
	NO_CHANGE,
	INSERT,
	REMOVE
};

/* All of a change that is prepared. */
struct delist_change {
	enum change_kind kind;
	struct delist_part *part;
	unsigned layer;
	struct delist_roster_row row; /* that comes or goes */
	uint32_t was;		      /* its code before; 0: none */
	struct delist_store few[STORES], *stores;
	size_t n, room;
	struct delist_roster_change rows;
	bool rows_change;
	/* tables made for the change, by layer, and the view to show them */
	bool opened[LAYERS];
	struct delist_view *view;
};

struct delist_ipset {
	_Atomic(const struct delist_view *) view[2]; /* IPv4, IPv6 */
	const struct delist_path *path;
	struct delist_alloc alloc; /* counts, then asks the host's */
	struct delist_alloc from;  /* the host's */
	_Atomic size_t bytes;
	struct delist_epoch *epoch; /* its own, or what it shares */
	struct delist_epoch own_epoch;
	struct delist_part part[2];
	struct delist_change change;
	uint64_t version[2]; /* see ipset_walk.h */
};

/* ---- ipset_part.c: memory and views ---- */

void delist_part_init(struct delist_ipset *set, bool v6);
void delist_part_fini(struct delist_ipset *set, struct delist_part *part);

/* Take memory for a family that was empty, and show nothing of it. */
int delist_part_open(struct delist_ipset *set, struct delist_part *part,
    size_t units, unsigned width);

/* The table of a layer that has none, for so many units; not shown. */
int delist_part_open_layer(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, size_t units);
void delist_part_close_layer(
    struct delist_ipset *set, struct delist_part *part, unsigned layer);

/* Show the part as it is: a view is made and exchanged. */
int delist_part_show(struct delist_ipset *set, struct delist_part *part);

/* Retire all of it; it is then as new.  Needs no memory. */
void delist_part_drop(struct delist_ipset *set, struct delist_part *part);

/* Retire some memory, or a block; there must be room. */
void delist_part_retire(struct delist_ipset *set, struct delist_part *part,
    void *memory, size_t bytes);
void delist_part_retire_block(struct delist_ipset *set,
    struct delist_part *part, unsigned layer, uint64_t word);

/* A part as new, for the same family. */
void delist_part_bare(struct delist_part *part, const struct delist_part *like);

/* A view of the part, not shown yet; NULL if there is no memory. */
struct delist_view *delist_part_view(
    struct delist_ipset *set, const struct delist_part *part);
void delist_part_exchange(struct delist_ipset *set, struct delist_part *part,
    struct delist_view *view);

/* Whether all of it can be retired; DELIST_EAGAIN: too much waits already. */
int delist_part_ready(struct delist_ipset *set, struct delist_part *part);

/* Put `fresh`, which has a view or nothing, in the place of the part. */
void delist_part_replace(struct delist_ipset *set, struct delist_part *part,
    struct delist_part *fresh);

/* Give back what no reader can see any more. */
void delist_part_reclaim(struct delist_ipset *set, struct delist_part *part);

/* Copy what is alive to an arena with so many units to spare. */
int delist_part_move(
    struct delist_ipset *set, struct delist_part *part, size_t more);

/* The same to give memory back, if much of it is not needed any more. */
void delist_part_fit(struct delist_ipset *set, struct delist_part *part);

/* ---- ipset_hash.c ---- */

/* Whether a word is for more than nothing. */
bool delist_part_says(
    const struct delist_part *part, unsigned layer, uint64_t word);

/* A hash with what that of a layer says, and more slots; false: no memory. */
bool delist_part_rehash(struct delist_ipset *set,
    const struct delist_part *part, struct delist_buckets *made, unsigned layer,
    size_t more);

/* Whether much of a hash says nothing. */
bool delist_part_sparse(const struct delist_part *part, unsigned layer);

/* Room in the hash of a layer, if there is one, for n more slots. */
int delist_part_room(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, size_t n);

/* ---- ipset_word.c: words and what they name ---- */

bool delist_part_is_hosts(const struct delist_part *part, unsigned layer);

/* The length of a host: 32, or 64 for IPv6. */
unsigned delist_part_host_bits(const struct delist_part *part);

unsigned delist_layer_of(const struct delist_part *part, unsigned bits);

/* The place of the block of a word; 0 if it has none of its own. */
uint32_t delist_part_block(const struct delist_part *part, unsigned layer,
    uint64_t word, uint32_t *units);

/* The same word with another place. */
uint64_t delist_part_moved(unsigned layer, bool v6, uint64_t word, uint32_t at);

/* The word of the unit of hosts around an address; 0 if it has none. */
uint64_t delist_part_word(
    const struct delist_part *part, unsigned layer, uint64_t hi);

/* Tell lookups that the /16 may have hosts. */
void delist_part_tell_hosts(struct delist_part *part, uint64_t hi);

/* A word for no hosts, unlike all that were before. */
uint64_t delist_part_nothing(struct delist_part *part);

/* The bytes of a block whose place is told in units of 32. */
size_t delist_even(size_t bytes);

/* Room for a block in the arena, and its place; 0: full. */
uint32_t delist_part_take(
    struct delist_part *part, uint8_t **block, size_t bytes);

/* The place of an address in a unit of 65536. */
unsigned delist_place16(uint64_t hi, unsigned unit);

struct delist_roster_row delist_row_of(const struct delist_prefix *prefix);
struct delist_prefix delist_row_prefix(
    const struct delist_part *part, const struct delist_roster_row *row);
uint32_t delist_part_tag(const struct delist_part *part, uint32_t code);

/* ---- ipset_ask.c: what is exactly there ---- */

/* The code of exactly this prefix, or 0. */
uint32_t delist_part_get(const struct delist_part *part, unsigned layer,
    const struct delist_roster_row *row);

/*
 * Whether the word of a unit of hosts has this address, and no row is around
 * it that would say so instead.
 */
bool delist_part_implied(const struct delist_part *part, unsigned layer,
    uint64_t hi, uint32_t *code);

/* The first row, and that behind *row; false at the end. */
bool delist_part_first(
    const struct delist_part *part, struct delist_roster_row *row);
bool delist_part_next(
    const struct delist_part *part, struct delist_roster_row *row);

/* ---- ipset_unit.c: what the words of units must be ---- */

/*
 * Add to the change the word that the unit around `hi` must have in its layer
 * once the change is made.  DELIST_ERANGE: the arena is full.
 */
int delist_unit_plan(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);

/* The words of all units that the prefix touches. */
int delist_unit_plan_all(
    struct delist_ipset *set, struct delist_change *change);

/* The code of the longest row that has all of the unit. */
uint32_t delist_unit_ground(const struct delist_change *change, uint64_t hi);

/* Show what a store has. */
void delist_change_make(
    struct delist_part *part, const struct delist_store *store);

int delist_change_store(struct delist_ipset *set, struct delist_change *change,
    uint8_t *at, uint64_t was, uint64_t now);

/* Replace rows of the layer's list, from one to another, by n others. */
int delist_change_rows(struct delist_ipset *set, struct delist_change *change,
    const struct delist_roster_row *from, const struct delist_roster_row *to,
    const struct delist_roster_row *fresh, size_t n);

/* Give back the block of a word that will not be in a store. */
void delist_unit_unwrite(
    struct delist_part *part, unsigned layer, uint64_t word);

void delist_change_drop(
    const struct delist_change *change, const struct delist_store *store);

/* ---- ipset_plan.c ---- */

/* Make all of a change ready; on error it is given up. */
int delist_change_plan(struct delist_ipset *set, struct delist_change *change);

/* Give back the memory of a change that was made, or that will not be. */
void delist_change_undo(struct delist_ipset *set, struct delist_change *change);
void delist_change_give_up(
    struct delist_ipset *set, struct delist_change *change);

/* Rows of one unit, in order, as they are once the change is made. */
struct delist_unit {
	struct delist_roster_row *rows;
	size_t n, room;
};

bool delist_unit_add(struct delist_ipset *set, struct delist_unit *unit,
    const struct delist_roster_row *row);
bool delist_unit_gather(struct delist_ipset *set, struct delist_unit *unit,
    const struct delist_change *change, uint64_t hi);
void delist_unit_fini(struct delist_ipset *set, struct delist_unit *unit);

/* ---- ipset_runs.c, ipset_lines.c, ipset_hosts.c, ipset_spans.c ---- */

/* delist_unit_plan() for a layer; `wide` is for all of a prefix up to /15. */
int delist_unit_plan_runs(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);
int delist_unit_plan_wide(
    struct delist_ipset *set, struct delist_change *change);
int delist_unit_plan_lines(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);
int delist_unit_plan_hosts(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);
int delist_unit_plan_spans(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);

/* Raise the flags that lead to a longer layer. */
int delist_unit_plan_deep(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi);

/* The word of a key in a large hash, made as `nothing` if there was none. */
uint8_t *delist_unit_slot(
    struct delist_part *part, unsigned layer, uint64_t key, uint64_t nothing);

/* A block of hosts with one code; its word. */
int delist_unit_write_hosts(
    struct delist_part *part, uint64_t *bitmap, unsigned code, uint64_t *word);

/* ipset_near.c: whether it can do a change, and to do it; the word becomes 0,
   and nothing is planned, if nothing is left of the unit. */
bool delist_unit_is_near(const struct delist_change *change, uint64_t word);
int delist_unit_plan_near(
    struct delist_ipset *set, struct delist_change *change, uint64_t *word);

/* Write steps to a block of lines; its word in a hash, or as MIXED. */
int delist_unit_lines(struct delist_part *part, uint32_t *at, unsigned *kind,
    const struct delist_step *steps, size_t n);

/* The steps of rows inside a unit of 65536 places. */
size_t delist_unit_steps(struct delist_ipset *set, struct delist_step **steps,
    const struct delist_unit *unit, unsigned bits, uint32_t ground);

/*
 * The word for the rows of a unit of hosts.  Those that must be in the list are
 * moved to the front of the rows, and unit->n is then how many.
 */
int delist_unit_hosts(struct delist_ipset *set, struct delist_part *part,
    struct delist_unit *unit, unsigned layer, uint64_t *word);

/* ---- ipset_code.c, ipset_build.c ---- */

/* The code of a tag, made if there is none; 0: one byte has no more. */
uint32_t delist_part_code(
    struct delist_ipset *set, struct delist_part *part, uint32_t tag);

/* One prefix more, or less, has the code. */
void delist_part_count_use(struct delist_ipset *set, struct delist_part *part,
    uint32_t code, bool more);

/* Build the family anew, with codes of four bytes. */
int delist_part_widen(struct delist_ipset *set, struct delist_part *part);

#endif
