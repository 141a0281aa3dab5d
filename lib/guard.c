/* SPDX-License-Identifier: ISC */
/*
 * guard.c - what may not go on a block list
 *
 * The table is short and asked about only when something is listed, so it is
 * walked.  Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries
 * (RFC 6890), and the multicast ranges of RFC 5771 and RFC 4291, 2.7.
 */
#include <delist/guard.h>

/* clang-format off */
static const struct delist_prefix protected_by_default[] = {
	{{DELIST_INET4, {0}}, 8},		/* "this network", RFC 791, 3.2 */
	{{DELIST_INET4, {10}}, 8},		/* private, RFC 1918 */
	{{DELIST_INET4, {100, 64}}, 10},	/* shared, RFC 6598 */
	{{DELIST_INET4, {127}}, 8},		/* loopback, RFC 1122, 3.2.1.3 */
	{{DELIST_INET4, {169, 254}}, 16},	/* link-local, RFC 3927 */
	{{DELIST_INET4, {172, 16}}, 12},	/* private, RFC 1918 */
	{{DELIST_INET4, {192, 168}}, 16},	/* private, RFC 1918 */
	{{DELIST_INET4, {224}}, 4},		/* multicast, RFC 5771 */
	{{DELIST_INET4, {240}}, 4},		/* reserved, RFC 1112, 4; broadcast */
	{{DELIST_INET6, {0}}, 128},		/* unspecified, RFC 4291, 2.5.2 */
	{{DELIST_INET6, {[15] = 1}}, 128},	/* loopback, RFC 4291, 2.5.3 */
	{{DELIST_INET6, {0xfc}}, 7},		/* unique local, RFC 4193 */
	{{DELIST_INET6, {0xfe, 0x80}}, 10},	/* link-local, RFC 4291, 2.5.6 */
	{{DELIST_INET6, {0xff}}, 8},		/* multicast, RFC 4291, 2.7 */
};
/* clang-format on */

static const struct delist_guard defaults = {
    .size = sizeof(struct delist_guard),
    .widest4 = 16,
    .widest6 = 32,
    .protected_space = protected_by_default,
    .protected_count =
	sizeof protected_by_default / sizeof *protected_by_default,
};

int
delist_guard_init(struct delist_guard *guard, size_t size)
{
	if (guard == NULL || size != sizeof defaults)
		return DELIST_EINVAL;
	*guard = defaults;
	return DELIST_OK;
}

int
delist_guard_check(
    const struct delist_guard *guard, const struct delist_prefix *prefix)
{
	unsigned widest;

	if (guard == NULL)
		guard = &defaults;
	if (guard->size != sizeof defaults || !delist_prefix_valid(prefix))
		return DELIST_EINVAL;
	widest = prefix->addr.family == DELIST_INET4 ? guard->widest4
						     : guard->widest6;
	if (prefix->bits < widest)
		return DELIST_EWIDE;
	for (size_t i = 0; i < guard->protected_count; i++) {
		const struct delist_prefix *space = &guard->protected_space[i];

		if (delist_prefix_covers(space, prefix) ||
		    delist_prefix_covers(prefix, space))
			return DELIST_EPROTECTED;
	}
	return DELIST_OK;
}
