/*
 * Vector table and the ways out of the loop. SP and PC come from addresses 0 and 4. Memory needs no preparation:
 * the image's loader has copied .data and zeroed .bss, and after a fast resume both must stay as they are.
 */
#include "firmware.h"

#define HALT_STATUS_PANIC 0x4e
#define HALT_STATUS_WATCHDOG 0x4f

extern u32 stack_top[];
void main_loop(void) __attribute__((noreturn));

static void __attribute__((noreturn)) die(u32 status)
{
  shared.glb_out.halt_status = status;
  for (;;)
    MCU_STATE = MCU_STATE_STATE_FATAL;
}

void __attribute__((noreturn)) reset(void)
{
  __asm__ volatile("cpsid i" ::: "memory");
  main_loop();
}

static void __attribute__((noreturn)) watchdog_expired(void) { die(HALT_STATUS_WATCHDOG); }

/* All faults, and interrupts that cannot come while PRIMASK is set. */
static void __attribute__((noreturn)) panic(void) { die(HALT_STATUS_PANIC); }

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16 + 9] = {
  [0] = (vector)stack_top, [1] = reset,  [2] = watchdog_expired, [3] = panic,  [4] = panic,  [5] = panic,
  [6] = panic,             [11] = panic, [12] = panic,           [14] = panic, [15] = panic, [16] = panic,
  [17] = panic,            [18] = panic, [19] = panic,           [20] = panic, [21] = panic, [22] = panic,
  [23] = panic,            [24] = panic,
};

/* The compiler may call these for structure copies and loops it recognises. */
void *memset(void *to, int value, unsigned length);
void *memcpy(void *to, const void *from, unsigned length);

void *memset(void *to, int value, unsigned length)
{
  volatile u8 *at = to;
  while (length--)
    *at++ = (u8)value;
  return to;
}

void *memcpy(void *to, const void *from, unsigned length)
{
  volatile u8 *at = to;
  const u8 *source = from;
  while (length--)
    *at++ = *source++;
  return to;
}
