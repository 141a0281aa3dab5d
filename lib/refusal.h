/* SPDX-License-Identifier: ISC */
#ifndef LIB_REFUSAL_H
#define LIB_REFUSAL_H

#include <stdbool.h>

/*
 * The last number of the status that a listing's reply has
 *
 *	5.7.511			a person looks into it
 *	5.7.606 .. 5.7.649	the sender removes itself, on the portal
 */
enum {
	REFUSAL_PERSON = 511,
	REFUSAL_PORTAL = 606,
	REFUSAL_PORTAL_LAST = 649
};

static inline bool
delist_refusal_has_portal(unsigned code)
{
	return code >= REFUSAL_PORTAL && code <= REFUSAL_PORTAL_LAST;
}

static inline bool
delist_refusal_is_code(unsigned code)
{
	return code == REFUSAL_PERSON || delist_refusal_has_portal(code);
}

#endif
