/* SPDX-License-Identifier: ISC */
#ifndef DELIST_NDR_H
#define DELIST_NDR_H

#include <stddef.h>

#include <delist/error.h>
#include <delist/verdict.h>

/*
 * Bounces: a whole message to one verdict for each recipient (RFC 3464, 6522,
 * 6533, and the many that follow none of them).
 *
 * Nothing here allocates, and every call may run on any thread as long as no
 * two share a scratch memory.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_NDR_SCRATCH = 65536, /* bytes of scratch for all usual bounces */
	DELIST_NDR_TEXT_MAX = 131072, /* bytes of text for people in a part */
	DELIST_NDR_PARTS_MAX = 256,   /* parts of a message */
	DELIST_NDR_DEPTH_MAX = 8,     /* multiparts in each other */
	DELIST_NDR_FORWARDS_MAX = 4   /* messages in each other */
};

/*
 * What the message in text[0..len) says.  It may be a bounce with its header,
 * one that was forwarded inline or attached, the text of one, a line of a log,
 * or a bare reply.  The returned original is never read.
 *
 * verdicts[0..cap) are filled, *count of them, at least one: that of a message
 * which is no bounce is DELIST_CLASS_NONE.  Views point into scratch, where
 * the text is kept decoded; what finds no room there, recipients over cap, and
 * what is over one of the limits above, set DELIST_FLAG_TRUNCATED in the last
 * verdict.  The work is linear in len, the stack at most 8 KiB.
 *
 *	DELIST_EINVAL	cap is 0, or a pointer is NULL where its size is not 0
 */
DELIST_API int delist_ndr_parse(struct delist_verdict *verdicts, size_t cap,
    size_t *count, char *scratch, size_t scratch_size, const char *text,
    size_t len);

/*
 * The same with rows of the host's own before the built-in rules: see
 * delist_reply_classify_with().
 */
DELIST_API int delist_ndr_parse_with(struct delist_verdict *verdicts,
    size_t cap, size_t *count, char *scratch, size_t scratch_size,
    const struct delist_rule *rules, size_t rule_count, const char *text,
    size_t len);

#ifdef __cplusplus
}
#endif

#endif
