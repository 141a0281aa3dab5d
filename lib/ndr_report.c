/* SPDX-License-Identifier: ISC */
/*
 * ndr_report.c - delivery-status groups (RFC 3464, 2.1)
 *
 * A line that begins with the name of a field begins a field, any other goes
 * on with the last one: some servers fold without a blank.  A group ends at an
 * empty line behind its recipient, or where a second Final-Recipient comes.
 */
#include "ndr.h"

#include <string.h>

#include "ascii.h"

enum {
	SEARCHES_MAX = 8,  /* of the human text that went in vain */
	SECTION_MAX = 4096 /* bytes of it for one recipient */
};

enum field {
	NO_FIELD = -1,
	FINAL,
	ORIGINAL,
	ACTION,
	STATUS,
	DIAGNOSTIC,
	REMOTE,
	EXTRA, /* X-Supplementary-Info and the like */
	FIELDS
};

struct group {
	struct delist_text field[FIELDS];
	bool ended;
};

static enum field
field_at(const char *line, size_t len, size_t *used)
{
	/* blanks may stand between a name and its colon: RFC 5322, 4.5 */
	static const struct {
		const char *name;
		enum field field;
	} names[] = {{"final-recipient", FINAL},
	    {"original-recipient", ORIGINAL}, {"action", ACTION},
	    {"status", STATUS}, {"diagnostic-code", DIAGNOSTIC},
	    {"remote-mta", REMOTE}, {"x-supplementary-info", EXTRA},
	    {"x-", FIELDS}, {"reporting-mta:", FIELDS},
	    {"received-from-mta:", FIELDS}, {"arrival-date:", FIELDS},
	    {"last-attempt-date:", FIELDS}, {"final-log-id:", FIELDS},
	    {"will-retry-until:", FIELDS}, {"dsn-gateway:", FIELDS},
	    {"original-envelope-id:", FIELDS}};
	char first = len > 0 ? delist_ascii_lower(line[0]) : '\0';

	if (!delist_ascii_isin(first, "adflorswx"))
		return NO_FIELD;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].name[0] != first ||
		    !delist_ascii_begins(line, len, names[i].name))
			continue;
		*used = strlen(names[i].name);
		if (names[i].field == FIELDS)
			return FIELDS;
		while (*used < len && line[*used] == ' ')
			++*used;
		if (*used < len && line[(*used)++] == ':')
			return names[i].field;
	}
	return NO_FIELD;
}

bool
delist_ndr_is_recipient_field(const char *line, size_t len)
{
	size_t used;
	enum field f = field_at(line, len, &used);

	return f == FINAL || f == ORIGINAL;
}

/* Behind "rfc822;" or "smtp;", without blanks. */
static struct delist_text
value_of(struct delist_text t, bool typed)
{
	for (size_t i = 0; typed && i < t.len && i < 24; i++)
		if (t.at[i] == ';') {
			t.at += i + 1;
			t.len -= i + 1;
			break;
		}
	while (t.len > 0 && (delist_ascii_isspace(*t.at) || *t.at == '<')) {
		t.at++;
		t.len--;
	}
	while (t.len > 0 && (delist_ascii_isspace(t.at[t.len - 1]) ||
				(typed && t.at[t.len - 1] == '>')))
		t.len--;
	return t;
}

static uint8_t
action_of(struct delist_text t)
{
	for (uint8_t i = DELIST_ACTION_FAILED; i <= DELIST_ACTION_EXPANDED; i++)
		if (delist_ascii_begins(t.at, t.len, delist_action_name(i)))
			return i;
	return DELIST_ACTION_NONE;
}

/* Where who stands in text, from `at` on; text.len: nowhere. */
static size_t
find_name(struct delist_text text, size_t at, struct delist_text who)
{
	while (at + who.len <= text.len) {
		const char *found = memchr(
		    text.at + at, who.at[0], text.len - at - who.len + 1);

		if (found == NULL)
			break;
		at = (size_t)(found - text.at);
		if (memcmp(found, who.at, who.len) == 0)
			return at;
		at++;
	}
	return text.len;
}

