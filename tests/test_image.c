/* SPDX-License-Identifier: ISC */
/*
 * Images of sets that have each kind of block: the answers are those of the
 * set and of a slow twin, by each way to look up, wherever the bytes lie.
 */
#include "support.h"

#include <stdlib.h>

#include "image_world.h"
#include "ipset.h"

static struct delist_image *
open_image(const uint8_t *bytes, size_t len)
{
	struct delist_image *image = NULL;

	assert_int_equal(
	    delist_image_open(&image, bytes, len, NULL), DELIST_OK);
	return image;
}

static uint32_t
found(const struct delist_image *image, const struct delist_addr *addr)
{
	uint32_t tag = DELIST_IPSET_NONE;
	bool is_found = delist_image_find(image, &tag, addr);

	assert_int_equal(is_found, tag != DELIST_IPSET_NONE);
	return tag;
}

/* ---- answers ---- */

enum {
	ASKED = 1500
};

struct asked {
	struct delist_addr addrs[ASKED];
	uint32_t want[ASKED];
};

static void
ask(struct asked *asked, const struct world *world)
{
	uint64_t state = 99;

	for (int i = 0; i < ASKED; i++) {
		asked->addrs[i] = world_ask(world, &state);
		asked->want[i] = world_slow(world, &asked->addrs[i]);
	}
}

/* Batches of every length up to some, at every place. */
static void
hold_batches(const struct delist_image *image, const struct asked *asked)
{
	static uint32_t four[ASKED], tags[ASKED];
	static uint8_t six[ASKED][16];

	for (int i = 0; i < ASKED; i++) {
		const struct delist_addr *addr = &asked->addrs[i];

		four[i] = (uint32_t)addr->bytes[0] << 24 |
			  (uint32_t)addr->bytes[1] << 16 |
			  (uint32_t)addr->bytes[2] << 8 | addr->bytes[3];
		memset(six[i], 0, 16);
		memcpy(six[i], addr->bytes, 16);
		if (addr->family == DELIST_INET4) {
			memset(six[i], 0, 16);
			six[i][10] = six[i][11] = 0xff;
			memcpy(six[i] + 12, addr->bytes, 4);
		}
	}
	for (size_t at = 0, n = 0; at + n <= ASKED; at += n, n = (n + 1) % 90) {
		delist_image_find6_batch(
		    image, tags, (const uint8_t(*)[16])(six + at), n);
		assert_memory_equal(tags, asked->want + at, n * sizeof *tags);
		delist_image_find4_batch(image, tags, four + at, n);
		for (size_t i = 0; i < n; i++)
			if (asked->addrs[at + i].family == DELIST_INET4)
				assert_int_equal(tags[i], asked->want[at + i]);
	}
}

static void
answers_as_the_set(void **state)
{
	static struct asked asked;
	struct delist_image *image;
	struct world world;

	world_init(&world, *state);
	ask(&asked, &world);
	image = open_image(world.bytes, world.len);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	assert_int_equal(
	    delist_image_count(image), delist_ipset_count(world.set));
	for (unsigned path = 0; path < DELIST_PATHS; path++) {
		image->path = delist_image_path_of(path);
		if (image->path == NULL)
			continue;
		for (int i = 0; i < ASKED; i++)
			assert_int_equal(
			    found(image, &asked.addrs[i]), asked.want[i]);
		hold_batches(image, &asked);
	}
	for (int i = 0; i < ASKED; i++) {
		uint32_t tag = DELIST_IPSET_NONE;

		delist_ipset_find(world.set, &tag, &asked.addrs[i]);
		assert_int_equal(tag, asked.want[i]);
	}
	delist_image_close(image);
	world_fini(&world);
}

/* Between pages that trap, and where no word is aligned. */
static void
stays_inside(void **state)
{
	static struct asked asked;
	struct world world;
	char *odd;

	world_init(&world, *state);
	ask(&asked, &world);
	odd = malloc(world.len + 1);
	assert_non_null(odd);
	for (int where = 0; where < 3; where++) {
		const char *at =
		    where == 0	 ? support_guarded(world.bytes, world.len)
		    : where == 1 ? support_guarded_front(world.bytes, world.len)
				 : memcpy(odd + 1, world.bytes, world.len);
		struct delist_image *image =
		    open_image((const uint8_t *)at, world.len);

		assert_int_equal(delist_image_verify(image), DELIST_OK);
		for (int i = 0; i < ASKED; i++)
			assert_int_equal(
			    found(image, &asked.addrs[i]), asked.want[i]);
		delist_image_close(image);
	}
	free(odd);
	world_fini(&world);
}

/* Its bytes are those of the set, whatever there was before, and no more. */
static void
is_written_whole(void **state)
{
	struct world world;
	uint8_t *again;
	size_t len = 1;

	world_init(&world, *state);
	again = (uint8_t *)support_guarded(world.bytes, world.len);
	memset(again, 0xa5, world.len);
	assert_int_equal(
	    delist_ipset_image_write(world.set, again, world.len - 1, &len),
	    DELIST_ENOSPC);
	assert_int_equal(len, 1);
	for (size_t i = 0; i < world.len; i++)
		assert_int_equal(again[i], 0xa5);
	assert_int_equal(
	    delist_ipset_image_write(world.set, again, world.len, &len),
	    DELIST_OK);
	assert_int_equal(len, world.len);
	assert_memory_equal(again, world.bytes, len);
	world_fini(&world);
}

