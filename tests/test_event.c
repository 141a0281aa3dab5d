/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/event.h>

static void
every_kind_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < DELIST_EVENT_KINDS; i++) {
		assert_non_null(delist_event_name(i));
		assert_string_not_equal(delist_event_name(i), "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    delist_event_name(i), delist_event_name(j));
	}
	assert_string_equal(delist_event_name(DELIST_EVENT_DUE), "due");
	assert_string_equal(
	    delist_event_name(DELIST_EVENT_RELISTED), "relisted");
}

static void
every_notice_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < DELIST_NOTICES; i++) {
		assert_string_not_equal(delist_notice_name(i), "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    delist_notice_name(i), delist_notice_name(j));
	}
	assert_string_equal(
	    delist_notice_name(DELIST_NOTICE_NOT_LISTED), "not-listed");
	assert_string_equal(delist_notice_name(-1), "unknown");
	assert_string_equal(delist_notice_name(DELIST_NOTICES), "unknown");
}

static void
others_are_unknown(void **state)
{
	(void)state;
	assert_string_equal(delist_event_name(-1), "unknown");
	assert_string_equal(delist_event_name(DELIST_EVENT_KINDS), "unknown");
	assert_string_equal(delist_event_name(INT32_MAX), "unknown");
	assert_string_equal(delist_event_name(INT32_MIN), "unknown");
}

int
main(void)
{
	TEST(every_kind_has_its_own_name);
	TEST(every_notice_has_its_own_name);
	TEST(others_are_unknown);
	return support_run("event");
}
