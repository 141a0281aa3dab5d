/* SPDX-License-Identifier: ISC */
#ifndef DELIST_SERVICE_DESK_H
#define DELIST_SERVICE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/audit.h>
#include <delist/error.h>
#include <delist/listing.h>
#include <delist/request.h>
#include <delist/service.h>
#include <delist/text.h>

/*
 * The operator's desk of a service
 *
 * Behind <delist/service.h>, which MTA and portal use, is what persons do:
 * they look through what is there.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* ---- list pages ---- */

/*
 * Where a page goes on; zeroed: at the start.  It is no more than the key of
 * the row that was shown last, so it stays good, whatever is changed
 * meanwhile, and can be carried in a link.
 */
struct delist_cursor {
	uint8_t len;
	char at[64];
};

/*
 * The next listing (of a kind, in the order of delist_prefix_compare()), the
 * next request or audit; *found says whether there is one.
 * What is changed while somebody turns pages is shown as it is by then, or
 * not at all.
 *
 * Requests are in no order that means anything; audits are in that of their
 * time, and delist_cursor_since() begins with those of at_s.
 *
 *	DELIST_EINVAL	no such kind, or a cursor that is none
 *	DELIST_ECORRUPT, DELIST_EVERSION
 *			the row can't be read
 *	and what the store says; all outputs are then as they were
 */
DELIST_API int delist_service_next_listing(const struct delist_service *service,
    bool *found, struct delist_listing *listing, struct delist_cursor *cursor,
    int kind);
DELIST_API int delist_service_next_request(const struct delist_service *service,
    bool *found, struct delist_request *request, struct delist_cursor *cursor);
DELIST_API int delist_service_next_audit(const struct delist_service *service,
    bool *found, struct delist_audit *audit, struct delist_cursor *cursor);
DELIST_API void delist_cursor_since(struct delist_cursor *cursor, int64_t at_s);

/*
 * One of them, by its id.  The outputs are as they were where there is none.
 *
 *	errors as above
 */
DELIST_API int delist_service_request(const struct delist_service *service,
    bool *found, struct delist_request *request, const uint8_t id[16]);

/*
 * How many there are in each state, as this service knows it: what another
 * one on the same store did since this one was opened is not in it.
 */
struct delist_service_stats {
	uint32_t size; /* sizeof(struct delist_service_stats) */
	/* By enum delist_listing_kind and delist_listing_state. */
	uint64_t listings[3][4];
	uint64_t requests[12]; /* by enum delist_request_state */
};

/*
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_service_stats(
    const struct delist_service *service, struct delist_service_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
