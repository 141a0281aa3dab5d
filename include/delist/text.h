/* SPDX-License-Identifier: ISC */
#ifndef DELIST_TEXT_H
#define DELIST_TEXT_H

#include <stddef.h>

/*
 * A view: len bytes that somebody else owns, not ended by a NUL.  It is good
 * for as long as the bytes are, and each call that hands one out says whose
 * they are.  {NULL, 0} is "nothing".
 */
struct delist_text {
	const char *at;
	size_t len;
};

#endif