/*
 * The paragraph of the human text that names the recipient.  Texts name
 * recipients in the order of the groups, so the search goes on where it was;
 * it begins anew only a few times, for groups that are many.
 */
static struct delist_text
section_of(
    struct delist_ndr *n, struct delist_text human, struct delist_text who)
{
	struct delist_text none = {NULL, 0};
	size_t at, end, high;

	if (who.len == 0 || human.len == 0)
		return none;
	if (n->searches == SEARCHES_MAX) {
		n->truncated = true;
		return none;
	}
	at = find_name(human, n->human_at, who);
	if (at == human.len) {
		n->searches++;
		at = find_name(human, 0, who);
	}
	if (at == human.len)
		return none;
	n->human_at = end = at + who.len;
	high = human.len - end > SECTION_MAX ? end + SECTION_MAX : human.len;
	while (
	    end + 1 < high && (human.at[end] != '\n' ||
				  !delist_ascii_isin(human.at[end + 1], "\n<")))
		end++;
	return (struct delist_text){human.at + at, end - at};
}

/* The fields leave something open that text for people may say. */
static bool
is_open(const struct delist_refusal *e)
{
	struct delist_verdict v;

	if (!delist_reply_tells(&e->inner) || e->reply == 0)
		return true;
	delist_reply_decide(&v, e);
	if (v.confidence < DELIST_CONFIDENCE_MEDIUM)
		return true;
	return v.cls >= DELIST_CLASS_IP_BLOCK_PORTAL &&
	       v.cls <= DELIST_CLASS_IPV6_POLICY &&
	       (v.blocked.addr.family == DELIST_NOADDR || v.contact.len == 0);
}

/* What the human text adds where the fields say nothing. */
static void
add_human(struct delist_refusal *e, const struct delist_ndr *n,
    struct delist_text text)
{
	struct delist_refusal h = delist_ndr_evidence(n, DELIST_SOURCE_TEXT);

	if (text.len == 0)
		return;
	delist_reply_scan(&h, text.at, text.len);
	if (!delist_reply_tells(&e->inner) && h.inner.cls > 2 &&
	    (!delist_reply_tells(&e->field) ||
		delist_reply_generic(&e->field))) {
		e->inner = h.inner;
		e->inner_rank = h.inner_rank;
		e->inner_from = h.inner_from;
		e->inner_text = h.inner_text;
		e->range_end = h.range_end;
	}
	if (e->reply == 0) {
		e->reply = h.reply;
		e->in_reply = e->in_reply || h.in_reply;
	}
	if (e->ip_rank == 0 && h.in_reply) {
		e->ip = h.ip;
		e->ip_text = h.ip_text;
		e->ip_from = h.ip_from;
		e->around = h.around;
	}
	e->remote = e->remote || h.remote;
	e->redacted = e->redacted || h.redacted;
	if (e->words.phrase == NULL && h.words.phrase != NULL) {
		e->words.phrase = h.words.phrase;
		e->words.phrase_at = h.words.phrase_at;
		e->words.phrase_from = h.words.phrase_from;
		e->words.phrase_text = h.words.phrase_text;
		e->words.list = h.words.list;
	}
	if (e->words.contact.len == 0)
		e->words.contact = h.words.contact;
	if (e->words.mailbox.len == 0)
		e->words.mailbox = h.words.mailbox;
	if (e->words.vendor.len == 0)
		e->words.vendor = h.words.vendor;
	if (e->diagnostic.len == 0)
		e->diagnostic = h.diagnostic;
}

/* What is behind a blank is damage or a comment. */
static struct delist_text
mailbox_of(const struct group *g)
{
	struct delist_text who = value_of(g->field[FINAL], true);

	if (who.len == 0)
		who = value_of(g->field[ORIGINAL], true);
	for (size_t i = 0; i < who.len; i++)
		if (delist_ascii_isspace(who.at[i]) && who.at[0] != '"')
			who.len = i;
	if (who.len != 0 && who.at[who.len - 1] == '>')
		who.len--;
	return who;
}

