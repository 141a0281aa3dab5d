/* SPDX-License-Identifier: ISC */
/*
 * image_write.c - the image of a set
 *
 * The words of the set are gone through twice: to see how many blocks there
 * are of each size, which says where each begins; and to copy them, each word
 * with the place that its block then has.  What is copied is what lookups
 * see, without that which waits for them or is free.
 */
#include "image.h"

#include <string.h>

#include "crc32c.h"
#include "ipset.h"
#include "hosts.h"
#include "runs.h"

/*
 * Blocks whose size is a multiple of 4, of 2, of 1 units of 16 bytes: laid in
 * this order, all begin at a multiple of that, and nothing is between them.
 */
enum {
	CLASSES = 3
};

struct layout {
	const struct delist_part *part;
	uint64_t next[CLASSES]; /* place of the next block, in units */
	uint64_t end;
	uint8_t *blocks; /* NULL: they are only counted */
};

static unsigned
class_of(uint64_t units)
{
	return units % 4 == 0 ? 0 : units % 2 == 0 ? 1 : 2;
}

/* The units of a block, without what a sanitizer adds to each. */
static uint32_t
units_of(const struct delist_part *part, unsigned layer, uint64_t word,
    uint32_t *from)
{
	uint32_t units;

	*from = delist_part_block(part, layer, word, &units);
	return units != 0 ? units - delist_arena_units(0) : 0;
}

/* The word without what only the writer reads. */
static uint64_t
for_readers(const struct delist_part *part, unsigned layer, uint64_t word)
{
	if (layer == RUNS || layer == SPANS)
		return word;
	if (!delist_part_is_hosts(part, layer))
		return word & ~(uint64_t)LINES_HELD;
	if (delist_hosts_empty(word))
		return DELIST_HOSTS_NONE | (word & DELIST_HOSTS_DEEPER);
	return word & ~DELIST_HOSTS_EXPLICIT;
}

/* Lay the block of a word; the word as the image has it. */
static uint64_t
lay_word(struct layout *layout, unsigned layer, uint64_t word)
{
	const struct delist_part *part = layout->part;
	uint32_t from, units;
	uint64_t *next;

	if (word == 0)
		return 0;
	units = units_of(part, layer, word, &from);
	if (units != 0) {
		next = &layout->next[class_of(units)];
		if (layout->blocks != NULL) {
			memcpy(layout->blocks + *next * DELIST_ARENA_UNIT,
			    delist_arena_at(&part->arena, from),
			    (size_t)units * DELIST_ARENA_UNIT);
			word = delist_part_moved(
			    layer, part->v6, word, (uint32_t)*next);
		}
		*next += units;
	}
	return for_readers(part, layer, word);
}

/* ---- the tables ---- */

static void
lay_run(struct layout *layout, uint8_t *to)
{
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t word = lay_word(layout, RUNS,
		    delist_word32(layout->part->view->run + 4 * i));

		if (to != NULL)
			delist_le32_put(to + 4 * i, (uint32_t)word);
	}
}

static void
lay_host(struct layout *layout, uint8_t *to)
{
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t word = lay_word(layout, HOSTS4,
		    delist_word64(layout->part->view->host + 8 * i));

		if (to != NULL)
			delist_le64_put(to + 8 * i, word);
	}
}

/* The value of a slot is half of its word, or the second of two words. */
static void
lay_hash(struct layout *layout, unsigned layer, uint8_t *to)
{
	const struct delist_view *view = layout->part->view;
	size_t bytes = (size_t)view->buckets[layer] * DELIST_BUCKET_BYTES;
	size_t size = layer == LINES ? 8 : 16;

	for (size_t at = 0; at < bytes; at += size) {
		uint64_t key = delist_word64(view->slots[layer] + at);
		uint64_t word;

		if (layer == LINES) {
			word = lay_word(layout, layer, (uint32_t)key);
			if (to != NULL)
				delist_le64_put(
				    to + at, (key >> 32 << 32) | word);
			continue;
		}
		word = lay_word(
		    layout, layer, delist_word64(view->slots[layer] + at + 8));
		if (to == NULL)
			continue;
		delist_le64_put(to + at, key);
		delist_le64_put(to + at + 8, word);
	}
}

static const struct hash_kind {
	enum delist_image_kind kind;
	unsigned layer;
} hash_kinds[] = {{DELIST_IMAGE_LINES, LINES}, {DELIST_IMAGE_HOSTS, HOSTS6},
    {DELIST_IMAGE_SPANS, SPANS}};

enum {
	HASH_KINDS = sizeof hash_kinds / sizeof *hash_kinds
};

/* ---- where everything is ---- */

