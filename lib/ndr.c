/* SPDX-License-Identifier: ISC */
/*
 * ndr.c - a bounce to one verdict for each recipient
 *
 * Asked in this order, the first that answers wins:
 *
 *	1. the delivery-status of the outermost report
 *	2. the human text, or all of it where there is no header
 *	3. a bounce that is attached: the message is a forward
 *
 * Relevant parts are decoded into the scratch memory; everything after that
 * reads plain lines.  Receipts (RFC 8098) and complaints (RFC 5965) are no
 * bounces.
 */
#include "ndr.h"

#include <string.h>

#include "ascii.h"
#include "mime.h"

_Static_assert((int)DELIST_MIME_DEPTH == (int)DELIST_NDR_DEPTH_MAX &&
		   (int)DELIST_MIME_PARTS == (int)DELIST_NDR_PARTS_MAX,
    "the header tells the limits of the walk");

/* What a message has for us. */
struct found {
	struct delist_text human, report, failed;
	struct delist_mime_part attached; /* type 0: none */
	bool bounce, receipt;
};

struct delist_refusal
delist_ndr_evidence(const struct delist_ndr *n, enum delist_source from)
{
	return (struct delist_refusal){.rules = n->rules,
	    .rule_count = n->rule_count,
	    .from = (uint8_t)from};
}

static bool
same_recipient(const struct delist_verdict *a, const struct delist_verdict *b)
{
	return a->recipient.len == b->recipient.len &&
	       delist_ascii_equal(
		   a->recipient.at, b->recipient.at, a->recipient.len);
}

static bool
says_more(const struct delist_verdict *a, const struct delist_verdict *b)
{
	return (a->status.cls != 0 || a->reply != 0) && b->status.cls == 0 &&
	       b->reply == 0;
}

void
delist_ndr_add(struct delist_ndr *n, const struct delist_verdict *verdict)
{
	/* bounded: a message that names one recipient twice is common, one
	   that alternates between many is not */
	size_t low = n->count > 8 ? n->count - 8 : 0;
	struct delist_verdict *put = &n->verdicts[n->count];

	for (size_t i = n->count; i > low; i--)
		if (same_recipient(&n->verdicts[i - 1], verdict)) {
			if (!says_more(verdict, &n->verdicts[i - 1]))
				return;
			put = &n->verdicts[i - 1];
		}
	if (put == n->verdicts + n->cap) {
		n->truncated = true;
		return;
	}
	n->count += put == n->verdicts + n->count;
	*put = *verdict;
	if (n->forwarded)
		put->flags |= DELIST_FLAG_FORWARDED;
}

/* The first line is a field, or "From " of a mailbox file. */
static bool
is_message(struct delist_text text, const struct delist_mime_header *h)
{
	size_t n = 0;

	if (!h->usual)
		return false;
	if (delist_ascii_begins(text.at, text.len, "from "))
		return true;
	while (n < text.len &&
	       (delist_ascii_isalnum(text.at[n]) || text.at[n] == '-'))
		n++;
	return n > 0 && n < text.len && text.at[n] == ':';
}

static bool
holds_any(struct delist_text t, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (delist_mime_find(t, words[i]) != NULL)
			return true;
	return false;
}

static bool
looks_like_bounce(const struct delist_mime_header *h)
{
	static const char *const froms[] = {
	    "mailer-daemon", "postmaster", "mail delivery", "maildaemon"};
	static const char *const subjects[] = {"undeliver", "deliver",
	    "returned mail", "return", "failure", "fail", "delayed",
	    "mail system error", "not sent", "unzustellbar"};

	return h->field[DELIST_MIME_FAILED].at != NULL ||
	       holds_any(h->field[DELIST_MIME_FROM], froms, 4) ||
	       holds_any(h->field[DELIST_MIME_SUBJECT], subjects, 10);
}

/* The text in front of an attached original says that it came back. */
static bool
reads_like_bounce(struct delist_text human)
{
	static const char *const words[] = {"not be delivered", "undeliverable",
	    "not deliver", "unable to deliver", "delivery fail",
	    "n't delivered", "non-delivered", "returned mail",
	    "failed to deliver"};

	if (human.len > 2048)
		human.len = 2048;
	return holds_any(human, words, sizeof words / sizeof *words);
}

static struct delist_text
decode(struct delist_ndr *n, const struct delist_mime_part *part, bool raw)
{
	struct delist_text t = {n->scratch + n->used, 0};

	if (n->size - n->used == 0) {
		n->truncated = true;
		return t;
	}
	t.len = delist_mime_decode(
	    n->scratch + n->used, n->size - n->used, &n->truncated, part, raw);
	n->used += t.len;
	return t;
}

static void
join(struct delist_text *to, struct delist_text more)
{
	if (to->len == 0)
		*to = more;
	else if (to->at + to->len == more.at)
		to->len += more.len;
}

static void
take_text(struct delist_ndr *n, struct found *f, struct delist_mime_part *part)
{
	if (part->body.len > DELIST_NDR_TEXT_MAX) {
		part->body.len = DELIST_NDR_TEXT_MAX;
		n->truncated = true;
	}
	join(&f->human, decode(n, part, false));
}

