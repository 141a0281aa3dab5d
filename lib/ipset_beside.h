/* SPDX-License-Identifier: ISC */
#ifndef LIB_IPSET_BESIDE_H
#define LIB_IPSET_BESIDE_H

#include <delist/ipset.h>

#include "epoch.h"

/*
 * A set that shares the epoch of others, so that a reader who is inside of
 * one is inside of all.  The epoch must outlive the set; NULL: its own.
 *
 *	DELIST_ENOMEM	no memory
 */
int delist_ipset_new_beside(struct delist_ipset **out,
    const struct delist_alloc *alloc, struct delist_epoch *epoch);

#endif
