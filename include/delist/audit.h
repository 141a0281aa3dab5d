/* SPDX-License-Identifier: ISC */
#ifndef DELIST_AUDIT_H
#define DELIST_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>

/*
 * What became of whom, when, and at whose word (RFC 6471, 2.1: a list keeps a
 * trail of what was listed and removed, and why)
 *
 * One audit is one commit.  It says who did what for which reason, and all
 * the transitions that came of it, in their order: a confirmation is that of
 * the request, of the listing that it lifts, and of the exception that it
 * makes.  There is no mailbox in it and no token, so it may be kept for
 * longer than personal data; a keyed hash tells whether two audits are about
 * one mailbox.
 *
 * An audit is a plain value: copy it with `=`.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_AUDIT_CHANGES = 12 /* transitions of one commit */
};

/* Whose state changed. */
enum delist_audit_of {
	DELIST_AUDIT_NONE = 0,
	DELIST_AUDIT_LISTING = 1,
	DELIST_AUDIT_REQUEST = 2,
	DELIST_AUDIT_INVESTIGATION = 3,
	DELIST_AUDIT_APPEAL = 4,
	DELIST_AUDIT_OUTBOUND = 5,
	DELIST_AUDIT_OFS = 6 /* how many there are */
};

/* One transition; states and events are those of whose it is. */
struct delist_audit_change {
	int64_t delay_s; /* a removal that is effective: it took so long */
	uint16_t code;	 /* 511, 606 to 649; 0: none */
	uint8_t of;	 /* enum delist_audit_of */
	uint8_t event;	 /* enum delist_event_kind, delist_appeal_kind ... */
	uint8_t before;	 /* the state before, */
	uint8_t after;	 /* and after it */
	/*
	 * LISTING: enum delist_listing_kind; INVESTIGATION: of an answer or a
	 * mail enum delist_notice, else enum delist_investigation_stage;
	 * OUTBOUND: enum delist_outbound_scope
	 */
	uint8_t detail;
	bool review; /* a person should look at it */
	/* Which; of an address all bits, of nobody's no family. */
	struct delist_prefix prefix;
	/* Which request ...; of a listing, whose word it was; zero: none. */
	uint8_t id[16];
	uint8_t hash[16]; /* keyed, of its mailbox; zero: none */
};

struct delist_audit {
	int64_t at_s;
	uint8_t changes; /* 1..12 of change[] are in use */
	/* Who said so, and what; counted, unused bytes are 0. */
	uint8_t source_len; /* 0..32 */
	uint8_t reason_len; /* 0..64 */
	char source[32];
	char reason[64];
	struct delist_audit_change change[12];
};

/* "listing", "request" ...; "unknown" for none.  Static text, any thread. */
DELIST_API const char *delist_audit_of_name(int of);

#ifdef __cplusplus
}
#endif

#endif