/* False: nothing behind this part matters. */
static bool
take_part(struct delist_ndr *n, struct found *f, struct delist_mime *m,
    struct delist_mime_part *part)
{
	switch (part->type) {
	case DELIST_MIME_TEXT:
	case DELIST_MIME_HTML:
		if (part->type == DELIST_MIME_HTML && f->human.len != 0)
			break;
		delist_mime_end(m, part);
		take_text(n, f, part);
		break;
	case DELIST_MIME_STATUS:
		if (f->report.len != 0)
			break;
		delist_mime_end(m, part);
		f->report = decode(n, part, false);
		break;
	case DELIST_MIME_MESSAGE:
		if (f->report.len != 0)
			return false;
		if (f->attached.type != DELIST_MIME_OTHER)
			break;
		delist_mime_end(m, part);
		f->attached = *part;
		break;
	case DELIST_MIME_RECEIPT:
		f->receipt = true;
		return false;
	default:
		break;
	}
	return true;
}

static void
look_at(struct delist_ndr *n, struct found *f, struct delist_text message)
{
	struct delist_mime_part part = {.type = DELIST_MIME_TEXT};
	struct delist_mime m;
	const char *body;

	memset(f, 0, sizeof *f);
	while (message.len > 0 && delist_ascii_isspace(*message.at)) {
		message.at++;
		message.len--;
	}
	if (message.len == 0)
		return;
	delist_mime_init(&m, message.at, message.len);
	body = m.header.body;
	if (!is_message(message, &m.header)) {
		f->bounce = true;
		part.body = message;
		take_text(n, f, &part);
		return;
	}
	f->bounce = looks_like_bounce(&m.header);
	part.body = m.header.field[DELIST_MIME_FAILED];
	if (part.body.len != 0)
		f->failed = decode(n, &part, false);
	while (delist_mime_next(&m, &part) && take_part(n, f, &m, &part))
		;
	n->truncated = n->truncated || m.truncated;
	if (f->human.len == 0 && f->report.len == 0 && !f->receipt &&
	    f->attached.type == DELIST_MIME_OTHER) {
		part = (struct delist_mime_part){.type = DELIST_MIME_TEXT};
		part.body.at = body;
		part.body.len = (size_t)(m.end - body);
		take_text(n, f, &part); /* its boundaries are lost */
	}
	if (!f->bounce && f->attached.type != DELIST_MIME_OTHER)
		f->bounce = reads_like_bounce(f->human);
}

static bool
has_code(const struct delist_ndr *n)
{
	return n->count > 0 &&
	       (n->verdicts[0].status.cls != 0 || n->verdicts[0].reply != 0);
}

static bool
is_bounce(const struct found *f)
{
	return f->bounce || f->report.len != 0;
}

/* One message; false: the one attached to it is to be asked, too. */
static bool
answers(struct delist_ndr *n, const struct found *f)
{
	n->human_at = 0;
	n->searches = 0;
	if (f->report.len != 0 && delist_ndr_report(n, f->report, f->human) > 0)
		return true;
	delist_ndr_human(n, f->human, f->failed, is_bounce(f));
	return f->attached.type == DELIST_MIME_OTHER ||
	       (has_code(n) && is_bounce(f));
}

/*
 * All messages from the outermost in, until a bounce answers.  What somebody
 * wrote who forwards one counts only if it says nothing itself.
 */
static void
examine(struct delist_ndr *n, struct delist_text message)
{
	struct found f;
	bool returned = false; /* a bounce was seen further out */

	for (int i = 0; i < DELIST_NDR_FORWARDS_MAX; i++) {
		size_t before = n->count;
		bool done;

		look_at(n, &f, message);
		if (f.receipt || (returned && !is_bounce(&f) &&
				     f.attached.type == DELIST_MIME_OTHER))
			return; /* that is the original */
		n->forwarded = i > 0;
		returned = returned || is_bounce(&f);
		if (is_bounce(&f))
			n->count = 0;
		done = answers(n, &f);
		if (n->count == 0)
			n->count = before;
		if (done)
			return;
		message = f.attached.encoding == DELIST_MIME_PLAIN
			      ? f.attached.body
			      : decode(n, &f.attached, true);
	}
	n->truncated = true;
}

int
delist_ndr_parse_with(struct delist_verdict *verdicts, size_t cap,
    size_t *count, char *scratch, size_t scratch_size,
    const struct delist_rule *rules, size_t rule_count, const char *text,
    size_t len)
{
	struct delist_ndr n = {.verdicts = verdicts,
	    .cap = cap,
	    .scratch = scratch,
	    .size = scratch_size,
	    .rules = rules,
	    .rule_count = rule_count};
	struct delist_text message = {text, len};

	if (cap == 0 || (text == NULL && len != 0) ||
	    (scratch == NULL && scratch_size != 0) ||
	    (rules == NULL && rule_count != 0))
		return DELIST_EINVAL;
	if (len != 0)
		examine(&n, message);
	if (n.count == 0) {
		memset(verdicts, 0, sizeof *verdicts);
		n.count = 1;
	}
	if (n.truncated)
		verdicts[n.count - 1].flags |= DELIST_FLAG_TRUNCATED;
	*count = n.count;
	return DELIST_OK;
}

int
delist_ndr_parse(struct delist_verdict *verdicts, size_t cap, size_t *count,
    char *scratch, size_t scratch_size, const char *text, size_t len)
{
	return delist_ndr_parse_with(
	    verdicts, cap, count, scratch, scratch_size, NULL, 0, text, len);
}
