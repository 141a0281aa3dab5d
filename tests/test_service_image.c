/* SPDX-License-Identifier: ISC */
#include "service_world.h"

#include <stdlib.h>

#include "bytes.h"
#include "crc32c.h"

enum {
	HEADER = 256,
	AGE = 10 * 60
};

static const char *const prefixes[] = {"192.0.2.0/24", "192.0.2.0/29",
    "192.0.2.1", "192.0.2.9", "198.51.100.0/31", "2001:db8::/32",
    "2001:db8::/64", "2001:db8::1", "2001:db8:0:1::/64"};
static const char *const addrs[] = {"192.0.2.0", "192.0.2.1", "192.0.2.9",
    "192.0.2.200", "198.51.100.1", "198.51.100.2", "203.0.113.1", "2001:db8::1",
    "2001:db8::2", "2001:db8:0:1::9", "2001:db8:9::", "2001:db9::"};
static const char *const recipients[] = {
    "", "x@example.net", "postmaster", "delist@example.net"};

/* ---- an image ---- */

struct image {
	uint8_t *bytes;
	size_t len;
};

static struct image
write_image(const struct world *world, int64_t now_s)
{
	struct image image;
	size_t size = delist_service_image_size(world->service);

	image.bytes = aligned_alloc(64, (size + 63) / 64 * 64);
	assert_non_null(image.bytes);
	assert_int_equal(delist_service_image_write(world->service, image.bytes,
			     size, &image.len, AGE, now_s),
	    0);
	assert_int_equal(image.len, size);
	return image;
}

static void
list_some(struct world *world, struct support_random *random, int n)
{
	static const uint16_t codes[] = {0, 606, 607, 511};

	for (int i = 0; i < n; i++) {
		struct delist_prefix prefix = world_prefix(
		    prefixes[support_below(random, COUNT(prefixes))]);
		struct delist_grounds grounds = {
		    .size = sizeof grounds,
		    .source = {"s", 1},
		    .reason = {"r", 1},
		    .code = codes[support_below(random, COUNT(codes))],
		    .origin = (uint8_t)(support_below(random, 3) == 0
					    ? DELIST_ORIGIN_MANUAL
					    : DELIST_ORIGIN_AUTOMATIC),
		    .ttl_s = (int64_t)support_below(random, 3) * HOUR,
		};
		bool removed;

		switch (support_below(random, 8)) {
		case 0:
			grounds.code = 0;
			assert_int_equal(delist_service_except(world->service,
					     &prefix, &grounds, NOW),
			    0);
			break;
		case 1:
			grounds.code = 0;
			assert_int_equal(delist_service_allow(world->service,
					     &prefix, &grounds, NOW),
			    0);
			break;
		case 2:
			assert_int_equal(
			    delist_service_unlist(world->service, &removed,
				DELIST_LISTING_ALLOW, &prefix, NOW),
			    0);
			break;
		default:
			assert_int_equal(delist_service_block(world->service,
					     &prefix, &grounds, NOW),
			    0);
		}
	}
}

static void
assert_same(const struct delist_check *got, const struct delist_check *want)
{
	assert_int_equal(got->answer, want->answer);
	assert_int_equal(got->code, want->code);
	assert_int_equal(delist_prefix_compare(&got->prefix, &want->prefix), 0);
	assert_int_equal(delist_prefix_compare(&got->pass, &want->pass), 0);
	assert_true(got->until_s == want->until_s);
}

/* Its twin is the service that wrote it, asked for the same time. */
static void
compare_all(const struct world *world, const struct delist_service_image *image,
    int64_t now_s)
{
	for (size_t a = 0; a < COUNT(addrs); a++)
		for (size_t r = 0; r < COUNT(recipients); r++) {
			struct delist_addr addr = world_addr(addrs[a]);
			size_t len = strlen(recipients[r]);
			struct delist_check got, want;
			bool refuse = delist_service_check(world->service,
			    &want, &addr, recipients[r], len, now_s);

			assert_int_equal(delist_service_image_check(image, &got,
					     &addr, recipients[r], len, now_s),
			    refuse);
			assert_same(&got, &want);
		}
}

