/* SPDX-License-Identifier: ISC */
/*
 * delist-classify - say what bounces and replies mean
 *
 * usage: delist-classify [--json | --explain] [file ...]
 *
 * One line for each recipient, ten columns with a tab between: file, class,
 * remedy, permanence, reply, status, blocked IP, recipient, contact, flags.
 * With --json one object a line, with --explain a second line that says why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <delist/delist.h>

enum {
	RECIPIENTS = 256,
	SCRATCH = 1 << 20
};

static struct delist_verdict verdicts[RECIPIENTS];
static char scratch[SCRATCH];

enum form {
	COLUMNS,
	JSON,
	EXPLAIN
};

static enum form form;

/* The texts of a verdict that stand in a column of their own. */
struct words {
	char reply[8];
	char status[DELIST_STATUS_TEXT + 4];
	char ip[DELIST_PREFIX_TEXT];
	char flags[128];
};

static void
add(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len != 0 ? "," : "", more);
}

static void
spell(struct words *w, const struct delist_verdict *v)
{
	unsigned all = v->blocked.addr.family == DELIST_INET4 ? 32 : 128;
	size_t len = delist_status_format(w->status, &v->status);

	w->reply[0] = w->ip[0] = w->flags[0] = '\0';
	if (v->reply != 0)
		snprintf(w->reply, sizeof w->reply, "%u", (unsigned)v->reply);
	if (v->status_end != 0)
		snprintf(w->status + len, sizeof w->status - len, "-%u",
		    (unsigned)v->status_end);
	if (v->blocked.addr.family != DELIST_NOADDR && v->blocked.bits != all)
		delist_prefix_format(w->ip, &v->blocked);
	else if (v->blocked.addr.family != DELIST_NOADDR)
		delist_addr_format(w->ip, &v->blocked.addr);
	for (uint32_t bit = 1; bit <= DELIST_FLAG_REMOTE_IP; bit <<= 1)
		if (v->flags & bit)
			add(w->flags, sizeof w->flags, delist_flag_name(bit));
}

/* A view on one line, without controls. */
static void
put_view(struct delist_text text)
{
	if (text.len == 0)
		putchar('-');
	for (size_t i = 0; i < text.len; i++)
		putchar((unsigned char)text.at[i] < ' ' || text.at[i] == 127
			    ? ' '
			    : text.at[i]);
}

static void
print_columns(const char *file, const struct delist_verdict *v)
{
	struct words w;

	spell(&w, v);
	printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t", file, delist_class_name(v->cls),
	    delist_remedy_name(v->remedy),
	    delist_permanence_name(v->permanence), w.reply[0] ? w.reply : "-",
	    w.status[0] ? w.status : "-", w.ip[0] ? w.ip : "-");
	put_view(v->recipient);
	putchar('\t');
	put_view(v->contact);
	printf("\t%s\n", w.flags[0] ? w.flags : "-");
}

/* Why: a line below, with the rule, the place and the words. */
static void
print_explanation(const struct delist_verdict *v)
{
	printf("\tby %s, %s confidence, in %s: ",
	    v->rule != NULL ? v->rule : "no rule",
	    delist_confidence_name(v->confidence),
	    delist_source_name(v->source));
	put_view(v->matched);
	putchar('\n');
}

/* How many bytes of UTF-8 begin at[0..len); 0: none do. */
static size_t
character(const char *at, size_t len)
{
	unsigned char c = (unsigned char)*at;
	size_t n = c < 0x80   ? 1
		   : c < 0xc2 ? 0
		   : c < 0xe0 ? 2
		   : c < 0xf0 ? 3
		   : c < 0xf5 ? 4
			      : 0;

	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
	if (n > 2) {
		unsigned char d = (unsigned char)at[1];

		if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) ||
		    (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f))
			return 0;
	}
	return n;
}

/* A string of RFC 8259; bytes that are no UTF-8 become U+FFFD. */
static void
put_string(const char *at, size_t len)
{
	putchar('"');
	for (size_t i = 0, n; i < len; i += n) {
		n = character(at + i, len - i);
		if (n == 0) {
			n = 1;
			printf("\\ufffd");
		} else if ((unsigned char)at[i] < ' ' || at[i] == 127) {
			printf("\\u%04x", (unsigned)(unsigned char)at[i]);
		} else {
			if (at[i] == '"' || at[i] == '\\')
				putchar('\\');
			fwrite(at + i, 1, n, stdout);
		}
	}
	putchar('"');
}

