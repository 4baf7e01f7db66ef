/*
 * Shows a process a Panthor render node (Mali-G610) that records and executes nothing.
 *
 * Loaded with LD_PRELOAD on aarch64, it answers for the device node: the ioctls of the DRM core and of Panthor, maps
 * of buffer objects (memory files) and of the flush-id page. Every wait succeeds at once. With TYR_CAPTURE set to a
 * folder it writes run.json, ioctls.jsonl and, before each GROUP_SUBMIT, all GPU-mapped memory (mem_submitN.json and
 * .bin.gz, stored without compression). Layouts are those of the kernel's public Panthor uAPI; the files are described
 * in docs/shaders.md.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define NODE "/dev/dri/renderD128"
#define PAGE 4096ull
#define MAX_BOS 4096
#define MAX_MAPS 8192
#define FLUSH_ID_OFFSET (1ull << 56)
#define BO_OFFSET_SHIFT 32

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

/* --- uAPI ---------------------------------------------------------------------------------------------------- */

struct obj_array { u32 stride, count; u64 array; };
struct sync_op { u32 flags, handle; u64 timeline_value; };
struct dev_query { u32 type, size; u64 pointer; };
struct vm_create { u32 flags, id; u64 user_va_range; };
struct vm_bind_op { u32 flags, bo_handle; u64 bo_offset, va, size; struct obj_array syncs; };
struct vm_bind { u32 vm_id, flags; struct obj_array ops; };
struct vm_get_state { u32 vm_id, state; };
struct bo_create { u64 size; u32 flags, exclusive_vm_id, handle, pad; };
struct bo_mmap_offset { u32 handle, pad; u64 offset; };
struct queue_create { u8 priority, pad[3]; u32 ringbuf_size; };
struct group_create {
	struct obj_array queues;
	u8 max_compute_cores, max_fragment_cores, max_tiler_cores, priority;
	u32 pad;
	u64 compute_core_mask, fragment_core_mask, tiler_core_mask;
	u32 vm_id, group_handle;
};
struct queue_submit { u32 queue_index, stream_size; u64 stream_addr; u32 latest_flush, pad; struct obj_array syncs; };
struct group_submit { u32 group_handle, pad; struct obj_array queue_submits; };
struct group_get_state { u32 group_handle, state, fatal_queues, pad; };
struct tiler_heap_create {
	u32 vm_id, initial_chunk_count, chunk_size, max_chunks, target_in_flight, handle;
	u64 context_va, first_chunk_va;
};
struct gpu_info {
	u32 gpu_id, gpu_rev, csf_id, l2_features, tiler_features, mem_features, mmu_features, thread_features;
	u32 max_threads, thread_max_workgroup_size, thread_max_barrier_size, coherency_features;
	u32 texture_features[4], as_present, selected_coherency;
	u64 shader_present, l2_present, tiler_present;
	u32 core_features, pad;
	u64 gpu_features;
};
struct csif_info { u32 csg_slots, cs_slots, cs_regs, scoreboards, unpreserved_cs_regs, pad; };
struct timestamp_info { u64 frequency, current, offset; u32 flags, duration; u64 cycles, seconds, nanoseconds; };

enum { DEV_QUERY, VM_CREATE, VM_DESTROY, VM_BIND, VM_GET_STATE, BO_CREATE, BO_MMAP_OFFSET, GROUP_CREATE, GROUP_DESTROY,
       GROUP_SUBMIT, GROUP_GET_STATE, TILER_HEAP_CREATE, TILER_HEAP_DESTROY, BO_SET_LABEL, SET_USER_MMIO_OFFSET, BO_SYNC,
       BO_QUERY_INFO };
static const char *const PANTHOR_NAMES[] = {
	"DEV_QUERY", "VM_CREATE", "VM_DESTROY", "VM_BIND", "VM_GET_STATE", "BO_CREATE", "BO_MMAP_OFFSET", "GROUP_CREATE",
	"GROUP_DESTROY", "GROUP_SUBMIT", "GROUP_GET_STATE", "TILER_HEAP_CREATE", "TILER_HEAP_DESTROY", "BO_SET_LABEL",
	"SET_USER_MMIO_OFFSET", "BO_SYNC", "BO_QUERY_INFO",
};
#define BIND_TYPE_MASK 0xf0000000u
#define BIND_MAP 0u
#define BIND_UNMAP 0x10000000u
#define BO_NO_MMAP 1u

