/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/error.h>

static void
every_error_is_named(void **state)
{
	(void)state;
	for (int error = DELIST_ENOTSUP; error <= DELIST_OK; error++)
		assert_memory_equal(delist_strerror(error), "DELIST_", 7);
	for (int a = DELIST_ENOTSUP; a <= DELIST_OK; a++)
		for (int b = a + 1; b <= DELIST_OK; b++)
			assert_string_not_equal(
			    delist_strerror(a), delist_strerror(b));
}

static void
other_numbers_are_unknown(void **state)
{
	static const int others[] = {
	    1, 2, DELIST_ENOTSUP - 1, INT32_MAX, INT32_MIN};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_string_equal(
		    delist_strerror(others[i]), "unknown error");
}

static void
version_is_three_numbers(void **state)
{
	const char *version = delist_version();
	int dots = 0;

	(void)state;
	for (; *version != '\0'; version++)
		if (*version == '.')
			dots++;
		else
			assert_in_range(*version, '0', '9');
	assert_int_equal(dots, 2);
}

int
main(void)
{
	TEST(every_error_is_named);
	TEST(other_numbers_are_unknown);
	TEST(version_is_three_numbers);
	return support_run("error");
}
