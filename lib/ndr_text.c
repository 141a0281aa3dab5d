/* SPDX-License-Identifier: ISC */
/*
 * ndr_text.c - recipients in the human text of a bounce
 *
 * The text is cut into sections, each from the line that names a recipient
 * to the next such line, and each is read on its own.  A section that says
 * nothing takes its verdict from the whole text.  The copy of the original
 * that some servers add ends the text, once something was said before it; and
 * where the fields of a report stand among the text, they are read as one.
 */
#include "ndr.h"

#include <string.h>

#include "ascii.h"

enum {
	MARKS_MAX = 4 /* marks of an original that were none */
};

struct walk {
	struct delist_ndr *n;
	struct delist_text human;
	struct delist_text failed; /* X-Failed-Recipients, not used up */
	struct delist_text read;   /* the text that was read last, */
	struct delist_refusal said, whole; /* what it said, and what all does */
	size_t silent; /* that many bytes of the text say nothing */
	bool whole_read, bounce;
	bool told;	/* a section said something */
	bool no_report; /* what looked like the fields of one was none */
};

bool
delist_ndr_says(const struct delist_refusal *e)
{
	return e->inner.cls != 0 || e->field.cls != 0 || e->reply != 0;
}

/* Words of its own, that are more than "not delivered". */
static bool
has_words(const struct delist_refusal *e)
{
	return e->words.phrase != NULL &&
	       e->words.phrase->cls != DELIST_CLASS_OTHER;
}

static bool
says_any(const struct delist_refusal *e)
{
	return delist_ndr_says(e) || has_words(e);
}

/* What a part of the text says; asked twice, it is read once. */
static const struct delist_refusal *
said_by(struct walk *w, struct delist_text part)
{
	if (w->read.at == part.at && w->read.len == part.len)
		return &w->said;
	w->said = delist_ndr_evidence(w->n, DELIST_SOURCE_TEXT);
	delist_reply_scan(&w->said, part.at, part.len);
	w->read = part;
	if (part.at == w->human.at && part.len > w->silent &&
	    !says_any(&w->said))
		w->silent = part.len;
	return &w->said;
}

/* The text in front of the copy of the original, if something is said there. */
static struct delist_text
without_original(struct walk *w)
{
	struct delist_text rest = w->human, text = {rest.at, 0};
	struct delist_ndr_line line;
	int marks = 0;

	while (marks < MARKS_MAX && delist_ndr_line(&line, rest)) {
		text.len = (size_t)(rest.at - text.at);
		if (delist_ndr_begins_original(&line)) {
			marks++;
			if (text.len > w->silent && says_any(said_by(w, text)))
				return text;
		}
		rest.at += line.next;
		rest.len -= line.next;
	}
	return w->human;
}

/* All of the text: read once, and only if a section says nothing. */
static const struct delist_refusal *
whole_of(struct walk *w)
{
	if (!w->whole_read)
		w->whole = *said_by(w, without_original(w));
	w->whole_read = true;
	return &w->whole;
}

static bool
is_separator(char c)
{
	return delist_ascii_isspace(c) || c == ',' || c == '<' || c == '>';
}

/* The next mailbox of X-Failed-Recipients. */
static struct delist_text
next_failed(struct delist_text *list)
{
	struct delist_text one;

	while (list->len > 0 && is_separator(*list->at)) {
		list->at++;
		list->len--;
	}
	one = (struct delist_text){list->at, 0};
	while (one.len < list->len && !is_separator(one.at[one.len]))
		one.len++;
	list->at += one.len;
	list->len -= one.len;
	return one;
}

static void
add_verdict(struct walk *w, const struct delist_refusal *e)
{
	struct delist_verdict v;

	delist_reply_decide(&v, e);
	if (v.cls == DELIST_CLASS_NONE && v.permanence != DELIST_DELIVERED)
		return;
	delist_ndr_add(w->n, &v);
}

static void
add_section(struct walk *w, struct delist_text part, struct delist_text who)
{
	struct delist_refusal e = *said_by(w, part);

	if (!delist_ndr_says(&e) && !(has_words(&e) && who.len != 0))
		e = *whole_of(w);
	if (!w->bounce && !delist_ndr_says(&e))
		return;
	w->told = true;
	if (who.len != 0) {
		e.recipient = who;
	} else if (w->failed.len != 0) {
		while ((e.recipient = next_failed(&w->failed)).len != 0)
			add_verdict(w, &e);
		return;
	}
	add_verdict(w, &e);
}

/* Whether text[0..len) says something; what was said before is known. */
static bool
has_told(struct walk *w, struct delist_text part)
{
	return w->told || says_any(said_by(w, part));
}

/* The paragraph in which text[at] stands begins here. */
static size_t
paragraph_of(struct delist_text text, size_t at)
{
	while (at > 1 && (text.at[at - 1] != '\n' || text.at[at - 2] != '\n'))
		at--;
	return at > 1 ? at : 0;
}

/* What ends the walk over the lines. */
enum stop {
	AT_END,
	AT_ORIGINAL,
	AT_REPORT
};

/*
 * One section: from text.at to the line of another recipient, or to what
 * ends the text.  Its length.
 */
static size_t
section(struct walk *w, struct delist_text text, struct delist_text *who,
    enum stop *stop, int *marks)
{
	struct delist_ndr_line line, before = {text.at, 0, 0}, words = before;
	struct delist_text next = {NULL, 0}, rest = text;

	who->len = 0;
	for (; delist_ndr_line(&line, rest); before = line) {
		if (before.len != 0)
			words = before;
		size_t at = (size_t)(rest.at - text.at);

		rest.at += line.next;
		rest.len -= line.next;
		if (!w->no_report &&
		    delist_ndr_is_recipient_field(line.at, line.len)) {
			*stop = AT_REPORT;
			return at;
		}
		if (*marks < MARKS_MAX && delist_ndr_begins_original(&line)) {
			(*marks)++;
			*stop = AT_ORIGINAL;
			if (has_told(w, (struct delist_text){text.at, at}))
				return at;
		}
		if (!delist_ndr_begins_section(
			&next, &line, &before, &words, rest))
			continue;
		*stop = AT_END;
		if (at != 0 && who->len != 0)
			return at;
		*who = next;
	}
	*stop = AT_END;
	return text.len;
}

/* The fields that begin in the paragraph of human.at[at], as a report. */
static bool
is_report(struct walk *w, struct delist_text human, size_t at)
{
	size_t from = paragraph_of(human, at);
	struct delist_text fields = {human.at + from, human.len - from};
	struct delist_text before = {human.at, from};

	w->no_report = true; /* one try */
	return delist_ndr_report(w->n, fields, before) > 0;
}

void
delist_ndr_human(struct delist_ndr *n, struct delist_text human,
    struct delist_text failed, bool bounce)
{
	struct walk w = {
	    .n = n, .human = human, .failed = failed, .bounce = bounce};
	size_t done = 0;
	int marks = 0;

	while (done < human.len && n->count < n->cap) {
		struct delist_text rest = {human.at + done, human.len - done};
		struct delist_text who = {NULL, 0};
		enum stop stop = AT_END;
		size_t len = section(&w, rest, &who, &stop, &marks);

		if (stop == AT_REPORT) {
			if (is_report(&w, human, done + len))
				return;
			continue;
		}
		if (stop == AT_ORIGINAL)
			w.human.len = done + len;
		rest.len = len;
		add_section(&w, rest, who);
		if (stop == AT_ORIGINAL)
			return;
		done += len;
	}
}
