/* SPDX-License-Identifier: Apache-2.0
 *
 * A function that does nothing, and takes what sellable_available takes: what a call costs by
 * itself. ctypes calls it out of a shared library, nothing_module.c from an extension. */
#if defined(__GNUC__)
__attribute__((visibility("default"), noinline))
#endif
int nothing(const void *engine, const void *question, void *availability)
{
    (void)engine;
    (void)question;
    (void)availability;
    return 0;
}
