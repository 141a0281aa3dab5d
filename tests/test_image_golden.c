/* SPDX-License-Identifier: ISC */
/*
 * Images of format 1 as they were written once: they are read for as long as
 * the format is, on every machine, and the same set still has the same image.
 *
 * golden/format-1-N.image is the image of row N of world_rows, packed: a count
 * of 4 bytes, little-endian, then 8 bytes that are repeated so often.  When the
 * form changes before a release, DELIST_RECORD=1 in the environment writes new
 * ones.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "image_world.h"
#include "le.h"

enum {
	WORD = 8,
	PACKED = 4 + WORD,
	ASKED = 4000
};

struct golden_row {
	const char *name;
	int world;
};

static const struct golden_row golden_rows[] = {
    {"IPv4, 700 tags", 6},
    {"IPv6, 700 tags", 10},
    {"both", 11},
};

static FILE *
open_golden(int number, const char *mode)
{
	char path[512];
	FILE *file;

	snprintf(
	    path, sizeof path, TESTS_DIR "/golden/format-1-%d.image", number);
	file = fopen(path, mode);
	assert_non_null(file);
	return file;
}

static void
record(const struct world *world, int number)
{
	FILE *file = open_golden(number, "wb");

	for (size_t at = 0, n; at < world->len; at += n * WORD) {
		uint8_t packed[PACKED];

		for (n = 1; at + (n + 1) * WORD <= world->len &&
			    memcmp(world->bytes + at,
				world->bytes + at + n * WORD, WORD) == 0;)
			n++;
		delist_le32_put(packed, (uint32_t)n);
		memcpy(packed + 4, world->bytes + at, WORD);
		fwrite(packed, 1, sizeof packed, file);
	}
	assert_int_equal(fclose(file), 0);
}

/* The image that is in a file, against a page that traps. */
static uint8_t *
unpack(int number, size_t *len)
{
	FILE *file = open_golden(number, "rb");
	uint8_t packed[PACKED], *bytes = NULL, *guarded;

	*len = 0;
	while (fread(packed, 1, sizeof packed, file) == sizeof packed) {
		uint32_t n = delist_le32(packed);
		uint8_t *grown = realloc(bytes, *len + (size_t)n * WORD);

		assert_non_null(grown);
		bytes = grown;
		for (; n > 0; n--, *len += WORD)
			memcpy(bytes + *len, packed + 4, WORD);
	}
	fclose(file);
	guarded = (uint8_t *)support_guarded(bytes, *len);
	free(bytes);
	return guarded;
}

static void
is_read_as_ever(void **state)
{
	const struct golden_row *row = *state;
	struct delist_image *image;
	struct world world;
	uint64_t draw = 8;
	uint8_t *bytes;
	size_t len;

	world_init(&world, &world_rows[row->world]);
	if (getenv("DELIST_RECORD") != NULL)
		record(&world, row->world);
	bytes = unpack(row->world, &len);
	assert_int_equal(
	    delist_image_open(&image, bytes, len, NULL), DELIST_OK);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	for (int i = 0; i < ASKED; i++) {
		struct delist_addr addr = world_ask(&world, &draw);
		uint32_t tag = DELIST_IPSET_NONE;

		delist_image_find(image, &tag, &addr);
		assert_int_equal(tag, world_slow(&world, &addr));
	}
	delist_image_close(image);
	assert_int_equal(len, world.len);
	assert_memory_equal(bytes, world.bytes, len);
	world_fini(&world);
}

int
main(void)
{
	ROWS(is_read_as_ever, golden_rows);
	return support_run("image_golden");
}