/* Every prefix of an image is refused, by its header alone. */
static void
prefixes_are_refused(void **state)
{
	struct delist_image *image = NULL;
	struct world world;

	world_init(&world, *state);
	for (size_t len = 0; len < world.len; len++)
		assert_int_equal(
		    delist_image_open(&image, world.bytes, len, NULL),
		    DELIST_ECORRUPT);
	for (size_t len = 0; len <= 4096 && len < world.len; len++)
		assert_int_equal(
		    delist_image_open(&image,
			(uint8_t *)support_guarded(world.bytes, len), len,
			NULL),
		    DELIST_ECORRUPT);
	assert_null(image);
	world_fini(&world);
}

/* ---- in time ---- */

static struct delist_prefix
prefix_of(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(
	    delist_prefix_parse(&prefix, text, strlen(text)), DELIST_OK);
	return prefix;
}

static uint32_t
found_now(const struct delist_ipset *set, const char *text)
{
	size_t len = delist_ipset_image_size(set);
	uint8_t *bytes = malloc(len);
	struct delist_prefix prefix = prefix_of(text);
	struct delist_image *image;
	uint32_t tag;

	assert_int_equal(
	    delist_ipset_image_write(set, bytes, len, &len), DELIST_OK);
	image = open_image(bytes, len);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	tag = found(image, &prefix.addr);
	delist_image_close(image);
	free(bytes);
	return tag;
}

/* What is prepared is no part of an image before it is published. */
static void
has_what_is_published(void **state)
{
	static const char *const texts[] = {"192.0.2.0/24", "192.0.2.7",
	    "2001:d00::/24", "2001:db8::/32", "2001:db9::/32",
	    "2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:1:2::3"};
	struct delist_ipset *set;
	bool removed;

	(void)state;
	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	for (uint32_t i = 0; i < COUNT(texts); i++) {
		struct delist_prefix prefix = prefix_of(texts[i]);
		uint32_t before = found_now(set, texts[i]);

		assert_int_equal(
		    delist_ipset_prepare_insert(set, &prefix, i), DELIST_OK);
		assert_int_equal(found_now(set, texts[i]), before);
		delist_ipset_publish(set);
		assert_int_equal(found_now(set, texts[i]), i);
	}
	for (uint32_t i = COUNT(texts); i-- > 0;) {
		struct delist_prefix prefix = prefix_of(texts[i]);

		assert_int_equal(
		    delist_ipset_prepare_remove(set, &removed, &prefix),
		    DELIST_OK);
		assert_int_equal(found_now(set, texts[i]), i);
		delist_ipset_publish(set);
		assert_int_not_equal(found_now(set, texts[i]), i);
	}
	delist_ipset_free(set);
}

/* After many changes as good as new, and not much larger. */
static void
outlives_changes(void **state)
{
	struct world world;
	size_t len = 0;
	uint64_t draw = 5;
	bool removed;

	world_init(&world, *state);
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < world.n; i++) {
			struct delist_ipset_entry *entry = &world.entries[i];

			if (world_draw(&draw) % 2 != 0)
				assert_int_equal(delist_ipset_remove(world.set,
						     &removed, &entry->prefix),
				    DELIST_OK);
		}
		for (size_t i = 0; i < world.n; i++) {
			struct delist_ipset_entry *entry = &world.entries[i];

			assert_int_equal(delist_ipset_insert(world.set,
					     &entry->prefix, entry->tag),
			    DELIST_OK);
			if (i % 512 == 0)
				found_now(world.set, "192.0.2.1");
		}
	}
	len = delist_ipset_image_size(world.set);
	assert_true(len <= world.len + world.len / 2);
	world_fini(&world);
}

/* ---- opening ---- */

static void
open_once(const struct delist_alloc *alloc, bool failing, void *arg)
{
	const struct world *world = arg;
	struct delist_image *image = NULL;
	int error = delist_image_open(&image, world->bytes, world->len, alloc);

	assert_true(failing);
	assert_int_equal(error, image != NULL ? DELIST_OK : DELIST_ENOMEM);
	delist_image_close(image);
}

static void
asks_for_memory_once(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, &world_rows[1]);
	support_sweep(open_once, &world);
	world_fini(&world);
}

static void
refuses_no_bytes(void **state)
{
	struct delist_image *image = NULL;
	const uint8_t byte = 0;

	(void)state;
	assert_int_equal(
	    delist_image_open(&image, NULL, 0, NULL), DELIST_EINVAL);
	assert_int_equal(
	    delist_image_open(NULL, &byte, 1, NULL), DELIST_EINVAL);
	assert_int_equal(
	    delist_image_open(&image, &byte, 0, NULL), DELIST_ECORRUPT);
	assert_null(image);
	delist_image_close(NULL);
}

static void
finds_nothing_for_no_address(void **state)
{
	struct delist_addr none = {.family = DELIST_NOADDR};
	struct delist_image *image;
	struct world world;
	uint32_t tag = 77;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	image = open_image(world.bytes, world.len);
	assert_false(delist_image_find(image, &tag, &none));
	assert_int_equal(tag, 77);
	delist_image_close(image);
	world_fini(&world);
}

int
main(void)
{
	ROWS(answers_as_the_set, world_rows);
	ROWS(stays_inside, world_rows);
	ROWS(is_written_whole, world_rows);
	ROWS(outlives_changes, world_rows);
	support_rows("prefixes_are_refused", prefixes_are_refused, world_rows,
	    sizeof *world_rows, 3);
	TEST(has_what_is_published);
	TEST(asks_for_memory_once);
	TEST(refuses_no_bytes);
	TEST(finds_nothing_for_no_address);
	return support_run("image");
}
