/* SPDX-License-Identifier: ISC */
/*
 * mime.c - the parts of a message
 *
 *	multipart = preamble *( "--" boundary part ) "--" boundary "--" epilogue
 *
 * The open boundaries are a stack of fixed depth; each line is read once, and
 * a boundary of an outer multipart ends all inner ones, as a message cut on
 * its way would.  Preambles and epilogues are left out.
 */
#include "mime.h"

#include <string.h>

#include "ascii.h"

/* The start of the next line. */
static const char *
next_line(const char *at, const char *end)
{
	while (at < end && *at != '\n' && *at != '\r')
		at++;
	if (at < end && *at == '\r')
		at++;
	else if (at < end)
		return at + 1;
	return at < end && *at == '\n' ? at + 1 : at;
}

static bool
is_eol(const char *at, const char *end)
{
	return at == end || *at == '\n' || *at == '\r';
}

const char *
delist_mime_body(const char *at, const char *end)
{
	while (at < end && !is_eol(at, end))
		at = next_line(at, end);
	return next_line(at, end);
}

struct delist_text
delist_mime_field(const char *at, const char *end, const char *name)
{
	size_t n = strlen(name);
	struct delist_text value = {NULL, 0};

	for (; at < end && !is_eol(at, end); at = next_line(at, end)) {
		const char *stop;

		if (!delist_ascii_begins(at, (size_t)(end - at), name) ||
		    (size_t)(end - at) == n || at[n] != ':')
			continue;
		stop = next_line(at, end);
		while (stop < end && (*stop == ' ' || *stop == '\t'))
			stop = next_line(stop, end);
		value.at = at + n + 1;
		value.len = (size_t)(stop - value.at);
		break;
	}
	return value;
}

const char *
delist_mime_find(struct delist_text text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.len; i++)
		if (delist_ascii_lower(text.at[i]) == word[0] &&
		    delist_ascii_equal(text.at + i, word, n))
			return text.at + i;
	return NULL;
}

void
delist_mime_init(struct delist_mime *m, const char *text, size_t len)
{
	*m = (struct delist_mime){
	    .at = text, .end = text + len, .in_header = true};
}

static struct delist_text
boundary_of(struct delist_text type)
{
	const char *at = delist_mime_find(type, "boundary"), *end, *stop;
	struct delist_text none = {NULL, 0};
	char quote = 0;

	if (at == NULL)
		return none;
	end = type.at + type.len;
	for (at += 8; at < end && (*at == '=' || *at == ' ' || *at == '\t');)
		at++;
	if (at < end && *at == '"')
		quote = *at++;
	for (stop = at; stop < end && !is_eol(stop, end) &&
			(quote ? *stop != '"' : *stop != ';' && *stop != ' ');
	     stop++)
		;
	return (struct delist_text){at, (size_t)(stop - at)};
}

/* Which open boundary the line is, counted from 1; 0: none. */
static size_t
boundary_at(const struct delist_mime *m, const char *line, bool *closing)
{
	size_t left = (size_t)(m->end - line);

	if (left < 2 || line[0] != '-' || line[1] != '-')
		return 0;
	for (size_t i = m->depth; i > 0; i--) {
		struct delist_text b = m->boundaries[i - 1];
		const char *behind = line + 2 + b.len;

		if (left < 2 + b.len || memcmp(line + 2, b.at, b.len) != 0)
			continue;
		*closing = m->end - behind >= 2 && behind[0] == '-' &&
			   behind[1] == '-';
		while (behind < m->end && (*behind == ' ' || *behind == '\t'))
			behind++;
		if (*closing || is_eol(behind, m->end))
			return i;
	}
	return 0;
}

/* Step behind the next boundary line; what stands before it ends at stop. */
static void
to_boundary(struct delist_mime *m, const char **stop)
{
	bool closing;

	for (; m->at < m->end; m->at = next_line(m->at, m->end)) {
		size_t i = boundary_at(m, m->at, &closing);

		if (i == 0)
			continue;
		if (*stop == NULL)
			*stop = m->at;
		m->depth = closing ? i - 1 : i;
		if (closing)
			continue;
		m->at = next_line(m->at, m->end);
		m->in_header = true;
		return;
	}
	if (*stop == NULL)
		*stop = m->end;
	m->in_header = false;
}

static enum delist_mime_type
type_of(struct delist_text value)
{
	static const struct {
		const char *name;
		enum delist_mime_type type;
	} types[] = {
	    {"text/plain", DELIST_MIME_TEXT},
	    {"text/html", DELIST_MIME_HTML},
	    {"message/delivery-status", DELIST_MIME_STATUS},
	    {"message/global-delivery-status", DELIST_MIME_STATUS},
	    {"message/rfc822", DELIST_MIME_MESSAGE},
	    {"message/global", DELIST_MIME_MESSAGE},
	    {"message/feedback-report", DELIST_MIME_RECEIPT},
	    {"message/disposition-notification", DELIST_MIME_RECEIPT},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		size_t n = strlen(types[i].name);

		if (delist_ascii_begins(value.at, value.len, types[i].name) &&
		    (value.len == n || !(delist_ascii_isalnum(value.at[n]) ||
					   value.at[n] == '-')))
			return types[i].type;
	}
	return value.len == 0 ? DELIST_MIME_TEXT : DELIST_MIME_OTHER;
}

static struct delist_text
trimmed(struct delist_text t)
{
	while (t.len > 0 && delist_ascii_isspace(*t.at)) {
		t.at++;
		t.len--;
	}
	while (t.len > 0 && delist_ascii_isspace(t.at[t.len - 1]))
		t.len--;
	return t;
}

bool
delist_mime_next(struct delist_mime *m, struct delist_mime_part *part)
{
	const char *body, *stop;

	while (m->in_header || m->at < m->end) {
		struct delist_text type, coding, boundary;

		stop = NULL;
		if (!m->in_header) {
			to_boundary(m, &stop);
			continue;
		}
		type =
		    trimmed(delist_mime_field(m->at, m->end, "content-type"));
		coding = trimmed(delist_mime_field(
		    m->at, m->end, "content-transfer-encoding"));
		body = m->at = delist_mime_body(m->at, m->end);
		m->in_header = false;
		boundary = boundary_of(type);
		if (delist_ascii_begins(type.at, type.len, "multipart/") &&
		    boundary.len > 0) {
			if (m->depth < DELIST_MIME_DEPTH)
				m->boundaries[m->depth++] = boundary;
			else
				m->truncated = true;
			continue;
		}
		to_boundary(m, &stop);
		part->type = type_of(type);
		part->encoding =
		    delist_ascii_begins(coding.at, coding.len, "base64")
			? DELIST_MIME_BASE64
		    : delist_ascii_begins(
			  coding.at, coding.len, "quoted-printable")
			? DELIST_MIME_QP
			: DELIST_MIME_PLAIN;
		part->body.at = body;
		part->body.len = (size_t)(stop - body);
		return true;
	}
	return false;
}
