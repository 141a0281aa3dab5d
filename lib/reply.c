/* SPDX-License-Identifier: ISC */
/*
 * reply.c - from evidence to a verdict
 *
 * Code beats text: a phrase is asked only where the code is missing or says
 * nothing by itself (5.7.1, any detail 0) or no rule knows it, and Microsoft's
 * portal or mailbox is never named on the strength of a phrase against any
 * code that means something else.
 */
#include "reply.h"

#include <string.h>

#include "ascii.h"

bool
delist_reply_generic(const struct delist_status *code)
{
	return code->cls == 0 || code->detail == 0 ||
	       (code->subject == 7 && code->detail == 1);
}

/* x.0.0 is what servers write who know no code. */
bool
delist_reply_tells(const struct delist_status *code)
{
	return code->cls != 0 && (code->subject != 0 || code->detail != 0);
}

/* The answer's own code wins over Status, unless it says nothing. */
static struct delist_status
status_of(const struct delist_refusal *e)
{
	if (e->inner.cls > 2 && delist_reply_tells(&e->inner))
		return e->inner;
	if (delist_reply_tells(&e->field))
		return e->field;
	return e->inner.cls != 0 ? e->inner : e->field;
}

static bool
is_microsoft(const struct delist_rule *rule)
{
	return rule->cls == DELIST_CLASS_IP_BLOCK_PORTAL ||
	       rule->cls == DELIST_CLASS_IP_BLOCK_MAIL;
}

/*
 * A reporting server that gets no enhanced code makes one up for Status: from
 * the reply code and the command.  Words of the reply itself say more.
 */
static bool
is_made_up(const struct delist_refusal *e, const struct delist_rule *rule)
{
	return e->words.phrase != NULL && !is_microsoft(e->words.phrase) &&
	       e->in_reply && e->inner.cls == 0 && e->reply != 0 &&
	       rule->last.detail < 100 && rule->first.subject < 7;
}

static const struct delist_rule *
rule_of(const struct delist_refusal *e, const struct delist_status *code)
{
	const struct delist_rule *rule =
	    delist_verdict_rule_of(e->rules, e->rule_count, code);

	/* A range that leaves the row may mean another: it decides nothing. */
	if (rule != NULL && e->inner_rank > 0 &&
	    e->range_end > rule->last.detail)
		return NULL;
	if (rule != NULL && is_made_up(e, rule))
		return e->words.phrase;
	if (rule != NULL)
		return rule;
	rule = delist_reply_generic(code) ? delist_reply_refused(e) : NULL;
	if (rule != NULL)
		return rule;
	if (e->words.phrase != NULL && is_microsoft(e->words.phrase) &&
	    (e->broken || !delist_reply_generic(code)))
		return NULL;
	return e->words.phrase;
}

static uint8_t
class_without_rule(
    const struct delist_refusal *e, const struct delist_status *code)
{
	if (code->cls == 2 || (code->cls == 0 && e->reply == 0))
		return DELIST_CLASS_NONE;
	if (code->subject == 1 || code->subject == 2)
		return DELIST_CLASS_RECIPIENT;
	return DELIST_CLASS_OTHER;
}

static uint8_t
permanence_of(const struct delist_refusal *e, const struct delist_status *code)
{
	unsigned cls = code->cls != 0 ? code->cls : e->reply / 100u;

	if (cls == 0)
		return e->delivered ? DELIST_DELIVERED
				    : DELIST_PERMANENCE_UNKNOWN;
	return cls == 2	  ? DELIST_DELIVERED
	       : cls == 4 ? DELIST_TRANSIENT
			  : DELIST_PERMANENT;
}

static bool
names_address(uint8_t cls)
{
	return cls >= DELIST_CLASS_IP_BLOCK_PORTAL &&
	       cls <= DELIST_CLASS_IPV6_POLICY;
}

static uint8_t
confidence_of(const struct delist_verdict *v, const struct delist_rule *rule)
{
	if (rule == NULL)
		return v->cls == DELIST_CLASS_NONE ? DELIST_CONFIDENCE_NONE
						   : DELIST_CONFIDENCE_LOW;
	if (rule->phrase != NULL)
		return v->status.cls != 0 ? DELIST_CONFIDENCE_MEDIUM
					  : DELIST_CONFIDENCE_LOW;
	return v->status_end != 0 ? DELIST_CONFIDENCE_LOW
				  : DELIST_CONFIDENCE_HIGH;
}

/* Microsoft always puts the address in brackets. */
static bool
is_bare(const struct delist_refusal *e)
{
	return e->ip_rank == DELIST_REPLY_BARE;
}

