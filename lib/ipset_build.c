/* SPDX-License-Identifier: ISC */
/*
 * ipset_build.c - IP prefixes to tags: a whole set at once
 *
 * The entries are put in order (ipset_deal4.c, ipset_deal6.c), and lists and
 * words are written from them (ipset_build_rows.c).  All of it happens in parts
 * that nobody sees, which then take the place of those that are there.
 */
#include "ipset_build.h"

#include <string.h>

#include "alloc.h"

/* ---- a family ---- */

static void
build_free(struct delist_build *build)
{
	const struct delist_alloc *alloc = &build->set->alloc;

	for (unsigned i = 0; i < LAYERS; i++)
		delist_alloc_release(
		    alloc, build->sheets[i].bytes, build->sheets[i].room, 1);
	delist_unit_fini(build->set, &build->unit);
	memset(build->sheets, 0, sizeof build->sheets);
	build->unit = (struct delist_unit){.n = 0};
}

static int
build_rows(struct delist_build *build)
{
	int error;

	if (build->part.v6)
		error = delist_build_deal6(build);
	else
		error = delist_build_deal4(build);
	return error == DELIST_OK ? delist_build_words(build) : error;
}

/* One try, with codes of this width. */
static int
build_width(struct delist_build *build, unsigned width)
{
	struct delist_part *part = &build->part;
	bool hosts = false;
	int error;

	for (size_t i = 0; i < build->n && !hosts; i++)
		hosts = build->entries[i].prefix.addr.family == DELIST_INET4 &&
			build->entries[i].prefix.bits > 24;
	error = delist_part_open(build->set, part, 4096, width);
	if (error == DELIST_OK && hosts && !part->v6)
		error = delist_part_open_layer(build->set, part, HOSTS4, 0);
	memset(build->known, 0, sizeof build->known);
	if (error == DELIST_OK)
		error = build_rows(build);
	/* a little more than it needs, for the first changes */
	if (error == DELIST_OK &&
	    !delist_arena_resize(&part->arena, &build->set->alloc,
		(size_t)part->arena.used + part->arena.used / 64 + 128))
		error = DELIST_ENOMEM;
	build_free(build);
	if (error != DELIST_OK)
		delist_part_fini(build->set, part);
	return error;
}

static int
build_family(struct delist_build *build, bool v6, unsigned width)
{
	struct delist_ipset *set = build->set;
	bool any = false;
	int error;

	delist_part_bare(&build->part, &set->part[v6]);
	for (size_t i = 0; i < build->n && !any; i++)
		any = (build->entries[i].prefix.addr.family == DELIST_INET6) ==
		      v6;
	if (!any)
		return DELIST_OK;
	error = build_width(build, width);
	if (error == DELIST_ERANGE)
		error = build_width(build, 4);
	if (error != DELIST_OK)
		return error;
	build->part.view = delist_part_view(set, &build->part);
	if (build->part.view != NULL)
		return DELIST_OK;
	delist_part_fini(set, &build->part);
	return DELIST_ENOMEM;
}

/* ---- sets ---- */

static int
check_entries(const struct delist_ipset_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].tag == DELIST_IPSET_NONE ||
		    !delist_prefix_valid(&entries[i].prefix))
			return DELIST_EINVAL;
	return DELIST_OK;
}

int
delist_ipset_build(struct delist_ipset *set,
    const struct delist_ipset_entry *entries, size_t n)
{
	struct delist_build build[2] = {{.n = 0}};
	int error;

	if (set == NULL || (entries == NULL && n > 0))
		return DELIST_EINVAL;
	if (set->change.kind != NO_CHANGE)
		return DELIST_EBUSY;
	error = check_entries(entries, n);
	for (int i = 0; i < 2 && error == DELIST_OK; i++) {
		build[i].set = set;
		build[i].entries = entries;
		build[i].n = n;
		error = delist_part_ready(set, &set->part[i]);
		if (error == DELIST_OK)
			error = build_family(&build[i], i == 1, 1);
		if (error != DELIST_OK && i == 1)
			delist_part_fini(set, &build[0].part);
	}
	for (int i = 0; i < 2 && error == DELIST_OK; i++)
		delist_part_replace(set, &set->part[i], &build[i].part);
	return error;
}

/* ---- more than 255 tags ---- */

int
delist_part_widen(struct delist_ipset *set, struct delist_part *part)
{
	struct delist_build build = {.set = set, .n = part->count};
	struct delist_ipset_entry *entries = delist_alloc_grow(
	    &set->alloc, NULL, 0, part->count, sizeof *entries);
	struct delist_prefix at = {.bits = 0};
	struct delist_roster_row row;
	int error = delist_part_ready(set, part);
	size_t n = 0;

	if (entries == NULL)
		return DELIST_ENOMEM;
	build.entries = entries;
	for (bool more = delist_part_first(part, &row); more && n < build.n;
	     more = delist_part_next(part, &row)) {
		at = delist_row_prefix(part, &row);
		entries[n++] = (struct delist_ipset_entry){
		    at, delist_part_tag(part, row.code)};
	}
	if (error == DELIST_OK)
		error = build_family(&build, part->v6, 4);
	delist_alloc_release(
	    &set->alloc, entries, part->count, sizeof *entries);
	if (error == DELIST_OK)
		delist_part_replace(set, part, &build.part);
	return error;
}
