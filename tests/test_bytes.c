/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "bytes.h"

static void
integers_are_big_endian(void **state)
{
	static const uint8_t want[] = {0xf1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t at[8];

	(void)state;
	delist_put_be64(at, 0xf102030405060708);
	assert_memory_equal(at, want, 8);
	assert_int_equal(delist_get_be64(at), 0xf102030405060708);
	delist_put_be32(at, 0xf1020304);
	assert_memory_equal(at, want, 4);
	assert_int_equal(delist_get_be32(at), 0xf1020304);
	delist_put_be16(at, 0xf102);
	assert_memory_equal(at, want, 2);
	assert_int_equal(delist_get_be16(at), 0xf102);
}

static void
integers_are_little_endian(void **state)
{
	static const uint8_t want[] = {8, 7, 6, 5, 4, 3, 2, 0xf1};
	uint8_t at[8];

	(void)state;
	delist_put_le64(at, 0xf102030405060708);
	assert_memory_equal(at, want, 8);
	assert_int_equal(delist_get_le64(at), 0xf102030405060708);
	delist_put_le32(at, 0xf1020304);
	assert_memory_equal(at, want + 4, 4);
	assert_int_equal(delist_get_le32(at), 0xf1020304);
	delist_put_le16(at, 0xf102);
	assert_memory_equal(at, want + 6, 2);
	assert_int_equal(delist_get_le16(at), 0xf102);
}

static void
secrets_compare_whole(void **state)
{
	uint8_t a[16] = {0}, b[16] = {0};

	(void)state;
	assert_true(delist_bytes_equal_secret(a, b, 16));
	assert_true(delist_bytes_equal_secret(a, b, 0));
	for (size_t bit = 0; bit < 128; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(delist_bytes_equal_secret(a, b, 16));
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
wiping_leaves_zeros(void **state)
{
	static const uint8_t zeros[5];
	uint8_t at[6] = {1, 2, 3, 4, 5, 6};

	(void)state;
	delist_bytes_wipe(at, 5);
	assert_memory_equal(at, zeros, 5);
	assert_int_equal(at[5], 6);
}

int
main(void)
{
	TEST(integers_are_big_endian);
	TEST(integers_are_little_endian);
	TEST(secrets_compare_whole);
	TEST(wiping_leaves_zeros);
	return support_run("bytes");
}