static bool
is_remedied(uint8_t remedy)
{
	return remedy == DELIST_REMEDY_PORTAL ||
	       remedy == DELIST_REMEDY_MAIL_NDR;
}

static void
put_contact(struct delist_verdict *v, const struct delist_refusal *e,
    const struct delist_rule *rule)
{
	size_t n;

	v->contact =
	    v->remedy == DELIST_REMEDY_MAIL_NDR || e->words.contact.len == 0
		? e->words.mailbox
		: e->words.contact;
	if (rule->contact == NULL || v->contact.len == 0)
		return;
	n = strlen(rule->contact);
	if (v->contact.len != n ||
	    !delist_ascii_equal(v->contact.at, rule->contact, n))
		v->flags |= DELIST_FLAG_CONTACT_DIFFERS;
}

static uint32_t
flags_of(const struct delist_refusal *e, const struct delist_verdict *v)
{
	uint32_t flags = 0;

	if (v->status_end != 0)
		flags |= DELIST_FLAG_RANGE;
	if ((e->field.cls > 2 && e->inner.cls > 2 &&
		e->field.cls != e->inner.cls) ||
	    (e->reply >= 400 && v->status.cls > 2 &&
		e->reply / 100u != v->status.cls))
		flags |= DELIST_FLAG_CONFLICT;
	if (names_address(v->cls) && v->blocked.addr.family == DELIST_NOADDR) {
		if (e->redacted)
			flags |= DELIST_FLAG_REDACTED_IP;
		if (e->remote)
			flags |= DELIST_FLAG_REMOTE_IP;
	}
	return flags;
}

/* Which words decided, and where they stood. */
static void
put_source(struct delist_verdict *v, const struct delist_refusal *e,
    const struct delist_rule *rule)
{
	bool inner = e->inner.cls != 0 &&
		     delist_status_compare(&v->status, &e->inner) == 0;

	if (rule != NULL && rule->phrase != NULL && rule != e->words.phrase) {
		v->matched = e->ip_text;
		v->source = e->ip_from;
	} else if (rule != NULL && rule->phrase != NULL) {
		v->matched = e->words.phrase_text;
		v->source = e->words.phrase_from;
	} else if (inner) {
		v->matched = e->inner_text;
		v->source = e->inner_from;
	} else if (v->status.cls != 0) {
		v->matched = e->field_text;
		v->source = DELIST_SOURCE_STATUS;
	}
}

void
delist_reply_decide(
    struct delist_verdict *verdict, const struct delist_refusal *e)
{
	struct delist_verdict v = {.reply = e->reply};
	const struct delist_rule *rule;

	v.status = status_of(e);
	if (e->inner_rank > 0)
		v.status_end = e->range_end;
	rule = v.status.cls == 2 ? NULL : rule_of(e, &v.status);
	v.permanence = permanence_of(e, &v.status);
	v.recipient = e->recipient;
	v.diagnostic = e->diagnostic;
	v.cls = rule != NULL ? rule->cls : class_without_rule(e, &v.status);
	if (rule != NULL) {
		v.remedy = rule->remedy;
		v.rule = rule->name;
		put_contact(&v, e, rule);
		if (rule->phrase != NULL && delist_reply_generic(&v.status))
			v.flags |= DELIST_FLAG_BY_TEXT;
	}
	v.vendor = e->words.vendor;
	if (v.cls == DELIST_CLASS_IP_BLOCK_DNSBL)
		v.list = e->words.list;
	if (names_address(v.cls) && !(is_bare(e) && is_remedied(v.remedy)))
		v.blocked = e->ip;
	put_source(&v, e, rule);
	v.confidence = confidence_of(&v, rule);
	v.flags |= flags_of(e, &v);
	*verdict = v;
}

int
delist_reply_classify_with(struct delist_verdict *verdict,
    const struct delist_rule *rules, size_t rule_count, const char *text,
    size_t len)
{
	struct delist_refusal e = {.rules = rules,
	    .rule_count = rule_count,
	    .from = DELIST_SOURCE_REPLY};

	if ((text == NULL && len != 0) || (rules == NULL && rule_count != 0))
		return DELIST_EINVAL;
	delist_reply_scan(&e, text, len);
	delist_reply_decide(verdict, &e);
	return DELIST_OK;
}

int
delist_reply_classify(
    struct delist_verdict *verdict, const char *text, size_t len)
{
	return delist_reply_classify_with(verdict, NULL, 0, text, len);
}
