/* SPDX-License-Identifier: ISC */
#ifndef DELIST_ERROR_H
#define DELIST_ERROR_H

/*
 * Results
 *
 * A call that can fail returns an int: DELIST_OK, which is 0, or one of the
 * negative numbers below.  A call that fails changed nothing: its outputs
 * and the object it was called on are as they were before.  "Not found" is
 * an answer and not an error, so it comes as a bool.
 *
 * The numbers are part of the ABI: new ones are added at the end, none is
 * ever given another meaning.
 */

/* Empty for a user of the library; the library's own build sets it. */
#ifndef DELIST_API
#define DELIST_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum delist_error {
	DELIST_OK = 0,
	DELIST_ENOMEM = -1,	 /* no memory */
	DELIST_EINVAL = -2,	 /* an argument is not what the call takes */
	DELIST_ESYNTAX = -3,	 /* the text does not have the required form */
	DELIST_ERANGE = -4,	 /* a number is outside its range */
	DELIST_ENOSPC = -5,	 /* the buffer given is too small */
	DELIST_EBUSY = -6,	 /* another writer, or a reader, is at work */
	DELIST_EAGAIN = -7,	 /* not now: the same call may succeed later */
	DELIST_EHOSTBITS = -8,	 /* bits behind the prefix length are set */
	DELIST_EWIDE = -9,	 /* the prefix is wider than policy allows */
	DELIST_EPROTECTED = -10, /* the prefix touches protected space */
	DELIST_ESTATE = -11,	 /* the event does not fit the state */
	DELIST_ETOKEN = -12,	 /* the token is not one of ours */
	DELIST_EEXPIRED = -13,	 /* the token, or what it is for, is over */
	DELIST_ECONFLICT = -14,	 /* the row was changed by somebody else */
	DELIST_EIO = -15,	 /* the host's store or system failed */
	DELIST_ECORRUPT = -16,	 /* stored bytes are damaged */
	DELIST_EVERSION = -17,	 /* stored by a version this one can't read */
	DELIST_EREADONLY = -18,	 /* the store takes no more writes */
	DELIST_ENOTSUP = -19	 /* the host gave no means for this */
};

/*
 * The name and the meaning of an error as one line of English, such as
 * "DELIST_ENOMEM: no memory".  Never NULL, also for a number that is none
 * of ours.  The text is static.  Any thread.
 */
DELIST_API const char *delist_strerror(int error);

/*
 * The version of the library that runs, as "MAJOR.MINOR.PATCH".  The text
 * is static.  Any thread.
 */
DELIST_API const char *delist_version(void);

#ifdef __cplusplus
}
#endif

#endif
