/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a reply: views lie inside them, the portal is offered for its
 * own codes or for words without a code, what we write reads back, and folds
 * between words change nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <delist/reply.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct delist_text view, const char *text, size_t len)
{
	if (view.len == 0)
		return;
	if (view.at < text || view.at + view.len > text + len)
		abort();
}

static void
written_reads_back(const struct delist_verdict *v)
{
	char text[DELIST_REPLY_TEXT];
	struct delist_verdict again;
	size_t len;

	if (v->cls != DELIST_CLASS_IP_BLOCK_PORTAL ||
	    delist_reply_format(text, sizeof text, &len, &v->status,
		&v->blocked.addr, "https://delist.example.net/",
		1) != DELIST_OK)
		return;
	delist_reply_classify(&again, text, len);
	if (again.cls != v->cls ||
	    delist_status_compare(&again.status, &v->status) != 0 ||
	    delist_addr_compare(&again.blocked.addr, &v->blocked.addr) != 0)
		abort();
}

/* A blank between two words, the second of them no number or code. */
static bool
may_fold(const char *text, size_t len, size_t i)
{
	static const char letters[] = "ghijklmnopqrstuvwxyz";

	return text[i] == ' ' && i > 0 && i + 1 < len && text[i - 1] > ' ' &&
	       memchr(letters, text[i + 1] | 0x20, sizeof letters - 1) != NULL;
}

/*
 * For replies that a code decided and whose words are plain: a fold makes the
 * start of a line of what was none, and what bare bytes mean there differs.
 * Long ones are left out: they pass the distances that are looked back.
 */
static void
folds_mean_nothing(
    const struct delist_verdict *v, const char *text, size_t size)
{
	struct delist_verdict other;
	char *out;
	size_t n = 0;

	if (size == 0 || size > 128 || v->confidence != DELIST_CONFIDENCE_HIGH)
		return;
	out = malloc(3 * size);
	if (out == NULL)
		abort();
	for (size_t i = 0; i < size; i++) {
		if (may_fold(text, size, i)) {
			out[n++] = '\r';
			out[n++] = '\n';
		}
		out[n++] = text[i];
	}
	if (delist_reply_classify(&other, out, n) != DELIST_OK ||
	    other.cls != v->cls || other.remedy != v->remedy ||
	    delist_status_compare(&other.status, &v->status) != 0)
		abort();
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct delist_verdict v;

	if (delist_reply_classify(&v, text, size) != DELIST_OK)
		abort();
	inside(v.recipient, text, size);
	inside(v.diagnostic, text, size);
	inside(v.contact, text, size);
	inside(v.list, text, size);
	inside(v.vendor, text, size);
	inside(v.matched, text, size);
	if (v.remedy == DELIST_REMEDY_PORTAL &&
	    !(v.flags & DELIST_FLAG_BY_TEXT) &&
	    (v.status.cls != 5 || v.status.subject != 7 ||
		v.status.detail < 606 || v.status.detail > 649))
		abort();
	if (v.blocked.addr.family != DELIST_NOADDR &&
	    !delist_prefix_valid(&v.blocked))
		abort();
	written_reads_back(&v);
	folds_mean_nothing(&v, text, size);
	return 0;
}