static void
answers_as_the_service(void **state)
{
	struct support_random random = {3};

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct delist_service_image *opened;
		struct image image;
		struct world world;
		int64_t now_s = NOW + (int64_t)support_below(&random, 4) * HOUR;

		world_start(&world);
		list_some(&world, &random, round % 40);
		image = write_image(&world, now_s);
		assert_int_equal(delist_service_image_open(
				     &opened, image.bytes, image.len, NULL),
		    0);
		assert_int_equal(delist_service_image_verify(opened), 0);
		assert_true(delist_service_image_built_s(opened) == now_s);
		/* Also what ends in the meantime. */
		compare_all(&world, opened, now_s);
		compare_all(&world, opened, now_s + AGE - 1);
		compare_all(&world, opened, now_s - AGE + 1);
		delist_service_image_close(opened);
		free(image.bytes);
		world_close(&world);
	}
}

static void
replies_as_the_service(void **state)
{
	struct delist_addr addr = world_addr("192.0.2.1");
	static const uint16_t codes[] = {606, 649, 511};
	struct delist_service_image *opened;
	struct image image;
	struct world world;

	(void)state;
	world_start(&world);
	image = write_image(&world, NOW);
	assert_int_equal(
	    delist_service_image_open(&opened, image.bytes, image.len, NULL),
	    0);
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct delist_check check = {
		    .answer = DELIST_CHECK_BLOCKED, .code = codes[i]};
		char got[DELIST_REPLY_TEXT], want[DELIST_REPLY_TEXT];
		size_t got_len, want_len;

		assert_int_equal(delist_service_reply(world.service, want,
				     sizeof want, &want_len, &check, &addr, 0),
		    0);
		assert_int_equal(delist_service_image_reply(opened, got,
				     sizeof got, &got_len, &check, &addr, 0),
		    0);
		assert_string_equal(got, want);
		assert_int_equal(got_len, want_len);
		check.answer = DELIST_CHECK_UNKNOWN;
		assert_int_equal(delist_service_image_reply(opened, got,
				     sizeof got, &got_len, &check, &addr, 0),
		    DELIST_EINVAL);
	}
	delist_service_image_close(opened);
	free(image.bytes);
	world_close(&world);
}

struct age_row {
	const char *name;
	int64_t built_s, age_s, now_s;
	int answer;
};

static const struct age_row age_rows[] = {
    {"just built", NOW, AGE, NOW, DELIST_CHECK_BLOCKED},
    {"its last second", NOW, AGE, NOW + AGE - 1, DELIST_CHECK_BLOCKED},
    {"too old", NOW, AGE, NOW + AGE, DELIST_CHECK_UNKNOWN},
    {"far too old", NOW, AGE, INT64_MAX, DELIST_CHECK_UNKNOWN},
    {"a clock that went back a bit", NOW, AGE, NOW - AGE + 1,
	DELIST_CHECK_BLOCKED},
    {"a clock that was ahead", NOW, AGE, NOW - AGE, DELIST_CHECK_UNKNOWN},
    {"for ever, nearly", NOW, INT64_MAX, INT64_MAX - 1, DELIST_CHECK_PASS},
    {"built at the end of time", INT64_MAX - 1, AGE, NOW, DELIST_CHECK_UNKNOWN},
};

