/* Types and register access. Registers are 32 bits wide; a 64-bit one is two words. */
#ifndef TYPES_H
#define TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

/* Reading the low word latches the high one, a write acts at the high one: get64 and put64 keep that order. */
typedef struct {
  volatile u32 lo;
  volatile u32 hi;
} reg64;

#define REG32(address) (*(volatile u32 *)(address))
#define REG64(address) (*(reg64 *)(address))

static inline u64 get64(const reg64 *r)
{
  u32 lo = r->lo;
  return lo | (u64)r->hi << 32;
}

static inline void put64(reg64 *r, u64 value)
{
  r->lo = (u32)value;
  r->hi = (u32)(value >> 32);
}

#define BIT(n) (1u << (n))
/* Value of a field whose mask is given. */
#define FIELD(mask, word) (((word) & (mask)) / ((mask) & -(mask)))

#endif