static void
put_member(const char *name, const char *text, size_t len)
{
	if (len == 0)
		return;
	printf(",\"%s\":", name);
	put_string(text, len);
}

static void
put_flags(char *flags)
{
	const char *comma = "";

	printf(",\"flags\":[");
	for (char *at = flags; *at != '\0'; comma = ",") {
		size_t n = strcspn(at, ",");

		fputs(comma, stdout);
		put_string(at, n);
		at += n + (at[n] == ',');
	}
	putchar(']');
}

/* One object on a line; what is not there is left out. */
static void
print_json(const char *file, const struct delist_verdict *v)
{
	const char *rule = v->rule != NULL ? v->rule : "";
	struct words w;

	spell(&w, v);
	printf("{\"file\":");
	put_string(file, strlen(file));
	printf(",\"class\":\"%s\",\"remedy\":\"%s\",\"permanence\":\"%s\","
	       "\"action\":\"%s\",\"confidence\":\"%s\"",
	    delist_class_name(v->cls), delist_remedy_name(v->remedy),
	    delist_permanence_name(v->permanence),
	    delist_action_name(v->action),
	    delist_confidence_name(v->confidence));
	if (v->reply != 0)
		printf(",\"reply\":%s", w.reply);
	put_member("status", w.status, strlen(w.status));
	put_member("ip", w.ip, strlen(w.ip));
	put_member("recipient", v->recipient.at, v->recipient.len);
	put_member("contact", v->contact.at, v->contact.len);
	put_member("remote-host", v->remote_host.at, v->remote_host.len);
	put_member("list", v->list.at, v->list.len);
	put_member("vendor", v->vendor.at, v->vendor.len);
	put_member("rule", rule, strlen(rule));
	printf(",\"source\":\"%s\"", delist_source_name(v->source));
	put_member("matched", v->matched.at, v->matched.len);
	put_member("diagnostic", v->diagnostic.at, v->diagnostic.len);
	put_flags(w.flags);
	puts("}");
}

static void
print_verdict(const char *file, const struct delist_verdict *v)
{
	if (form == JSON) {
		print_json(file, v);
		return;
	}
	print_columns(file, v);
	if (form == EXPLAIN)
		print_explanation(v);
}

/* The whole file, to be freed; NULL if it could not be read. */
static char *
read_all(FILE *file, size_t *len)
{
	size_t room = 1 << 16, n;
	char *text = malloc(room), *more;

	for (*len = 0; text != NULL; *len += n) {
		n = fread(text + *len, 1, room - *len, file);
		if (n == 0)
			break;
		if (*len + n < room)
			continue;
		more = realloc(text, room *= 2);
		if (more == NULL)
			free(text);
		text = more;
	}
	if (text != NULL && ferror(file)) {
		free(text);
		text = NULL;
	}
	return text;
}

static int
classify(const char *name, FILE *file)
{
	size_t len, count;
	char *text = file != NULL ? read_all(file, &len) : NULL;

	if (text == NULL) {
		perror(name);
		return 1;
	}
	if (delist_ndr_parse(verdicts, RECIPIENTS, &count, scratch, SCRATCH,
		text, len) == DELIST_OK)
		for (size_t i = 0; i < count; i++)
			print_verdict(name, &verdicts[i]);
	free(text);
	return 0;
}

static bool
take_option(const char *arg)
{
	if (strcmp(arg, "--json") == 0)
		form = JSON;
	else if (strcmp(arg, "--explain") == 0)
		form = EXPLAIN;
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	int first = 1, failed;

	if (argc > 1 && take_option(argv[1]))
		first = 2;
	if (first < argc && argv[first][0] == '-' && argv[first][1] == '-') {
		fprintf(stderr, "usage: delist-classify [--json | --explain] "
				"[file ...]\n");
		return 1;
	}
	failed = first == argc ? classify("-", stdin) : 0;
	for (int i = first; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		failed |= classify(argv[i], file);
		if (file != NULL)
			fclose(file);
	}
	return failed;
}