static void
finish(struct delist_verdict *v, const struct group *g)
{
	v->action = action_of(value_of(g->field[ACTION], false));
	v->remote_host = value_of(g->field[REMOTE], true);
	if (v->action >= DELIST_ACTION_DELIVERED) {
		v->cls = DELIST_CLASS_NONE;
		v->remedy = DELIST_REMEDY_NONE;
		v->permanence = DELIST_DELIVERED;
		v->blocked = (struct delist_prefix){0};
	} else if (v->cls == DELIST_CLASS_NONE && v->action != 0) {
		v->cls = DELIST_CLASS_OTHER;
	}
	if (v->action == DELIST_ACTION_DELAYED)
		v->permanence = DELIST_TRANSIENT;
}

static void
add_group(struct delist_ndr *n, const struct group *g, struct delist_text human,
    bool alone)
{
	struct delist_refusal e =
	    delist_ndr_evidence(n, DELIST_SOURCE_DIAGNOSTIC);
	struct delist_text diagnostic = value_of(g->field[DIAGNOSTIC], true);
	struct delist_text status = value_of(g->field[STATUS], false);
	struct delist_text who = mailbox_of(g);
	struct delist_verdict v;
	size_t used;

	if (delist_status_parse(&e.field, &used, status.at, status.len) ==
	    DELIST_OK)
		e.field_text = (struct delist_text){status.at, used};
	if (diagnostic.len == 0)
		diagnostic = value_of(g->field[EXTRA], false);
	if (diagnostic.len != 0) {
		delist_reply_scan(&e, diagnostic.at, diagnostic.len);
		e.diagnostic = diagnostic;
	}
	if (is_open(&e))
		add_human(&e, n, alone ? human : section_of(n, human, who));
	e.recipient = who;
	delist_reply_decide(&v, &e);
	finish(&v, g);
	delist_ndr_add(n, &v);
}

struct walk {
	struct delist_text rest;
	struct group group;
	struct delist_text
	    *last; /* the field that the next line goes on with */
};

static bool
is_group(const struct group *g)
{
	return g->field[FINAL].len != 0 || g->field[ORIGINAL].len != 0;
}

/* Read up to the end of the next group; false: there is none. */
static bool
next_group(struct walk *w)
{
	memset(&w->group, 0, sizeof w->group);
	w->last = NULL;
	while (w->rest.len > 0) {
		const char *line = w->rest.at;
		const char *lf = memchr(line, '\n', w->rest.len);
		size_t len = lf != NULL ? (size_t)(lf - line) : w->rest.len;
		size_t used = 0;
		enum field f = field_at(line, len, &used);

		if (f != NO_FIELD && f != FIELDS && is_group(&w->group) &&
		    (w->group.ended ||
			(f == FINAL && w->group.field[FINAL].len != 0)))
			return true;
		if (len == 0) {
			w->group.ended = is_group(&w->group);
			w->last = NULL;
		} else if (f == NO_FIELD && w->last != NULL) {
			w->last->len = (size_t)(line + len - w->last->at);
		} else if (f != NO_FIELD) {
			w->last = f < FIELDS ? &w->group.field[f] : NULL;
			if (w->last != NULL)
				*w->last = (struct delist_text){
				    line + used, len - used};
		}
		len += lf != NULL;
		w->rest.at += len;
		w->rest.len -= len;
	}
	return is_group(&w->group);
}

size_t
delist_ndr_report(
    struct delist_ndr *n, struct delist_text report, struct delist_text human)
{
	struct walk w = {.rest = report};
	size_t groups = 0;

	while (next_group(&w))
		groups++;
	w.rest = report;
	while (n->count < n->cap && next_group(&w))
		add_group(n, &w.group, human, groups == 1);
	n->truncated = n->truncated || next_group(&w);
	return groups;
}
