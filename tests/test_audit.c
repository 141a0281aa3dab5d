/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/audit.h>

static void
each_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < DELIST_AUDIT_OFS; i++) {
		assert_string_not_equal(delist_audit_of_name(i), "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    delist_audit_of_name(i), delist_audit_of_name(j));
	}
	assert_string_equal(
	    delist_audit_of_name(DELIST_AUDIT_OUTBOUND), "outbound");
}

static void
others_are_unknown(void **state)
{
	(void)state;
	assert_string_equal(delist_audit_of_name(-1), "unknown");
	assert_string_equal(delist_audit_of_name(DELIST_AUDIT_OFS), "unknown");
	assert_string_equal(delist_audit_of_name(INT32_MIN), "unknown");
	assert_string_equal(delist_audit_of_name(INT32_MAX), "unknown");
}

/* A change has no room that nobody names: it would be in no row. */
static void
changes_are_counted(void **state)
{
	(void)state;
	assert_int_equal(sizeof((struct delist_audit *)0)->change /
			     sizeof(struct delist_audit_change),
	    DELIST_AUDIT_CHANGES);
}

int
main(void)
{
	TEST(each_has_its_own_name);
	TEST(others_are_unknown);
	TEST(changes_are_counted);
	return support_run("audit");
}
