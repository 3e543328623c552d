// SPDX-License-Identifier: Apache-2.0

package main

/*
// Takes what sellable_available takes.
static int __attribute__((noinline)) nothing(const void *engine, const void *question,
                                             void *availability)
{
	(void)engine;
	(void)question;
	(void)availability;
	return 0;
}
*/
import "C"

// nothing calls an empty C function.
func (l *library) nothing(count int) (wrong int, err error) {
	for range count {
		wrong += int(C.nothing(nil, nil, nil))
	}
	return wrong, nil
}
