/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run was measured on: processors, kernel, compiler. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

void machine_json(void);

/* A line or two. */
void machine_print(void);

#endif