/* The Mali-G610 of the bench (src/spec/registers). */
static const struct gpu_info GPU = {
	.gpu_id = 0xa8670005, .csf_id = 0x40a0412, .l2_features = 0x7120306, .tiler_features = 0x809,
	.mem_features = 0x301, .mmu_features = 0x2830, .thread_features = 0x4010000, .max_threads = 2048,
	.thread_max_workgroup_size = 1024, .thread_max_barrier_size = 1024, .as_present = 0xff,
	.texture_features = { 0xc1ffff9e, 0, 0, 0 }, .selected_coherency = 31,
	.shader_present = 0x50005, .l2_present = 1, .tiler_present = 1,
};
static const struct csif_info CSIF = { 8, 8, 96, 8, 4, 0 };
static const struct timestamp_info TIMESTAMP = { .frequency = 24000000, .current = 1 };
static const u8 PRIORITIES[4] = { 0x7 };

/* What the first tiler heap of a recording is told. */
#define HEAP_CONTEXT 0x800000001000ull
#define HEAP_CHUNK 0x800000200000ull

/* --- state --------------------------------------------------------------------------------------------------- */

struct bo { int fd; u64 size; u32 flags; u8 *memory; };
struct map { u64 va, size, offset; u32 bo, flags, vm; };

static struct bo bos[MAX_BOS];
static u32 last_bo, last_vm, last_group, last_heap, last_sync, submits;
static struct map maps[MAX_MAPS];
static int map_count;
static ino_t node_inode;
static FILE *log_file;
static const char *folder;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void fatal(const char *what)
{
	fprintf(stderr, "panthor-recorder: %s\n", what);
	abort();
}

static FILE *create(const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	if (!f) fatal("a file of the recording cannot be written");
	return f;
}

__attribute__((format(printf, 1, 2))) static void record(const char *format, ...)
{
	if (!log_file) return;
	va_list args;
	va_start(args, format);
	vfprintf(log_file, format, args);
	va_end(args);
	fflush(log_file);
}

/* --- memory -------------------------------------------------------------------------------------------------- */

static struct bo *bo_of(u32 handle)
{
	return handle > 0 && handle <= last_bo && bos[handle].memory ? &bos[handle] : NULL;
}

static u64 round_up(u64 n)
{
	return (n + PAGE - 1) & ~(PAGE - 1);
}

static u32 bo_new(u64 size, u32 flags)
{
	if (last_bo + 1 >= MAX_BOS) fatal("too many buffer objects");
	struct bo *bo = &bos[++last_bo];
	bo->fd = memfd_create("panthor-bo", MFD_CLOEXEC);
	if (bo->fd < 0 || ftruncate(bo->fd, round_up(size)) < 0) fatal("no memory for a buffer object");
	bo->size = size;
	bo->flags = flags;
	bo->memory = mmap(NULL, round_up(size), PROT_READ | PROT_WRITE, MAP_SHARED, bo->fd, 0);
	if (bo->memory == MAP_FAILED) fatal("no memory for a buffer object");
	return last_bo;
}

static void unmap_range(u32 vm, u64 va, u64 size)
{
	u64 end = va + size;
	for (int i = 0; i < map_count; i++) {
		struct map m = maps[i];
		u64 m_end = m.va + round_up(m.size);
		if (m.vm != vm || m_end <= va || m.va >= end) continue;
		memmove(&maps[i], &maps[i + 1], (map_count - i - 1) * sizeof(m));
		map_count--;
		i--;
		if (m.va < va) {
			struct map left = m;
			left.size = va - m.va;
			if (map_count >= MAX_MAPS) fatal("too many mappings");
			maps[map_count++] = left;
		}
		if (m_end > end) {
			struct map right = m;
			right.va = end;
			right.size = m_end - end;
			right.offset = m.offset + (end - m.va);
			if (map_count >= MAX_MAPS) fatal("too many mappings");
			maps[map_count++] = right;
		}
	}
}

