/* The five buffers of a run, what they hold at first, and where they are written to. */
#ifndef CONTENTS_H
#define CONTENTS_H
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFERS 5
#define UNIFORM 3
#define INDIRECT 4
#define BUFFER_BYTES 65536
static const char *const BUFFER_NAMES[BUFFERS] = { "set0.binding0", "set0.binding1", "set0.binding2", "set0.binding3(uniform)", "set1.binding0" };

static uint32_t hash(uint32_t index, uint32_t buffer)
{
	uint32_t h = index * 0x9e3779b1u + buffer * 0x85ebca77u + 0x165667b1u;
	h = (h ^ (h >> 15)) * 0x2c1b3c6du;
	h = (h ^ (h >> 12)) * 0x297a2d39u;
	return h ^ (h >> 15);
}

static uint32_t bits(float f)
{
	uint32_t u;
	memcpy(&u, &f, 4);
	return u;
}

/* binary16 of n/16 for |n| below 2048: exact */
static uint32_t half(int n)
{
	if (n == 0) return 0;
	uint32_t sign = n < 0 ? 0x8000 : 0, m = (uint32_t)(n < 0 ? -n : n), e = 10 + 15 - 4;
	while (m < 0x400) m <<= 1, e--;
	while (m >= 0x800) m >>= 1, e++;
	return sign | e << 10 | (m & 0x3ff);
}

static const uint32_t ODD_FLOATS[] = {
	0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000,
	0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000, 0x4f7fffff, 0x4f800000, 0x3effffff, 0x3f000000, 0x3f000001, 0x40200000,
	0xc0200000, 0x4effffff, 0x33800000, 0x477fe000, 0x477ff000, 0x387fc000, 0x33000000, 0x5f000000, 0x3fc00000, 0x4b000001, 0xcb7fffff,
};

/*
 * z zero, h hash, s hash in the first 2 KiB, f float, i small int, l halves, o odd floats, w any float of moderate
 * exponent, p positive float, t positive float in the first 2 KiB, n index
 */
static void fill(void *to, int buffer, char kind)
{
	uint32_t *w = to;
	for (uint32_t i = 0; i < BUFFER_BYTES / 4; i++) {
		uint32_t h = hash(i, (uint32_t)buffer), v = 0;
		switch (kind) {
		case 'h': v = h; break;
		case 's': v = i < 512 ? h : 0; break;
		case 'f': v = bits((float)((int)(h % 4001) - 2000) / 128); break;
		case 'i': v = (uint32_t)((int)(h % 2001) - 1000); break;
		case 'l': v = half((int)(h % 801) - 400) | half((int)((h >> 12) % 801) - 400) << 16; break;
		case 'o': v = h & 32 ? ODD_FLOATS[h >> 27] : h; break;
		case 'w': v = (h & 0x807fffffu) | (64 + (h >> 23) % 126) << 23; break;
		case 'p': v = bits((float)(1 + h % 4000) / 256); break;
		case 't': v = i < 512 ? bits((float)(1 + h % 4000) / 256) : 0; break;
		case 'n': v = i; break;
		case 'z': break;
		default: fprintf(stderr, "unknown contents %c\n", kind); exit(2);
		}
		w[i] = v;
	}
}

static void write_results(const char *out, const char *addresses, void *const *data)
{
	if (out) {
		FILE *f = fopen(out, "wb");
		for (int b = 0; b < BUFFERS; b++) fwrite(data[b], 1, BUFFER_BYTES, f);
		fclose(f);
	}
	uint64_t (*address)(const void *) = (uint64_t (*)(const void *))dlsym(RTLD_DEFAULT, "tyr_gpu_address");
	if (addresses && address) {
		FILE *f = fopen(addresses, "w");
		for (int b = 0; b < BUFFERS; b++) fprintf(f, "%s 0x%llx\n", BUFFER_NAMES[b], (unsigned long long)address(data[b]));
		fclose(f);
	}
}
#endif
