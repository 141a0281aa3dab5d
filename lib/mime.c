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

static const char *
find(const char *at, const char *end, char c)
{
	const char *found = at < end ? memchr(at, c, (size_t)(end - at)) : NULL;

	return found != NULL ? found : end;
}

void
delist_mime_lines(struct delist_mime_lines *l, const char *text, size_t len)
{
	l->end = text + len;
	l->lf = find(text, l->end, '\n');
	l->cr = find(text, l->end, '\r');
}

const char *
delist_mime_line(struct delist_mime_lines *l, const char *at, const char **stop)
{
	const char *eol;

	if (l->lf < at)
		l->lf = find(at, l->end, '\n');
	if (l->cr < at)
		l->cr = find(at, l->end, '\r');
	eol = l->lf < l->cr ? l->lf : l->cr;
	if (stop != NULL)
		*stop = eol;
	if (eol == l->end)
		return eol;
	return *eol == '\r' && eol + 1 < l->end && eol[1] == '\n' ? eol + 2
								  : eol + 1;
}

static bool
is_eol(const char *at, const char *end)
{
	return at == end || *at == '\n' || *at == '\r';
}

/* The field that a line begins, and its value's start; FIELDS: another. */
static enum delist_mime_field
field_at(const char *line, size_t len, size_t *used, bool *usual)
{
	static const struct {
		char name[27];
		unsigned char len;
		bool usual;
		enum delist_mime_field field;
	} names[] = {
	    {"received:", 9, true, DELIST_MIME_FIELDS},
	    {"return-path:", 12, true, DELIST_MIME_FIELDS},
	    {"message-id:", 11, true, DELIST_MIME_FIELDS},
	    {"mime-version:", 13, true, DELIST_MIME_FIELDS},
	    {"delivered-to:", 13, true, DELIST_MIME_FIELDS},
	    {"content-type:", 13, true, DELIST_MIME_CONTENT_TYPE},
	    {"content-transfer-encoding:", 26, false, DELIST_MIME_CODING},
	    {"content-disposition:", 20, false, DELIST_MIME_DISPOSITION},
	    {"from:", 5, true, DELIST_MIME_FROM},
	    {"subject:", 8, false, DELIST_MIME_SUBJECT},
	    {"x-failed-recipients:", 20, false, DELIST_MIME_FAILED},
	};
	char first = len > 0 ? delist_ascii_lower(line[0]) : '\0';

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].name[0] != first || names[i].len > len ||
		    line[names[i].len - 1] != ':' ||
		    !delist_ascii_equal(line, names[i].name, names[i].len))
			continue;
		*used = names[i].len;
		*usual = *usual || names[i].usual;
		return names[i].field;
	}
	return DELIST_MIME_FIELDS;
}

void
delist_mime_header(struct delist_mime_header *h,
    struct delist_mime_lines *lines, const char *at)
{
	struct delist_text *last = NULL;
	const char *stop, *next;

