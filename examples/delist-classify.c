/* SPDX-License-Identifier: ISC */
/*
 * delist-classify - say what bounces and replies mean
 *
 * usage: delist-classify [file ...]
 *
 * One line for each recipient, ten columns with a tab between: file, class,
 * remedy, permanence, reply, status, blocked IP, recipient, contact, flags.
 */
#include <stdio.h>
#include <stdlib.h>

#include <delist/delist.h>

enum {
	RECIPIENTS = 256,
	SCRATCH = 1 << 20
};

static struct delist_verdict verdicts[RECIPIENTS];
static char scratch[SCRATCH];

static void
print_view(struct delist_text text)
{
	putchar('\t');
	if (text.len == 0)
		putchar('-');
	for (size_t i = 0; i < text.len; i++)
		putchar((unsigned char)text.at[i] < ' ' ? ' ' : text.at[i]);
}

static void
print_codes(const struct delist_verdict *v)
{
	char status[DELIST_STATUS_TEXT], ip[DELIST_PREFIX_TEXT];
	unsigned all = v->blocked.addr.family == DELIST_INET4 ? 32 : 128;

	if (v->reply != 0)
		printf("\t%u", (unsigned)v->reply);
	else
		printf("\t-");
	printf("\t%s", delist_status_format(status, &v->status) ? status : "-");
	if (v->status_end != 0)
		printf("-%u", (unsigned)v->status_end);
	if (v->blocked.addr.family == DELIST_NOADDR)
		printf("\t-");
	else if (v->blocked.bits != all &&
		 delist_prefix_format(ip, &v->blocked))
		printf("\t%s", ip);
	else if (delist_addr_format(ip, &v->blocked.addr))
		printf("\t%s", ip);
}

static void
print_verdict(const char *file, const struct delist_verdict *v)
{
	const char *comma = "";

	printf("%s\t%s\t%s\t%s", file, delist_class_name(v->cls),
	    delist_remedy_name(v->remedy),
	    delist_permanence_name(v->permanence));
	print_codes(v);
	print_view(v->recipient);
	print_view(v->contact);
	putchar('\t');
	for (uint32_t bit = 1; bit <= DELIST_FLAG_REMOTE_IP; bit <<= 1)
		if (v->flags & bit) {
			printf("%s%s", comma, delist_flag_name(bit));
			comma = ",";
		}
	puts(v->flags != 0 ? "" : "-");
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

int
main(int argc, char **argv)
{
	int failed = argc < 2 ? classify("-", stdin) : 0;

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		failed |= classify(argv[i], file);
		if (file != NULL)
			fclose(file);
	}
	return failed;
}
