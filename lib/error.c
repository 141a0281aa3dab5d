/* SPDX-License-Identifier: ISC */
/*
 * error.c - results as text
 */
#include <delist/error.h>

#include <stddef.h>

static const char *const messages[] = {
    [-DELIST_OK] = "DELIST_OK: done",
    [-DELIST_ENOMEM] = "DELIST_ENOMEM: no memory",
    [-DELIST_EINVAL] = "DELIST_EINVAL: invalid argument",
    [-DELIST_ESYNTAX] = "DELIST_ESYNTAX: malformed text",
    [-DELIST_ERANGE] = "DELIST_ERANGE: number out of range",
    [-DELIST_ENOSPC] = "DELIST_ENOSPC: buffer too small",
    [-DELIST_EBUSY] = "DELIST_EBUSY: another writer, or a reader, is at work",
    [-DELIST_EAGAIN] = "DELIST_EAGAIN: not now, try again later",
    [-DELIST_EHOSTBITS] = "DELIST_EHOSTBITS: bits behind the prefix length",
    [-DELIST_EWIDE] = "DELIST_EWIDE: prefix too wide",
    [-DELIST_EPROTECTED] = "DELIST_EPROTECTED: prefix touches protected space",
    [-DELIST_ESTATE] = "DELIST_ESTATE: event does not fit the state",
    [-DELIST_ETOKEN] = "DELIST_ETOKEN: not a valid token",
    [-DELIST_EEXPIRED] = "DELIST_EEXPIRED: expired",
    [-DELIST_ECONFLICT] = "DELIST_ECONFLICT: changed by somebody else",
    [-DELIST_EIO] = "DELIST_EIO: store or system failure",
    [-DELIST_ECORRUPT] = "DELIST_ECORRUPT: stored bytes are damaged",
    [-DELIST_EVERSION] = "DELIST_EVERSION: stored by another version",
    [-DELIST_EREADONLY] = "DELIST_EREADONLY: store is read-only",
    [-DELIST_ENOTSUP] = "DELIST_ENOTSUP: not supported by the host",
};

const char *
delist_strerror(int error)
{
	static const int last = (int)(sizeof messages / sizeof *messages) - 1;

	if (error > 0 || error < -last)
		return "unknown error";
	return messages[-error];
}

const char *
delist_version(void)
{
	return DELIST_VERSION;
}
