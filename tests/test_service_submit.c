/* SPDX-License-Identifier: ISC */
#include "service_world.h"

int
main(void)
{
	return support_run("service_submit");
}
