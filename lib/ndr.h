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
	size_t human_at; /* of the human text, that groups were looked for in */
	int searches;	 /* of it, in vain */
	bool truncated, forwarded;
};

struct delist_refusal delist_ndr_evidence(
    const struct delist_ndr *n, enum delist_source from);
void delist_ndr_add(struct delist_ndr *n, const struct delist_verdict *verdict);

/* What the texts of a message say besides what stands in its report. */
bool delist_ndr_says(const struct delist_refusal *e);

/* ndr_report.c: the groups of a delivery-status; how many were added. */
size_t delist_ndr_report(
    struct delist_ndr *n, struct delist_text report, struct delist_text human);

/* The line begins a field of a group that names its recipient. */
bool delist_ndr_is_recipient_field(const char *line, size_t len);

/*
 * ndr_text.c: the recipients that human text speaks of; `failed` is what
 * X-Failed-Recipients says, for text that names none.
 */
void delist_ndr_human(struct delist_ndr *n, struct delist_text human,
    struct delist_text failed, bool bounce);

/* ndr_line.c: lines of human text, which end in "\n". */
struct delist_ndr_line {
	const char *at;
	size_t len;  /* without the line end */
	size_t next; /* bytes to the next line */
};

bool delist_ndr_line(struct delist_ndr_line *line, struct delist_text rest);
bool delist_ndr_begins_original(const struct delist_ndr_line *line);

/*
 * The recipient whose section the line begins, if it does; `before` is the
 * line in front of it, `words` the last one that is not empty, `rest` what is
 * behind it.
 */
bool delist_ndr_begins_section(struct delist_text *who,
    const struct delist_ndr_line *line, const struct delist_ndr_line *before,
    const struct delist_ndr_line *words, struct delist_text rest);

#endif
