/* SPDX-License-Identifier: ISC */
/*
 * audit.c - names for what is written down
 */
#include <delist/audit.h>

const char *
delist_audit_of_name(int of)
{
	static const char *const names[DELIST_AUDIT_OFS] = {
	    "none",
	    "listing",
	    "request",
	    "investigation",
	    "appeal",
	    "outbound",
	};

	if (of < 0 || of >= DELIST_AUDIT_OFS)
		return "unknown";
	return names[of];
}