static void
is_believed_for_a_while(void **state)
{
	const struct age_row *row = *state;
	struct delist_addr addr = world_addr("192.0.2.1");
	struct delist_service_image *opened;
	struct delist_check check;
	struct world world;
	uint8_t *bytes;
	size_t len;

	world_start(&world);
	assert_int_equal(world_block(&world, "192.0.2.1", NOW), 0);
	len = delist_service_image_size(world.service);
	bytes = malloc(len);
	assert_int_equal(delist_service_image_write(world.service, bytes, len,
			     &len, row->age_s, row->built_s),
	    0);
	assert_int_equal(
	    delist_service_image_open(&opened, bytes, len, NULL), 0);
	assert_int_equal(delist_service_image_check(
			     opened, &check, &addr, NULL, 0, row->now_s),
	    row->answer == DELIST_CHECK_BLOCKED);
	assert_int_equal(check.answer, row->answer);
	(void)delist_service_image_check(
	    opened, NULL, &addr, NULL, 0, row->now_s);
	delist_service_image_close(opened);
	free(bytes);
	world_close(&world);
}

/* ---- refused ---- */

static void
refuses_what_it_must(void **state)
{
	struct delist_service_image *opened = NULL;
	struct image image;
	struct world world;
	size_t len = 7;

	(void)state;
	world_start(&world);
	image = write_image(&world, NOW);
	assert_int_equal(delist_service_image_write(world.service, image.bytes,
			     image.len, &len, 0, NOW),
	    DELIST_EINVAL);
	assert_int_equal(delist_service_image_write(world.service, image.bytes,
			     image.len - 1, &len, AGE, NOW),
	    DELIST_ENOSPC);
	assert_int_equal(len, 7);
	assert_int_equal(
	    delist_service_image_open(NULL, image.bytes, image.len, NULL),
	    DELIST_EINVAL);
	assert_int_equal(
	    delist_service_image_open(&opened, NULL, 0, NULL), DELIST_EINVAL);
	delist_service_image_close(NULL);
	image.bytes[8] = 2;
	assert_int_equal(
	    delist_service_image_open(&opened, image.bytes, image.len, NULL),
	    DELIST_EVERSION);
	assert_null(opened);
	free(image.bytes);
	world_close(&world);
}

static void
open_on_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	const struct image *image = arg;
	struct delist_service_image *opened = NULL;
	int result =
	    delist_service_image_open(&opened, image->bytes, image->len, alloc);

	assert_true(
	    result == DELIST_OK || (failing && result == DELIST_ENOMEM));
	assert_int_equal(opened != NULL, result == DELIST_OK);
	delist_service_image_close(opened);
}

static struct image
some_image(int listings)
{
	struct support_random random = {8};
	struct image image;
	struct world world;

	world_start(&world);
	list_some(&world, &random, listings);
	image = write_image(&world, NOW);
	world_close(&world);
	return image;
}

static void
opens_without_memory(void **state)
{
	struct image image = some_image(5);

	(void)state;
	support_sweep(open_on_memory, &image);
	free(image.bytes);
}

/* ---- damage ---- */

static bool
is_sound(const uint8_t *bytes, size_t len)
{
	struct delist_service_image *opened;
	bool sound;

	if (delist_service_image_open(&opened, bytes, len, NULL) != DELIST_OK)
		return false;
	sound = delist_service_image_verify(opened) == DELIST_OK;
	delist_service_image_close(opened);
	return sound;
}

/* The bytes that all sums are over; behind them is the set's own image. */
static size_t
begin_of_set(const struct image *image)
{
	return image->len - delist_get_le64(image->bytes + 72);
}

static void
any_bit_that_flips_is_found(void **state)
{
	struct image image = some_image(20);
	size_t begin = begin_of_set(&image);

	(void)state;
	assert_true(is_sound(image.bytes, image.len));
	for (size_t i = 0; i < begin + 64; i++)
		for (int bit = 0; bit < 8; bit++) {
			image.bytes[i] ^= (uint8_t)(1 << bit);
			assert_false(is_sound(image.bytes, image.len));
			image.bytes[i] ^= (uint8_t)(1 << bit);
		}
	free(image.bytes);
}

