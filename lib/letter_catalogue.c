/* SPDX-License-Identifier: ISC */
/*
 * letter_catalogue.c - what the letters say
 *
 *	text = *( character / "{" name "}" )
 *
 * A catalogue is checked as a whole before any of it is used: whatever is
 * wrong with it is wrong for every letter.  There is no way to write a
 * brace, and no mark may be unknown, so a typing error in a mark is an error
 * and not a mail without a link.
 */
#include <delist/letter.h>

#include <stdbool.h>
#include <string.h>

#include "ascii.h"
#include "letter.h"
#include "utf8.h"

/* ---- marks ---- */

/* The width is that of the longest value; a URL has its own line. */
static const struct mark {
	const char *text;
	size_t width;
} marks[PLACES] = {
    [PLACE_IP] = {"{ip}", 39},
    [PLACE_HOURS] = {"{hours}", 4},
    [PLACE_URL] = {"{url}", 0},
    [PLACE_CANCEL] = {"{cancel}", 0},
    [PLACE_STATUS] = {"{status}", 0},
    [PLACE_DAYS] = {"{days}", 4},
    [PLACE_REASON] = {"{reason}", DELIST_LETTER_REASON_MAX},
};

enum {
	IP = 1 << PLACE_IP,
	HOURS = 1 << PLACE_HOURS,
	URL = 1 << PLACE_URL,
	CANCEL = 1 << PLACE_CANCEL,
	STATUS = 1 << PLACE_STATUS,
	DAYS = 1 << PLACE_DAYS,
	REASON = 1 << PLACE_REASON,
	OWN_LINE = URL | CANCEL | STATUS | REASON
};

/* In a body; a subject has those that need no line of their own. */
struct places {
	unsigned must, may;
};

static const struct places confirmation = {
    URL | CANCEL, IP | HOURS | URL | CANCEL | STATUS};

static const struct places notices[DELIST_NOTICES] = {
    [DELIST_NOTICE_RECEIVED] = {0, IP | HOURS},
    [DELIST_NOTICE_SEND_NDR] = {0, DAYS},
    [DELIST_NOTICE_PORTAL] = {URL, URL},
    [DELIST_NOTICE_DELISTED] = {0, IP | HOURS},
    [DELIST_NOTICE_DENIED] = {REASON, IP | REASON},
    [DELIST_NOTICE_NEED_INFO] = {REASON, IP | DAYS | REASON},
    [DELIST_NOTICE_NOT_LISTED] = {0, IP},
};

unsigned
delist_letter_notice_marks(int notice)
{
	return notice > DELIST_NOTICE_NONE && notice < DELIST_NOTICES
		   ? notices[notice].may
		   : 0;
}

enum place
delist_letter_place(size_t *used, const char *text, size_t len)
{
	for (unsigned place = 0; place < PLACES; place++) {
		size_t n = strlen(marks[place].text);

		if (n <= len && memcmp(text, marks[place].text, n) == 0) {
			*used = n;
			return (enum place)place;
		}
	}
	return PLACES;
}

/* ---- the texts ---- */

const struct delist_catalogue *
delist_catalogue_builtin(int language)
{
	switch (language) {
	case DELIST_ENGLISH:
		return &delist_letter_english;
	case DELIST_JAPANESE:
		return &delist_letter_japanese;
	default:
		return NULL;
	}
}

/* ---- the check ---- */

/* What was seen in the lines so far. */
struct survey {
	unsigned places; /* bits 1 << enum place */
	size_t widest;	 /* bytes, with the longest values */
	bool ascii;
};

static bool
may_stand(uint32_t c)
{
	return !delist_utf8_is_control(c) && c != '{' && c != '}';
}

