/*
 * From power to hello(). The core takes SP from address 0 and PC from address 4 of the vector table. Memory needs no
 * preparation: whoever loads the image copies its bytes and zeroes the rest.
 */
#include "csf_interface.h"
#include "mali_mcu.h"
#include "types.h"

extern u32 stack_top[];
void hello(void) __attribute__((noreturn));
void reset(void) __attribute__((noreturn));

void __attribute__((noreturn)) reset(void)
{
  /* hello() polls: interrupts stay off, a pending line only ends WFI. */
  __asm__ volatile("cpsid i" ::: "memory");
  hello();
}

/* A fault of ours: the driver finds the MCU dead instead of waiting for it. */
static void __attribute__((noreturn)) panic(void)
{
  for (;;)
    MCU_STATE = MCU_STATE_STATE_FATAL;
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
  [0] = (vector)stack_top, [1] = reset, [2] = panic, [3] = panic, [4] = panic, [5] = panic, [6] = panic,
};