	memset(h, 0, sizeof *h);
	for (; at < lines->end && !is_eol(at, lines->end); at = next) {
		enum delist_mime_field field;
		size_t used = 0;

		next = delist_mime_line(lines, at, &stop);
		if (*at == ' ' || *at == '\t') {
			if (last != NULL)
				last->len = (size_t)(stop - last->at);
			continue;
		}
		field = field_at(at, (size_t)(stop - at), &used, &h->usual);
		last = NULL;
		if (field == DELIST_MIME_FIELDS || h->field[field].at != NULL)
			continue;
		last = &h->field[field];
		last->at = at + used;
		last->len = (size_t)(stop - last->at);
	}
	h->body = delist_mime_line(lines, at, NULL);
	for (int i = 0; i < DELIST_MIME_FIELDS; i++)
		if (h->field[i].len > DELIST_MIME_VALUE)
			h->field[i].len = DELIST_MIME_VALUE;
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
	m->at = text;
	m->end = text + len;
	m->depth = m->parts = 0;
	m->in_header = m->is_read = true;
	m->truncated = false;
	delist_mime_lines(&m->lines, text, len);
	delist_mime_header(&m->header, &m->lines, text);
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

/* Step behind the next boundary that begins a part; what stands before the
   first boundary ends at the address returned. */
static const char *
to_boundary(struct delist_mime *m)
{
	const char *stop = NULL;
	bool closing;

	while (m->at < m->end && m->depth > 0) {
		size_t i = boundary_at(m, m->at, &closing);

		if (i != 0 && stop == NULL)
			stop = m->at;
		m->at = delist_mime_line(&m->lines, m->at, NULL);
		if (i == 0)
			continue;
		m->depth = closing ? i - 1 : i;
		if (closing)
			continue;
		m->in_header = true;
		return stop;
	}
	m->at = m->end;
	return stop != NULL ? stop : m->end;
}

static bool
is_type(struct delist_text value, const char *name)
{
	size_t n = strlen(name);

	return delist_ascii_begins(value.at, value.len, name) &&
	       (value.len == n ||
		   !(delist_ascii_isalnum(value.at[n]) || value.at[n] == '-'));
}

/* A message that was attached as a file, "ndr.eml". */
static bool
is_file_of_message(const struct delist_mime_header *h)
{
	return delist_mime_find(h->field[DELIST_MIME_CONTENT_TYPE], ".eml") !=
		   NULL ||
	       delist_mime_find(h->field[DELIST_MIME_DISPOSITION], ".eml") !=
		   NULL;
}

static enum delist_mime_type
type_of(struct delist_text value)
{
	static const struct {
		const char *name;
		enum delist_mime_type type;
	} types[] = {
	    {"text/plain", DELIST_MIME_TEXT}, {"text/html", DELIST_MIME_HTML},
	    {"text/rfc822-headers", DELIST_MIME_OTHER},
	    {"message/delivery-status", DELIST_MIME_STATUS},
	    {"message/global-delivery-status", DELIST_MIME_STATUS},
	    {"message/rfc822", DELIST_MIME_MESSAGE},
	    {"message/global", DELIST_MIME_MESSAGE},
	    {"message/feedback-report", DELIST_MIME_RECEIPT},
	    {"message/disposition-notification", DELIST_MIME_RECEIPT},
	    {"message/global-disposition-notification", DELIST_MIME_RECEIPT},
	    {"text", DELIST_MIME_TEXT},
	    {"multipart", DELIST_MIME_TEXT}, /* no boundary: not a real one */
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (is_type(value, types[i].name))
			return types[i].type;
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

static enum delist_mime_encoding
encoding_of(struct delist_text value)
{
	if (delist_ascii_begins(value.at, value.len, "base64"))
		return DELIST_MIME_BASE64;
	if (delist_ascii_begins(value.at, value.len, "quoted-printable"))
		return DELIST_MIME_QP;
	return DELIST_MIME_PLAIN;
}

/* Open the multipart that has this type, if it is one. */
static bool
opens(struct delist_mime *m, struct delist_text type)
{
	struct delist_text boundary;

	if (!delist_ascii_begins(type.at, type.len, "multipart/"))
		return false;
	boundary = boundary_of(type);
	if (boundary.len == 0)
		return false;
	if (m->depth < DELIST_MIME_DEPTH)
		m->boundaries[m->depth++] = boundary;
	else
		m->truncated = true;
	return true;
}

bool
delist_mime_next(struct delist_mime *m, struct delist_mime_part *part)
{
	struct delist_mime_header *h = &m->header;
	struct delist_text type;

	for (;;) {
		if (!m->in_header)
			to_boundary(m);
		if (!m->in_header)
			return false;
		if (m->parts++ == DELIST_MIME_PARTS) {
			m->truncated = true;
			return false;
		}
		if (!m->is_read)
			delist_mime_header(h, &m->lines, m->at);
		m->at = h->body;
		m->in_header = m->is_read = false;
		type = trimmed(h->field[DELIST_MIME_CONTENT_TYPE]);
		if (opens(m, type))
			continue;
		part->type = type_of(type);
		if (part->type == DELIST_MIME_OTHER && is_file_of_message(h))
			part->type = DELIST_MIME_MESSAGE;
		part->encoding =
		    encoding_of(trimmed(h->field[DELIST_MIME_CODING]));
		part->body = (struct delist_text){h->body, 0};
		return true;
	}
}

void
delist_mime_end(struct delist_mime *m, struct delist_mime_part *part)
{
	part->body.len = (size_t)(to_boundary(m) - part->body.at);
}
