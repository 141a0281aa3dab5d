/* SPDX-License-Identifier: ISC */
#ifndef LIB_NDR_H
#define LIB_NDR_H

#include <stdbool.h>
#include <stddef.h>

#include <delist/ndr.h>

#include "reply.h"

/* One call of delist_ndr_parse(): where verdicts and decoded text go. */
struct delist_ndr {
	struct delist_verdict *verdicts;
	size_t cap, count;
	char *scratch;
	size_t size, used;
	const struct delist_rule *rules;
	size_t rule_count;
	bool truncated, forwarded;
};

struct delist_refusal delist_ndr_evidence(const struct delist_ndr *n);
void delist_ndr_add(struct delist_ndr *n, const struct delist_verdict *verdict);

/* ndr_report.c: the groups of a delivery-status; how many were added. */
size_t delist_ndr_report(
    struct delist_ndr *n, struct delist_text report, struct delist_text human);

/* ndr_text.c: the recipients that human text speaks of. */
size_t delist_ndr_human(
    struct delist_ndr *n, struct delist_text human, bool bounce);

#endif