static void
each_beginning_is_refused(void **state)
{
	struct image image = some_image(20);

	(void)state;
	for (size_t len = 0; len < image.len;
	     len += len < begin_of_set(&image) + 200 ? 1 : 997) {
		const char *guarded = support_guarded(image.bytes, len);
		struct delist_service_image *opened;

		assert_int_equal(delist_service_image_open(&opened,
				     (const uint8_t *)guarded, len, NULL),
		    DELIST_ECORRUPT);
	}
	free(image.bytes);
}

/* All sums fit: what is wrong has to be seen, or does no harm. */
static void
sum_up(uint8_t *bytes, size_t begin)
{
	delist_put_le32(
	    bytes + 68, delist_crc32c(0, bytes + HEADER, begin - HEADER));
	delist_put_le32(
	    bytes + HEADER - 4, delist_crc32c(0, bytes, HEADER - 4));
}

static void
look_around(const uint8_t *bytes, size_t len)
{
	struct delist_service_image *opened;

	if (delist_service_image_open(&opened, bytes, len, NULL) != DELIST_OK)
		return;
	for (size_t i = 0; i < COUNT(addrs); i++) {
		struct delist_addr addr = world_addr(addrs[i]);
		struct delist_check check;

		(void)delist_service_image_check(
		    opened, &check, &addr, "x@example.net", 13, NOW);
	}
	(void)delist_service_image_verify(opened);
	delist_service_image_close(opened);
}

/* Whatever somebody wrote into it, all that is read is inside. */
static void
hostile_bytes_do_no_harm(void **state)
{
	struct image image = some_image(25);
	size_t begin = begin_of_set(&image);
	struct support_random random = {4};
	uint8_t *copy = malloc(image.len);

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t n = 1 + support_below(&random, 6);
		size_t from = round % 3 == 0 ? 0 : HEADER;
		const char *guarded;

		memcpy(copy, image.bytes, image.len);
		for (size_t i = 0; i < n; i++) {
			size_t at = from + support_below(&random, begin - from);

			/* Small numbers, and those at the ends. */
			copy[at] = (uint8_t)(support_below(&random, 4) - 2);
		}
		sum_up(copy, begin);
		guarded = support_guarded(copy, image.len);
		look_around((const uint8_t *)guarded, image.len);
	}
	free(copy);
	free(image.bytes);
}

struct lie_row {
	const char *name;
	size_t at;
	uint64_t value;
	unsigned bytes;
};

static const struct lie_row lie_rows[] = {
    {"longer than it is", 16, UINT64_MAX, 8},
    {"no age", 32, 0, 8},
    {"an age below 0", 32, UINT64_MAX, 8},
    {"no places", 56, 0, 4},
    {"more places", 56, UINT32_MAX, 4},
    {"no slots", 60, 0, 4},
    {"more slots", 60, UINT32_MAX, 4},
    {"no texts", 64, 0, 4},
    {"more texts", 64, UINT32_MAX, 4},
    {"no set", 72, 0, 8},
    {"a set that is longer", 72, UINT64_MAX, 8},
    {"no lengths in use", 80, 0, 8},
    {"a text that has no end", HEADER + 18, 'x', 1},
};

static void
lies_are_found(void **state)
{
	const struct lie_row *row = *state;
	struct image image = some_image(25);
	size_t begin = begin_of_set(&image);

	for (unsigned i = 0; i < row->bytes; i++)
		image.bytes[row->at + i] = (uint8_t)(row->value >> 8 * i);
	sum_up(image.bytes, begin);
	assert_false(is_sound(image.bytes, image.len));
	look_around(image.bytes, image.len);
	free(image.bytes);
}

int
main(void)
{
	TEST(answers_as_the_service);
	TEST(replies_as_the_service);
	ROWS(is_believed_for_a_while, age_rows);
	TEST(refuses_what_it_must);
	TEST(opens_without_memory);
	TEST(any_bit_that_flips_is_found);
	TEST(each_beginning_is_refused);
	TEST(hostile_bytes_do_no_harm);
	ROWS(lies_are_found, lie_rows);
	return support_run("service_image");
}