static bool
survey_line(struct survey *survey, const char *line, size_t len)
{
	size_t width = 0, n;

	for (size_t i = 0; i < len; i += n) {
		enum place place = delist_letter_place(&n, line + i, len - i);
		uint32_t c;

		if (place != PLACES) {
			if ((OWN_LINE >> place & 1) != 0 && n != len)
				return false;
			survey->places |= 1u << place;
			width += marks[place].width;
			continue;
		}
		n = delist_utf8_next(&c, line + i, len - i);
		if (n == 0 || !may_stand(c))
			return false;
		survey->ascii = survey->ascii && n == 1;
		width += n;
	}
	if (width > survey->widest)
		survey->widest = width;
	return true;
}

static int
check_subject(const char *text, const struct places *places)
{
	static const size_t name = sizeof "Subject: " - 1;
	struct survey survey = {.ascii = true};

	if (text == NULL || *text == '\0' ||
	    !survey_line(&survey, text, strlen(text)) ||
	    (survey.places & (OWN_LINE | ~places->may)) != 0 ||
	    survey.widest > DELIST_LETTER_SUBJECT_MAX)
		return DELIST_EINVAL;
	return survey.ascii && name + survey.widest > LETTER_LINE
		   ? DELIST_ERANGE
		   : DELIST_OK;
}

static int
check_body(const char *text, const struct places *places)
{
	struct survey survey = {.ascii = true};
	size_t len = text != NULL ? strlen(text) : 0;

	if (len == 0)
		return DELIST_EINVAL;
	while (len != 0) {
		const char *end = memchr(text, '\n', len);
		size_t line;

		if (end == NULL)
			return DELIST_EINVAL;
		line = (size_t)(end - text);
		if (!survey_line(&survey, text, line))
			return DELIST_EINVAL;
		text += line + 1;
		len -= line + 1;
	}
	if ((places->must & ~survey.places) != 0 ||
	    (survey.places & ~places->may) != 0)
		return DELIST_EINVAL;
	return survey.ascii && survey.widest > LETTER_LINE ? DELIST_ERANGE
							   : DELIST_OK;
}

/* 2*8ALPHA *("-" 1*8alphanum), at most 35 (RFC 5646, 2.1 and 4.4.1) */
static bool
is_language(const char *tag)
{
	size_t len = tag != NULL ? strlen(tag) : 0, part = 0;
	bool first = true;

	if (len > 35)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (tag[i] == '-' && part != 0) {
			first = false;
			part = 0;
		} else if (++part > 8 ||
			   !(first ? delist_ascii_isalpha(tag[i])
				   : delist_ascii_isalnum(tag[i]))) {
			return false;
		}
	}
	return part != 0;
}

static int
check_text(const char *subject, const char *body, const struct places *places)
{
	int error = check_subject(subject, places);

	return error != DELIST_OK ? error : check_body(body, places);
}

/* A notice without texts is one that the catalogue does not have. */
static int
check_notice(const struct delist_catalogue *catalogue, int notice)
{
	const struct delist_notice_text *text = &catalogue->notices[notice];

	if (text->subject == NULL && text->body == NULL)
		return DELIST_OK;
	if (notice == DELIST_NOTICE_NONE)
		return DELIST_EINVAL;
	return check_text(text->subject, text->body, &notices[notice]);
}

int
delist_catalogue_check(const struct delist_catalogue *catalogue)
{
	int error;

	if (catalogue->size != sizeof *catalogue ||
	    !is_language(catalogue->language))
		return DELIST_EINVAL;
	error = check_text(
	    catalogue->confirm_subject, catalogue->confirm_body, &confirmation);
	for (int i = 0; i < DELIST_NOTICES && error == DELIST_OK; i++)
		error = check_notice(catalogue, i);
	return error;
}

int
delist_letter_texts(const struct delist_catalogue **catalogue, int language)
{
	if (*catalogue == NULL)
		*catalogue = delist_catalogue_builtin(language);
	if (*catalogue == NULL)
		return DELIST_EINVAL;
	return delist_catalogue_check(*catalogue);
}
