/* SPDX-License-Identifier: ISC */
#ifndef LIB_IPSET_BUILD_H
#define LIB_IPSET_BUILD_H

#include "ipset.h"

/* A list that is being written: rows as bytes, one after the other. */
struct delist_sheet {
	uint8_t *bytes;
	size_t n, room;
};

/* A family that is being built, in a part that nobody sees. */
struct delist_build {
	struct delist_ipset *set;
	const struct delist_ipset_entry *entries;
	size_t n; /* entries of both families */
	struct delist_part part;
	struct delist_sheet sheets[LAYERS];
	struct delist_unit unit; /* of hosts, not yet written */
	size_t longest;		 /* rows that one word may stand for */
	uint32_t known[256][2];	 /* tags and their codes, by a hash */
};

/* ---- ipset_deal4.c, ipset_deal6.c: entries in order ---- */

/*
 * Hand all entries of the family to delist_build_row(), in order and each
 * prefix once.  DELIST_ERANGE: there are too many tags for codes of one byte.
 */
int delist_build_deal4(struct delist_build *build);
int delist_build_deal6(struct delist_build *build);

/* ---- ipset_build_rows.c ---- */

/* The code of a tag; 0: there are too many for one byte. */
uint32_t delist_build_code(struct delist_build *build, uint32_t tag);

/* The codes are all given out, and their uses are counted from here on. */
void delist_build_begin(struct delist_build *build);

/* The next row in order: to its list, or to the unit of hosts it is in. */
int delist_build_row(
    struct delist_build *build, const struct delist_roster_row *row);

/* All rows are there: the last hosts, the lists, and the words from them. */
int delist_build_words(struct delist_build *build);

/* Counts of a byte's values to where each value begins. */
void delist_build_sum(uint32_t counts[256]);

#endif