/* Count the blocks, and say where those of each class begin. */
static void
plan_blocks(struct layout *layout)
{
	const struct delist_view *view = layout->part->view;
	uint64_t at = delist_runs_constant_bytes(view->width);

	lay_run(layout, NULL);
	if (view->host != NULL)
		lay_host(layout, NULL);
	for (unsigned i = 0; i < HASH_KINDS; i++)
		lay_hash(layout, hash_kinds[i].layer, NULL);
	at = (at + DELIST_IMAGE_ALIGN - 1) / DELIST_IMAGE_ALIGN *
	     (DELIST_IMAGE_ALIGN / DELIST_ARENA_UNIT);
	for (unsigned i = 0; i < CLASSES; i++) {
		uint64_t units = layout->next[i];

		layout->next[i] = at;
		at += units;
	}
	layout->end = at;
}

static void
plan_half(struct delist_image_header *header, struct layout *layout)
{
	const struct delist_view *view = layout->part->view;
	uint32_t family =
	    layout->part->v6 ? DELIST_IMAGE_INET6 : DELIST_IMAGE_INET4;

	if (view == NULL)
		return;
	plan_blocks(layout);
	delist_image_header_add(header, family | DELIST_IMAGE_RUN, 4 * WORDS);
	if (view->host != NULL)
		delist_image_header_add(
		    header, family | DELIST_IMAGE_HOST, 8 * WORDS);
	if (view->deep != NULL)
		delist_image_header_add(
		    header, family | DELIST_IMAGE_DEEP, WORDS / 8);
	for (unsigned i = 0; i < HASH_KINDS; i++) {
		uint64_t n = view->buckets[hash_kinds[i].layer];

		if (n != 0)
			delist_image_header_add(header,
			    family | hash_kinds[i].kind,
			    n * DELIST_BUCKET_BYTES);
	}
	if (view->width == 1)
		delist_image_header_add(
		    header, family | DELIST_IMAGE_TAGS, 4 * CODES);
	delist_image_header_add(header, family | DELIST_IMAGE_BLOCKS,
	    layout->end * DELIST_ARENA_UNIT + DELIST_IMAGE_REACH);
	header->sections[header->n - 1].number = view->width;
}

static void
plan(struct delist_image_header *header, struct layout layouts[2],
    const struct delist_ipset *set)
{
	*header =
	    (struct delist_image_header){.count = delist_ipset_count(set)};
	for (int i = 0; i < 2; i++) {
		layouts[i] = (struct layout){.part = &set->part[i]};
		plan_half(header, &layouts[i]);
	}
	delist_image_header_lay(header);
}

size_t
delist_ipset_image_size(const struct delist_ipset *set)
{
	struct delist_image_header header;
	struct layout layouts[2];

	plan(&header, layouts, set);
	return (size_t)header.length;
}

/* ---- writing ---- */

static uint8_t *
section_at(
    uint8_t *bytes, const struct delist_image_header *header, uint32_t kind)
{
	for (unsigned i = 0; i < header->n; i++)
		if (header->sections[i].kind == kind)
			return bytes + header->sections[i].place;
	return NULL;
}

/* A code that nothing has stands for no tag. */
static void
write_tags(const struct delist_part *part, uint8_t *to)
{
	for (size_t code = 0; code < CODES; code++)
		delist_le32_put(to + 4 * code,
		    part->uses[code] != 0
			? delist_le32(part->view->tags + 4 * code)
			: DELIST_IPSET_NONE);
}

static void
write_half(uint8_t *bytes, const struct delist_image_header *header,
    struct layout *layout)
{
	const struct delist_view *view = layout->part->view;
	uint32_t family =
	    layout->part->v6 ? DELIST_IMAGE_INET6 : DELIST_IMAGE_INET4;

	if (view == NULL)
		return;
	layout->blocks =
	    section_at(bytes, header, family | DELIST_IMAGE_BLOCKS);
	delist_runs_constants(layout->blocks, view->width);
	lay_run(layout, section_at(bytes, header, family | DELIST_IMAGE_RUN));
	if (view->host != NULL)
		lay_host(layout,
		    section_at(bytes, header, family | DELIST_IMAGE_HOST));
	if (view->deep != NULL)
		memcpy(section_at(bytes, header, family | DELIST_IMAGE_DEEP),
		    view->deep, WORDS / 8);
	for (unsigned i = 0; i < HASH_KINDS; i++)
		lay_hash(layout, hash_kinds[i].layer,
		    section_at(bytes, header, family | hash_kinds[i].kind));
	if (view->width == 1)
		write_tags(layout->part,
		    section_at(bytes, header, family | DELIST_IMAGE_TAGS));
}

int
delist_ipset_image_write(
    const struct delist_ipset *set, uint8_t *bytes, size_t room, size_t *len)
{
	struct delist_image_header header;
	struct layout layouts[2];

	plan(&header, layouts, set);
	if (header.length > room)
		return DELIST_ENOSPC;
	memset(bytes, 0, (size_t)header.length);
	for (int i = 0; i < 2; i++)
		write_half(bytes, &header, &layouts[i]);
	for (unsigned i = 0; i < header.n; i++)
		header.sections[i].sum =
		    delist_crc32c(0, bytes + header.sections[i].place,
			(size_t)header.sections[i].length);
	delist_image_header_write(bytes, &header);
	*len = (size_t)header.length;
	return DELIST_OK;
}
