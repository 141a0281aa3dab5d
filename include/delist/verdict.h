/* SPDX-License-Identifier: ISC */
#ifndef DELIST_VERDICT_H
#define DELIST_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/status.h>
#include <delist/text.h>

/*
 * What a bounce or a reply means: who is blocked, by whom, and the one right
 * thing to do.
 *
 * A verdict is filled in by <delist/reply.h> or <delist/ndr.h>.  It is a plain
 * value, but its views point into the text or the scratch memory that was
 * given to that call, and are good for as long as those bytes are.
 *
 * A bounce is written by strangers.  A verdict is a hint that fills a form,
 * never evidence that changes a list.
 *
 * Nothing here allocates, and every call may run on any thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* What it is; delist_class_name() has the name that tools print. */
enum delist_class {
	DELIST_CLASS_NONE = 0,	      /* not a bounce, or delivered */
	DELIST_CLASS_IP_BLOCK_PORTAL, /* Microsoft 365, 5.7.606 to 5.7.649 */
	DELIST_CLASS_IP_BLOCK_MAIL, /* Microsoft 365, 5.7.511: never the portal */
	DELIST_CLASS_IP_BLOCK_CONSUMER, /* Outlook.com: S3140, OU-001 ... */
	DELIST_CLASS_IP_BLOCK_DNSBL,	/* refused for a third party's list */
	DELIST_CLASS_IP_BLOCK_OTHER,	/* another provider's own block */
	DELIST_CLASS_IP_BLOCK_RECIPIENT, /* the recipient's organisation blocks */
	DELIST_CLASS_THROTTLED,		 /* a temporary limit on an address */
	DELIST_CLASS_IPV6_POLICY,	 /* IPv6 without PTR, SPF or DKIM */
	DELIST_CLASS_AUTH_FAILED,	 /* SPF, DKIM or DMARC */
	DELIST_CLASS_SENDER_ACCOUNT,   /* the sender's own account or tenant */
	DELIST_CLASS_MESSAGE_REJECTED, /* content, format or size */
	DELIST_CLASS_RECIPIENT,	       /* no such user, mailbox full ... */
	DELIST_CLASS_OTHER	       /* a bounce, but none of these */
};

/* What to do about it. */
enum delist_remedy {
	DELIST_REMEDY_NONE = 0,
	DELIST_REMEDY_PORTAL,
	DELIST_REMEDY_MAIL_NDR,
	DELIST_REMEDY_WEB_FORM,
	DELIST_REMEDY_LIST_OWNER,
	DELIST_REMEDY_RECIPIENT_ADMIN,
	DELIST_REMEDY_WAIT,
	DELIST_REMEDY_FIX_DNS,
	DELIST_REMEDY_OWN_ADMIN
};

/* Whether trying again can help. */
enum delist_permanence {
	DELIST_PERMANENCE_UNKNOWN = 0,
	DELIST_PERMANENT,
	DELIST_TRANSIENT,
	DELIST_DELIVERED
};

/* What the reporting server did (RFC 3464, 2.3.3). */
enum delist_action {
	DELIST_ACTION_NONE = 0,
	DELIST_ACTION_FAILED,
	DELIST_ACTION_DELAYED,
	DELIST_ACTION_DELIVERED,
	DELIST_ACTION_RELAYED,
	DELIST_ACTION_EXPANDED
};

/* How much the class rests on. */
enum delist_confidence {
	DELIST_CONFIDENCE_NONE = 0,
	DELIST_CONFIDENCE_LOW,	  /* by phrase or by a range in prose */
	DELIST_CONFIDENCE_MEDIUM, /* by a generic code and a phrase */
	DELIST_CONFIDENCE_HIGH	  /* by a code in reply position */
};