static int is_zero(const u8 *page)
{
	const u64 *words = (const u64 *)page;
	for (unsigned i = 0; i < PAGE / 8; i++)
		if (words[i]) return 0;
	return 1;
}

/* A gzip file of stored blocks. */
struct gzip { FILE *file; u32 crc, length; };

static u32 crc_of(u32 crc, const u8 *data, size_t length)
{
	static u32 table[256];
	if (!table[1])
		for (u32 i = 0; i < 256; i++) {
			u32 c = i;
			for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
			table[i] = c;
		}
	crc = ~crc;
	for (size_t i = 0; i < length; i++) crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void put16(FILE *f, u32 n) { fputc(n & 0xff, f); fputc(n >> 8 & 0xff, f); }

/* One stored block of at most a page; the last one is empty. */
static void gzip_block(struct gzip *z, const u8 *data, u32 length)
{
	fputc(length == 0, z->file);
	put16(z->file, length);
	put16(z->file, ~length & 0xffff);
	fwrite(data, 1, length, z->file);
	z->crc = crc_of(z->crc, data, length);
	z->length += length;
}

static struct gzip gzip_create(const char *name)
{
	static const u8 header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
	struct gzip z = { create(name), 0, 0 };
	fwrite(header, 1, sizeof(header), z.file);
	return z;
}

static void gzip_close(struct gzip *z)
{
	gzip_block(z, NULL, 0);
	put16(z->file, z->crc);
	put16(z->file, z->crc >> 16);
	put16(z->file, z->length);
	put16(z->file, z->length >> 16);
	fclose(z->file);
}

/* The images of one submission: where each run of pages that are not zero lies in the .bin. */
static void dump(u32 submit)
{
	if (!folder) return;
	char name[64];
	snprintf(name, sizeof(name), "mem_submit%u.json", submit);
	FILE *json = create(name);
	snprintf(name, sizeof(name), "mem_submit%u.bin.gz", submit);
	struct gzip bin = gzip_create(name);
	u64 at = 0;
	fprintf(json, "{\"page_size\":4096,\"maps\":[\n");
	for (int i = 0; i < map_count; i++) {
		const struct map *m = &maps[i];
		const struct bo *bo = bo_of(m->bo);
		fprintf(json, " {\"va\":\"0x%llx\",\"size\":\"0x%llx\",\"bo\":%u,\"bo_offset\":\"0x%llx\",\"bind_flags\":\"0x%x\","
			"\"bo_flags\":%u,\"runs\":[", (unsigned long long)m->va, (unsigned long long)m->size, m->bo,
			(unsigned long long)m->offset, m->flags, bo ? bo->flags : 0);
		u64 pages = bo ? round_up(m->size) / PAGE : 0;
		const char *comma = "";
		for (u64 p = 0; p < pages;) {
			const u8 *base = bo->memory + m->offset;
			if (is_zero(base + p * PAGE)) { p++; continue; }
			u64 q = p;
			while (q < pages && !is_zero(base + q * PAGE)) q++;
			fprintf(json, "%s{\"va\":\"0x%llx\",\"len\":%llu,\"file_offset\":%llu}", comma,
				(unsigned long long)(m->va + p * PAGE), (unsigned long long)((q - p) * PAGE), (unsigned long long)at);
			for (u64 page = p; page < q; page++) gzip_block(&bin, base + page * PAGE, PAGE);
			at += (q - p) * PAGE;
			comma = ",";
			p = q;
		}
		fprintf(json, "]}%s\n", i + 1 < map_count ? "," : "");
	}
	fprintf(json, "]}\n");
	fclose(json);
	gzip_close(&bin);
}

/* What the process has mapped. */
struct cpu_map { const u8 *start; u64 size; u32 bo; u64 offset; };
static struct cpu_map cpu_maps[MAX_MAPS];
static int cpu_map_count;

/* For a program that is recorded: the GPU address of memory it has mapped, or 0. */
__attribute__((visibility("default"))) u64 tyr_gpu_address(const void *pointer)
{
	for (int i = cpu_map_count - 1; i >= 0; i--) {
		const struct cpu_map *c = &cpu_maps[i];
		u64 at = (const u8 *)pointer - c->start;
		if ((const u8 *)pointer < c->start || at >= c->size) continue;
		at += c->offset;
		for (int j = map_count - 1; j >= 0; j--)
			if (maps[j].bo == c->bo && at >= maps[j].offset && at < maps[j].offset + maps[j].size)
				return maps[j].va + (at - maps[j].offset);
	}
	return 0;
}

/* --- ioctls of Panthor --------------------------------------------------------------------------------------- */

#define ELEMENT(type, a, i) ((type *)(uintptr_t)((a).array + (u64)(a).stride * (i)))

static void record_syncs(const struct obj_array *a)
{
	record("\"syncs\":[");
	for (u32 i = 0; i < a->count; i++) {
		const struct sync_op *s = ELEMENT(struct sync_op, *a, i);
		record("%s{\"flags\":\"0x%x\",\"handle\":%u,\"timeline\":%llu}", i ? "," : "", s->flags, s->handle,
		       (unsigned long long)s->timeline_value);
	}
	record("]");
}

static int answer(struct dev_query *q, const void *data, u32 size)
{
	u32 asked = q->size;
	if (!q->pointer) {
		q->size = size;
	} else {
		memset((void *)(uintptr_t)q->pointer, 0, asked);
		memcpy((void *)(uintptr_t)q->pointer, data, asked < size ? asked : size);
	}
	record("{\"ioctl\":\"DEV_QUERY\",\"type\":%u,\"size\":%u,\"ret\":0}\n", q->type, asked);
	return 0;
}

static int dev_query(struct dev_query *q)
{
	switch (q->type) {
	case 0: return answer(q, &GPU, sizeof(GPU));
	case 1: return answer(q, &CSIF, sizeof(CSIF));
	case 2: return answer(q, &TIMESTAMP, sizeof(TIMESTAMP));
	case 3: return answer(q, PRIORITIES, sizeof(PRIORITIES));
	default: return -EINVAL;
	}
}

static int do_vm_bind(struct vm_bind *b)
{
	record("{\"ioctl\":\"VM_BIND\",\"vm\":%u,\"flags\":%u,\"ops\":[", b->vm_id, b->flags);
	for (u32 i = 0; i < b->ops.count; i++) {
		const struct vm_bind_op *op = ELEMENT(struct vm_bind_op, b->ops, i);
		record("%s{\"flags\":\"0x%x\",\"bo\":%u,\"bo_offset\":\"0x%llx\",\"va\":\"0x%llx\",\"size\":\"0x%llx\",\"nsyncs\":%u}",
		       i ? "," : "", op->flags, op->bo_handle, (unsigned long long)op->bo_offset, (unsigned long long)op->va,
		       (unsigned long long)op->size, op->syncs.count);
		u32 type = op->flags & BIND_TYPE_MASK;
		if (type == BIND_MAP || type == BIND_UNMAP) unmap_range(b->vm_id, op->va, round_up(op->size));
		if (type == BIND_MAP) {
			if (map_count >= MAX_MAPS) fatal("too many mappings");
			maps[map_count++] = (struct map){ op->va, op->size, op->bo_offset, op->bo_handle, op->flags, b->vm_id };
		}
	}
	record("]}\n");
	return 0;
}

static int do_group_create(struct group_create *g)
{
	g->group_handle = ++last_group;
	record("{\"ioctl\":\"GROUP_CREATE\",\"max_compute\":%u,\"max_fragment\":%u,\"max_tiler\":%u,\"priority\":%u,"
	       "\"compute_mask\":\"0x%llx\",\"fragment_mask\":\"0x%llx\",\"tiler_mask\":\"0x%llx\",\"vm\":%u,"
	       "\"out_handle\":%u,\"queues\":[", g->max_compute_cores, g->max_fragment_cores, g->max_tiler_cores, g->priority,
	       (unsigned long long)g->compute_core_mask, (unsigned long long)g->fragment_core_mask,
	       (unsigned long long)g->tiler_core_mask, g->vm_id, g->group_handle);
	for (u32 i = 0; i < g->queues.count; i++) {
		const struct queue_create *q = ELEMENT(struct queue_create, g->queues, i);
		record("%s{\"priority\":%u,\"ringbuf_size\":%u}", i ? "," : "", q->priority, q->ringbuf_size);
	}
	record("]}\n");
	return 0;
}

static int do_group_submit(struct group_submit *g)
{
	u32 submit = submits++;
	dump(submit);
	record("{\"ioctl\":\"GROUP_SUBMIT\",\"submit\":%u,\"group\":%u,\"stride\":%u,\"queue_submits\":[", submit,
	       g->group_handle, g->queue_submits.stride);
	for (u32 i = 0; i < g->queue_submits.count; i++) {
		const struct queue_submit *q = ELEMENT(struct queue_submit, g->queue_submits, i);
		record("%s{\"queue\":%u,\"stream_size\":%u,\"stream_addr\":\"0x%llx\",\"latest_flush\":%u,", i ? "," : "",
		       q->queue_index, q->stream_size, (unsigned long long)q->stream_addr, q->latest_flush);
		record_syncs(&q->syncs);
		record("}");
	}
	record("]}\n");
	return 0;
}

static int panthor(unsigned nr, void *arg)
{
	switch (nr) {
	case DEV_QUERY: return dev_query(arg);
	case VM_CREATE: {
		struct vm_create *v = arg;
		v->id = ++last_vm;
		record("{\"ioctl\":\"VM_CREATE\",\"flags\":%u,\"user_va_range\":\"0x%llx\",\"out_id\":%u}\n", v->flags,
		       (unsigned long long)v->user_va_range, v->id);
		return 0;
	}
	case VM_BIND: return do_vm_bind(arg);
	case VM_GET_STATE: ((struct vm_get_state *)arg)->state = 0; break;
	case BO_CREATE: {
		struct bo_create *b = arg;
		b->handle = bo_new(b->size, b->flags);
		record("{\"ioctl\":\"BO_CREATE\",\"size\":\"0x%llx\",\"flags\":%u,\"excl_vm\":%u,\"out_handle\":%u}\n",
		       (unsigned long long)b->size, b->flags, b->exclusive_vm_id, b->handle);
		return 0;
	}
	case BO_MMAP_OFFSET: {
		struct bo_mmap_offset *m = arg;
		if (!bo_of(m->handle)) return -ENOENT;
		m->offset = (u64)m->handle << BO_OFFSET_SHIFT;
		record("{\"ioctl\":\"BO_MMAP_OFFSET\",\"handle\":%u}\n", m->handle);
		return 0;
	}
	case GROUP_CREATE: return do_group_create(arg);
	case GROUP_SUBMIT: return do_group_submit(arg);
	case GROUP_GET_STATE: {
		struct group_get_state *s = arg;
		s->state = s->fatal_queues = 0;
		break;
	}
	case TILER_HEAP_CREATE: {
		struct tiler_heap_create *h = arg;
		h->handle = ++last_heap;
		h->context_va = HEAP_CONTEXT;
		h->first_chunk_va = HEAP_CHUNK;
		record("{\"ioctl\":\"TILER_HEAP_CREATE\",\"vm\":%u,\"initial_chunk_count\":%u,\"chunk_size\":%u,\"max_chunks\":%u,"
		       "\"target_in_flight\":%u,\"out_handle\":%u}\n", h->vm_id, h->initial_chunk_count, h->chunk_size,
		       h->max_chunks, h->target_in_flight, h->handle);
		return 0;
	}
	case VM_DESTROY: case GROUP_DESTROY: case TILER_HEAP_DESTROY: case BO_SET_LABEL: case SET_USER_MMIO_OFFSET: case BO_SYNC:
		break;
	default: return -EINVAL;
	}
	record("{\"ioctl\":\"%s\",\"ret\":0}\n", PANTHOR_NAMES[nr]);
	return 0;
}

/* --- ioctls of the DRM core ---------------------------------------------------------------------------------- */

struct drm_version_arg {
	int major, minor, patch;
	size_t name_len; char *name;
	size_t date_len; char *date;
	size_t desc_len; char *desc;
};

static void text(char *to, size_t *length, const char *from)
{
	size_t n = strlen(from);
	if (to && *length) memcpy(to, from, *length < n ? *length : n);
	*length = n;
}

static int core(unsigned nr, void *arg)
{
	u32 *words = arg;
	int result = 0;
	switch (nr) {
	case 0x00: { /* VERSION */
		struct drm_version_arg *v = arg;
		v->major = 1;
		v->minor = 2;
		v->patch = 0;
		text(v->name, &v->name_len, "panthor");
		text(v->date, &v->date_len, "20230801");
		text(v->desc, &v->desc_len, "Panthor DRM driver");
		break;
	}
	case 0x09: break; /* GEM_CLOSE: the recording keeps the memory */
	case 0x0c: { /* GET_CAP */
		u64 *cap = arg;
		/* PRIME (import and export), sync objects, their timelines, monotonic time */
		cap[1] = cap[0] == 0x5 ? 3 : cap[0] == 0x13 || cap[0] == 0x14 || cap[0] == 0x6;
		break;
	}
	case 0x2d: /* PRIME_HANDLE_TO_FD */
		if (!bo_of(words[0])) return -ENOENT;
		words[2] = dup(bos[words[0]].fd);
		break;
	case 0xbf: words[0] = ++last_sync; break;
	case 0xc1: words[2] = memfd_create("panthor-sync", MFD_CLOEXEC); break;
	case 0xc2: words[0] = ++last_sync; break;
	case 0xcb: { /* QUERY: every point has been reached */
		u64 *args = arg;
		u64 *points = (u64 *)(uintptr_t)args[1];
		for (u32 i = 0; i < (u32)args[2]; i++) points[i] = ~0ull >> 1;
		break;
	}
	case 0xc0: case 0xc3: case 0xc4: case 0xc5: case 0xca: case 0xcc: case 0xcd: case 0xd1: break;
	default: result = -EINVAL;
	}
	record("{\"ioctl\":\"DRM_0x%02x\",\"ret\":%d}\n", nr, result);
	return result;
}

/* --- the C library, as the process sees it ------------------------------------------------------------------- */

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int raw_stat(int fd, struct stat *st)
{
	static int (*real)(int, struct stat *);
	if (!real) real = (int (*)(int, struct stat *))dlsym(RTLD_NEXT, "fstat");
	return real(fd, st);
}

static int is_node(int fd)
{
	struct stat st;
	return node_inode && fd >= 0 && raw_stat(fd, &st) == 0 && st.st_ino == node_inode;
}

static int open_node(void)
{
	static int node = -1;
	pthread_mutex_lock(&lock);
	if (node < 0) {
		node = memfd_create("panthor-node", MFD_CLOEXEC);
		struct stat st;
		if (node < 0 || raw_stat(node, &st) < 0) fatal("no memory file for the node");
		node_inode = st.st_ino;
		folder = getenv("TYR_CAPTURE");
		if (folder) {
			log_file = create("ioctls.jsonl");
			FILE *run = create("run.json");
			fprintf(run, "{\"kernel\":\"%s\",\"buffers\":[],\"compare\":{\"mode\":\"none\"}}\n", program_invocation_short_name);
			fclose(run);
		}
	}
	int fd = fcntl(node, F_DUPFD_CLOEXEC, 3);
	pthread_mutex_unlock(&lock);
	return fd;
}

#define OPEN(name)                                                     \
	int name(const char *path, int flags, ...)                     \
	{                                                              \
		REAL(name);                                            \
		va_list args;                                          \
		va_start(args, flags);                                 \
		mode_t mode = va_arg(args, mode_t);                    \
		va_end(args);                                          \
		return strcmp(path, NODE) ? real(path, flags, mode) : open_node(); \
	}
OPEN(open)
OPEN(open64)

int openat(int dir, const char *path, int flags, ...)
{
	REAL(openat);
	va_list args;
	va_start(args, flags);
	mode_t mode = va_arg(args, mode_t);
	va_end(args);
	return strcmp(path, NODE) ? real(dir, path, flags, mode) : open_node();
}

static void node_stat(struct stat *st)
{
	st->st_mode = S_IFCHR | 0666;
	st->st_rdev = makedev(226, 128);
}

int stat(const char *path, struct stat *st)
{
	REAL(stat);
	if (strcmp(path, NODE)) return real(path, st);
	memset(st, 0, sizeof(*st));
	node_stat(st);
	return 0;
}

int fstat(int fd, struct stat *st)
{
	int result = raw_stat(fd, st);
	if (result == 0 && node_inode && st->st_ino == node_inode) node_stat(st);
	return result;
}

int fstat64(int fd, struct stat64 *st) __attribute__((alias("fstat")));
int stat64(const char *path, struct stat64 *st) __attribute__((alias("stat")));

int ioctl(int fd, unsigned long request, ...)
{
	REAL(ioctl);
	va_list args;
	va_start(args, request);
	void *arg = va_arg(args, void *);
	va_end(args);
	if (((request >> 8) & 0xff) != 'd' || !is_node(fd)) return real(fd, request, arg);
	unsigned nr = request & 0xff;
	pthread_mutex_lock(&lock);
	int result = nr >= 0x40 && nr < 0xa0 ? panthor(nr - 0x40, arg) : core(nr, arg);
	pthread_mutex_unlock(&lock);
	if (result < 0) {
		errno = -result;
		return -1;
	}
	return result;
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	REAL(mmap);
	if (!is_node(fd)) return real(addr, length, prot, flags, fd, offset);
	if ((u64)offset == FLUSH_ID_OFFSET) return real(addr, length, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_mutex_lock(&lock);
	u32 handle = (u64)offset >> BO_OFFSET_SHIFT;
	u64 at = (u64)offset & ((1ull << BO_OFFSET_SHIFT) - 1);
	struct bo *bo = bo_of(handle);
	void *memory = MAP_FAILED;
	if (bo) memory = real(addr, length, prot, flags, bo->fd, at);
	else errno = EINVAL;
	if (memory != MAP_FAILED && cpu_map_count < MAX_MAPS)
		cpu_maps[cpu_map_count++] = (struct cpu_map){ memory, length, handle, at };
	pthread_mutex_unlock(&lock);
	return memory;
}

void *mmap64(void *addr, size_t length, int prot, int flags, int fd, off64_t offset) __attribute__((alias("mmap")));

/* --- libdrm: the list of devices, which it would read from /dev and /sys ------------------------------------- */

struct drm_device {
	char **nodes;
	int available_nodes;
	int bustype;
	void *businfo, *deviceinfo;
};
#define RENDER_NODE 2
#define NODES 3
#define BUS_PLATFORM 2

static struct drm_device *device_new(void)
{
	struct drm_device *d = calloc(1, sizeof(*d));
	d->nodes = calloc(NODES, sizeof(char *));
	for (int i = 0; i < NODES; i++) d->nodes[i] = strdup(i == RENDER_NODE ? NODE : "");
	d->available_nodes = 1 << RENDER_NODE;
	d->bustype = BUS_PLATFORM;
	/* drmPlatformBusInfo: 512 characters; drmPlatformDeviceInfo: a list of names, NULL at its end */
	d->businfo = calloc(1, 512);
	strcpy(d->businfo, "fb000000.gpu");
	char **compatible = calloc(2, sizeof(char *));
	compatible[0] = strdup("arm,mali-valhall-csf");
	char ***info = calloc(1, sizeof(*info));
	*info = compatible;
	d->deviceinfo = info;
	return d;
}

int drmGetDevices2(u32 flags, struct drm_device *devices[], int max)
{
	(void)flags;
	if (devices && max > 0) devices[0] = device_new();
	return 1;
}

int drmGetDevices(struct drm_device *devices[], int max) { return drmGetDevices2(0, devices, max); }

int drmGetDevice2(int fd, u32 flags, struct drm_device **device)
{
	(void)flags;
	if (!is_node(fd)) return -ENODEV;
	*device = device_new();
	return 0;
}

int drmGetDevice(int fd, struct drm_device **device) { return drmGetDevice2(fd, 0, device); }
void drmFreeDevice(struct drm_device **device) { *device = NULL; }
void drmFreeDevices(struct drm_device *devices[], int count) { for (int i = 0; i < count; i++) devices[i] = NULL; }
char *drmGetRenderDeviceNameFromFd(int fd) { return is_node(fd) ? strdup(NODE) : NULL; }
int drmGetNodeTypeFromFd(int fd) { return is_node(fd) ? RENDER_NODE : -1; }
