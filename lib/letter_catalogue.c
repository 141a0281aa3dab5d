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
};

enum {
	MUST_STAND = 1 << PLACE_URL | 1 << PLACE_CANCEL,
	OWN_LINE = MUST_STAND | 1 << PLACE_STATUS
};

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

static const struct delist_catalogue english = {
    .size = sizeof english,
    .language = "en",
    .confirm_subject = "Confirm the delisting of {ip}",
    .confirm_body =
	"Somebody, probably you, asked us to accept mail from this IP address\n"
	"again:\n"
	"\n"
	"    {ip}\n"
	"\n"
	"It is on our block list and stays there unless you confirm.  To have\n"
	"it removed, open this page and press the button on it:\n"
	"\n"
	"{url}\n"
	"\n"
	"The link works for {hours} hours.\n"
	"\n"
	"If this was not you, please say so on this page.  The request is then\n"
	"dropped, and for some time you get no more mails like this one:\n"
	"\n"
	"{cancel}\n"
	"\n"
	"This page shows what became of the request:\n"
	"\n"
	"{status}\n"
	"\n"
	"This mail was sent by a machine.  Answers to it are not read.\n",
};

static const struct delist_catalogue japanese = {
    .size = sizeof japanese,
    .language = "ja",
    .confirm_subject = "【要確認】ブロック解除のお申し込み（{ip}）",
    .confirm_body =
	"次の IP アドレスからのメールについて、ブロック解除のお申し込みを\n"
	"受け付けました。\n"
	"\n"
	"    {ip}\n"
	"\n"
	"このアドレスは現在ブロックリストに登録されており、ご確認いただくまで\n"
	"解除されません。解除をご希望の場合は、次のページを開き、表示される\n"
	"ボタンを押してください。\n"
	"\n"
	"{url}\n"
	"\n"
	"このリンクの有効期間は {hours} 時間です。\n"
	"\n"
	"お申し込みにお心当たりがない場合は、お手数ですが次のページから\n"
	"お知らせください。お申し込みを取り消し、以後しばらくの間、\n"
	"このようなメールをお送りしないようにいたします。\n"
	"\n"
	"{cancel}\n"
	"\n"
	"お申し込みの状況は、次のページでご確認いただけます。\n"
	"\n"
	"{status}\n"
	"\n"
	"このメールは自動的に送信されています。ご返信いただいても\n"
	"お答えできませんので、ご了承ください。\n",
};

const struct delist_catalogue *
delist_catalogue_builtin(int language)
{
	switch (language) {
	case DELIST_ENGLISH:
		return &english;
	case DELIST_JAPANESE:
		return &japanese;
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
check_subject(const char *text)
{
	static const size_t name = sizeof "Subject: " - 1;
	struct survey survey = {.ascii = true};

	if (text == NULL || *text == '\0' ||
	    !survey_line(&survey, text, strlen(text)) ||
	    (survey.places & OWN_LINE) != 0 ||
	    survey.widest > DELIST_LETTER_SUBJECT_MAX)
		return DELIST_EINVAL;
	return survey.ascii && name + survey.widest > LETTER_LINE
		   ? DELIST_ERANGE
		   : DELIST_OK;
}

static int
check_body(const char *text)
{
	struct survey survey = {.ascii = true};
	size_t len = text != NULL ? strlen(text) : 0;

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
	if ((survey.places & MUST_STAND) != MUST_STAND)
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

int
delist_catalogue_check(const struct delist_catalogue *catalogue)
{
	int error;

	if (catalogue->size != sizeof *catalogue ||
	    !is_language(catalogue->language))
		return DELIST_EINVAL;
	error = check_subject(catalogue->confirm_subject);
	if (error != DELIST_OK)
		return error;
	return check_body(catalogue->confirm_body);
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