/* What a reader of the verdict should know besides; or'ed. */
enum delist_flag {
	DELIST_FLAG_RANGE = 1, /* a range such as 5.7.606-649 was quoted */
	DELIST_FLAG_REDACTED_IP = 2,	 /* the address was blanked out */
	DELIST_FLAG_CONTACT_DIFFERS = 4, /* not the one that the rule names */
	DELIST_FLAG_CONFLICT = 8,	 /* the fields disagree */
	DELIST_FLAG_TRUNCATED = 16, /* a limit was reached; more was there */
	DELIST_FLAG_FORWARDED = 32, /* found in a forwarded bounce */
	DELIST_FLAG_BY_TEXT = 64,   /* no usable code: decided by a phrase */
	DELIST_FLAG_REMOTE_IP =
	    128 /* only the remote host's address is there */
};

/* Where the words stood that decided. */
enum delist_source {
	DELIST_SOURCE_NONE = 0,
	DELIST_SOURCE_REPLY,	  /* of a bare reply */
	DELIST_SOURCE_STATUS,	  /* Status of a report, or dsn= */
	DELIST_SOURCE_DIAGNOSTIC, /* Diagnostic-Code of a report */
	DELIST_SOURCE_TEXT	  /* text for people, or a line of a log */
};

struct delist_verdict {
	uint8_t cls;	    /* enum delist_class */
	uint8_t remedy;	    /* enum delist_remedy */
	uint8_t permanence; /* enum delist_permanence */
	uint8_t action;	    /* enum delist_action */
	uint8_t confidence; /* enum delist_confidence */
	uint8_t source;	    /* enum delist_source */
	uint16_t reply;	    /* 200..599, 0 if there is none */
	uint32_t flags;	    /* enum delist_flag, or'ed */
	struct delist_status status;
	uint16_t status_end;	      /* upper detail of a range, or 0 */
	struct delist_prefix blocked; /* family DELIST_NOADDR if none */
	struct delist_text recipient;
	struct delist_text diagnostic;
	struct delist_text contact; /* as found in the text */
	struct delist_text remote_host;
	struct delist_text list;    /* of a DNSBL */
	struct delist_text vendor;  /* tag such as "AS(1430)", "S3140" */
	struct delist_text matched; /* the code or words that decided */
	const char *rule;	    /* static name of the rule that decided */
};

/*
 * Names, as tools print them: "ip-block-portal", "mail-ndr", "permanent",
 * "failed", "high", "redacted-ip".  Static text, never NULL: a number that is
 * not ours is "unknown".  delist_flag_name() takes one bit.
 */
DELIST_API const char *delist_class_name(int cls);
DELIST_API const char *delist_remedy_name(int remedy);
DELIST_API const char *delist_permanence_name(int permanence);
DELIST_API const char *delist_action_name(int action);
DELIST_API const char *delist_confidence_name(int confidence);
DELIST_API const char *delist_source_name(int source);
DELIST_API const char *delist_flag_name(uint32_t flag);

/*
 * One row of the rule table.  A row with a code range decides by the code
 * alone and has no phrase; a row with a phrase decides where the code is
 * missing or says nothing by itself.  The first row that fits decides.  Hosts
 * put rows of their own before the built-in ones: see delist_ndr_parse_with().
 */
struct delist_rule {
	const char *name;	    /* stable, shown to operators */
	struct delist_status first; /* code range; class 0: no range */
	struct delist_status last;  /* of the same class and subject */
	/*
	 * Lower case, at least four bytes, one blank for any gap between two
	 * words.  It is found where a word begins, or at its own "(", "[",
	 * "." or "_".  NULL: none.  In "# refused", a built-in row, # is an
	 * address, and what follows any word that refuses it in its sentence.
	 */
	const char *phrase;
	uint8_t cls;	     /* enum delist_class */
	uint8_t remedy;	     /* enum delist_remedy */
	const char *contact; /* where to turn to, NULL: nowhere known */
	const char *source;  /* where the fact is from */
	uint32_t as_of;	     /* YYYYMM */
};

/* The built-in rows, in order.  Static. */
DELIST_API const struct delist_rule *delist_verdict_rules(size_t *count);

/*
 * The first row whose code range holds the code, or NULL: of rules[0..n)
 * first, which may be NULL and 0, then of the built-in ones.
 */
DELIST_API const struct delist_rule *delist_verdict_rule_of(
    const struct delist_rule *rules, size_t n,
    const struct delist_status *status);

#ifdef __cplusplus
}
#endif

#endif
