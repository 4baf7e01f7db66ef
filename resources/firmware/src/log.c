/*
 * The log: characters to LOG_CHAR, which costs the machine nothing, and into the trace buffer "fwlog" once the
 * host has given it memory and enabled it. A full buffer drops what comes.
 */
#include "firmware.h"

static void put_char(char c)
{
  struct log_buffer *log = &fwlog;
  LOG_CHAR = (u8)c;
  if (!(log->enable & 1) || !log->size || !log->insert_va || !log->extract_va || !log->data_va)
    return;
  volatile u32 *insert = (volatile u32 *)log->insert_va;
  u32 next = (*insert + 1) % log->size;
  if (next == *(volatile u32 *)log->extract_va)
    return;
  ((volatile u8 *)log->data_va)[*insert] = (u8)c;
  *insert = next;
}

static void put_text(const char *text)
{
  while (*text)
    put_char(*text++);
}

/* The text, then the value in hexadecimal. */
void log_value(u32 level, const char *text, u32 value)
{
  if (level > fw.log_level)
    return;
  put_text(text);
  for (int shift = 28; shift >= 0; shift -= 4)
    put_char("0123456789abcdef"[value >> shift & 15]);
  put_char('\n');
}
