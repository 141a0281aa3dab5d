/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "crc32c.h"

struct vector_row {
	const char *name;
	uint8_t bytes[48];
	size_t len;
	uint32_t want;
};

/* RFC 3720, B.4, where the sums stand as bytes, the lowest first */
/* clang-format off */
static const struct vector_row vector_rows[] = {
    {"nothing", {0}, 0, 0},
    {"32 bytes of zeroes", {0}, 32, 0x8a9136aa},
    {"32 bytes of ones", {
	255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255}, 32, 0x62a8ab43},
    {"32 bytes of incrementing", {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
	32, 0x46dd794e},
    {"32 bytes of decrementing", {
	31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
	15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	32, 0x113fdb5c},
    {"an iSCSI SCSI Read (10) command", {
	0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x14, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
	0x28, 0, 0, 0, 0, 0, 0, 0, 2}, 48, 0xd9963a56},
};
/* clang-format on */

static void
published_sums(void **state)
{
	const struct vector_row *row = *state;
	const char *bytes = support_guarded(row->bytes, row->len);

	assert_int_equal(delist_crc32c(0, bytes, row->len), row->want);
	for (size_t cut = 0; cut <= row->len; cut++) {
		uint32_t head = delist_crc32c(0, bytes, cut);

		assert_int_equal(
		    delist_crc32c(head, bytes + cut, row->len - cut),
		    row->want);
	}
}

/* The definition: one bit at a time. */
static uint32_t
slow_twin(uint32_t crc, const uint8_t *at, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len * 8; i++) {
		uint32_t bit = (crc ^ (uint32_t)(at[i / 8] >> i % 8)) & 1;

		crc = crc >> 1 ^ (bit != 0 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
agrees_with_a_slow_twin(void **state)
{
	struct support_random random = {20261125};
	uint8_t bytes[80];

	(void)state;
	for (int step = 0; step < 20000; step++) {
		size_t at = support_below(&random, 9);
		size_t len = support_below(&random, sizeof bytes - at);
		uint32_t seed = (uint32_t)support_random(&random);

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)support_random(&random);
		assert_int_equal(delist_crc32c(seed, bytes + at, len),
		    slow_twin(seed, bytes + at, len));
	}
}

int
main(void)
{
	ROWS(published_sums, vector_rows);
	TEST(agrees_with_a_slow_twin);
	return support_run("crc32c");
}
