/* SPDX-License-Identifier: ISC */
/*
 * Images that were changed by somebody: whatever they say, opening, looking
 * up and verifying stay inside of their bytes and come to an end.
 *
 *	input	= kind 1, *edit
 *	edit	= section 1, place 3, bytes 1, how 1, value 2
 *
 * The kind says which set the image is of, and whether its sums are made to
 * fit after the edits; 0xff is the rest of the input as it lies.  The section
 * 0xff is the header, whose sum always fits.
 */
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "image_world.h"
#include "ipset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	EDIT = 8,
	EDITS = 64,
	ASKED = 24,
	RAW = 0xff
};

static struct world worlds[WORLD_ROWS];

static const struct world *
world_of(unsigned kind)
{
	unsigned row = kind % WORLD_ROWS;

	if (worlds[row].bytes == NULL)
		world_init(&worlds[row], &world_rows[row]);
	return &worlds[row];
}

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
look_around(
    struct delist_image *image, const struct world *world, const uint8_t *seed)
{
	uint32_t tags[ASKED], four[ASKED];
	uint8_t six[ASKED][16];
	uint64_t draw = 0;

	memcpy(&draw, seed, 4);
	for (unsigned path = 0; path < DELIST_PATHS; path++) {
		image->path = delist_image_path_of(path);
		if (image->path == NULL)
			continue;
		for (int i = 0; i < ASKED; i++) {
			struct delist_addr addr = world_ask(world, &draw);
			uint32_t tag = 1, none = 1;
			bool found = delist_image_find(image, &tag, &addr);

			require(found || tag == none);
			memcpy(six[i], addr.bytes, 16);
			memcpy(&four[i], addr.bytes, 4);
		}
		delist_image_find4_batch(image, tags, four, ASKED);
		delist_image_find6_batch(
		    image, tags, (const uint8_t(*)[16])six, ASKED);
	}
}

static void
look_at(const uint8_t *bytes, size_t len, const struct world *world,
    const uint8_t *seed)
{
	struct delist_image *image = NULL;
	int error = delist_image_open(&image, bytes, len, NULL);

	if (error != DELIST_OK) {
		require(error == DELIST_ECORRUPT || error == DELIST_EVERSION);
		require(image == NULL);
		return;
	}
	look_around(image, world, seed);
	error = delist_image_verify(image);
	require(error == DELIST_OK || error == DELIST_ECORRUPT);
	delist_image_close(image);
}

/* ---- edits ---- */

/* The bytes that an edit is of; NULL if they are not there. */
static uint8_t *
edited(uint8_t *bytes, const struct delist_image_header *header,
    const uint8_t *edit, size_t *n)
{
	uint64_t at = (uint64_t)edit[1] | (uint64_t)edit[2] << 8 |
		      (uint64_t)edit[3] << 16;
	uint64_t begin = 0, length = 64 + 32 * (uint64_t)header->n;

	if (edit[0] != 0xff) {
		if (header->n == 0)
			return NULL;
		begin = header->sections[edit[0] % header->n].place;
		length = header->sections[edit[0] % header->n].length;
	}
	at %= length;
	*n = (size_t)(edit[4] < length - at ? edit[4] : length - at);
	return bytes + begin + at;
}

static void
change(uint8_t *at, size_t n, const uint8_t *edit)
{
	uint16_t value;

	memcpy(&value, edit + 6, sizeof value);
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = edit[6 + i % 2];

		at[i] = edit[5] % 3 == 0   ? byte
			: edit[5] % 3 == 1 ? at[i] ^ byte
					   : (uint8_t)(at[i] + byte);
	}
}

static void
seal_header(uint8_t *bytes, unsigned sections)
{
	uint32_t sum = delist_crc32c(
	    delist_crc32c(0, bytes, 60), bytes + 64, (size_t)32 * sections);

	for (int i = 0; i < 4; i++)
		bytes[60 + i] = (uint8_t)(sum >> 8 * i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t no_seed[4];
	const struct world *world;
	struct delist_image_header header, got;
	uint8_t *bytes;

	if (size == 0)
		return 0;
	world = world_of(data[0]);
	if (data[0] == RAW) {
		look_at(data + 1, size - 1, world, no_seed);
		return 0;
	}
	bytes = malloc(world->len);
	require(bytes != NULL);
	memcpy(bytes, world->bytes, world->len);
	require(
	    delist_image_header_read(&header, bytes, world->len) == DELIST_OK);
	for (size_t at = 1; size - at >= EDIT && at < EDIT * EDITS;
	     at += EDIT) {
		size_t n;
		uint8_t *to = edited(bytes, &header, data + at, &n);

		if (to != NULL)
			change(to, n, data + at);
	}
	seal_header(bytes, header.n);
	if (data[0] / WORLD_ROWS % 2 != 0 &&
	    delist_image_header_read(&got, bytes, world->len) == DELIST_OK)
		world_seal(bytes, world->len);
	look_at(
	    bytes, world->len, world, size >= 5 ? data + size - 4 : no_seed);
	free(bytes);
	return 0;
}
