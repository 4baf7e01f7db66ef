/*
 * The client of vk-run for OpenGL ES 3.1: the same five buffers, as storage blocks 0, 1, 2 and 4 and uniform block 3.
 *
 * gl-run KERNEL.comp --dispatch X,Y,Z [--indirect] [--push WORD,...] [--init K,K,K,K,K] [--out FILE] [--addresses FILE]
 *
 * --push sets the default-block uniform array "uint push[N]".
 */
#define _GNU_SOURCE
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl31.h>
#include <unistd.h>
#include "contents.h"

static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "gl-run: %s: %s\n", what, detail);
	exit(3);
}

static int words(const char *text, GLuint *out, int max)
{
	int n = 0;
	while (*text && n < max) {
		char *end;
		out[n++] = (GLuint)strtoull(text, &end, 0);
		text = *end == ',' ? end + 1 : end;
	}
	return n;
}

static char *load(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) fail("cannot be read", path);
	char *data = calloc(1, 1 << 20);
	if (fread(data, 1, (1 << 20) - 1, f) == 0) fail("is empty", path);
	fclose(f);
	return data;
}

int main(int argc, char **argv)
{
	GLuint dispatch[3] = { 1, 1, 1 }, push[64];
	int pushes = 0, indirect = 0, quiet = 0, copies = 0;
	const char *kernel = NULL, *out = NULL, *addresses = NULL;
	char init[BUFFERS + 1] = "zzzzz";
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(a, "--dispatch")) words(v, dispatch, 3), i++;
		else if (!strcmp(a, "--push")) pushes = words(v, push, 64), i++;
		else if (!strcmp(a, "--init")) { for (int b = 0; b < BUFFERS && v[b]; b++) init[b] = v[b]; i++; }
		else if (!strcmp(a, "--out")) out = v, i++;
		else if (!strcmp(a, "--addresses")) addresses = v, i++;
		else if (!strcmp(a, "--indirect")) indirect = 1;
		else if (!strcmp(a, "--twice")) copies = 1;
		else if (!strcmp(a, "--quiet")) quiet = 1;
		else kernel = a;
	}
	if (!kernel) fail("name a kernel", "");
	EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	if (!eglInitialize(display, NULL, NULL)) fail("EGL", "no display");
	eglBindAPI(EGL_OPENGL_ES_API);
	const EGLint attributes[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 1, EGL_NONE };
	EGLContext context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
	if (context == EGL_NO_CONTEXT || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) fail("EGL", "no OpenGL ES 3.1 context");
	if (!quiet) fprintf(stderr, "%s, %s\n%s\n", glGetString(GL_RENDERER), glGetString(GL_VERSION), glGetString(GL_EXTENSIONS));

	const char *source = load(kernel);
	GLuint shader = glCreateShader(GL_COMPUTE_SHADER), program = glCreateProgram();
	static char message[8192];
	GLint good;
	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
	glGetShaderInfoLog(shader, sizeof(message), NULL, message);
	if (!good) fail("compiler", message);
	glAttachShader(program, shader);
	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &good);
	glGetProgramInfoLog(program, sizeof(message), NULL, message);
	if (!good) fail("linker", message);
	glUseProgram(program);
	if (pushes) glUniform1uiv(glGetUniformLocation(program, "push"), pushes, push);

	GLuint buffers[BUFFERS];
	glGenBuffers(BUFFERS, buffers);
	for (int b = 0; b < BUFFERS; b++) {
		GLenum target = b == UNIFORM ? GL_UNIFORM_BUFFER : GL_SHADER_STORAGE_BUFFER;
		glBindBuffer(target, buffers[b]);
		glBufferData(target, BUFFER_BYTES, NULL, GL_DYNAMIC_COPY);
		void *data = glMapBufferRange(target, 0, BUFFER_BYTES, GL_MAP_WRITE_BIT);
		if (!data) fail("buffer", "cannot be mapped");
		fill(data, b, init[b]);
		if (b == INDIRECT && indirect) memcpy(data, dispatch, sizeof(dispatch));
		glUnmapBuffer(target);
		glBindBufferBase(target, (GLuint)b, buffers[b]);
	}
	if (indirect) {
		glBindBuffer(GL_DISPATCH_INDIRECT_BUFFER, buffers[INDIRECT]);
		glDispatchComputeIndirect(0);
	} else {
		glDispatchCompute(dispatch[0], dispatch[1], dispatch[2]);
	}
	if (copies) { glMemoryBarrier(GL_ALL_BARRIER_BITS); glDispatchCompute(dispatch[0], dispatch[1], dispatch[2]); }
	glMemoryBarrier(GL_ALL_BARRIER_BITS);
	glFinish();
	if (glGetError() != GL_NO_ERROR) fail("OpenGL", "an error");
	void *data[BUFFERS];
	for (int b = 0; b < BUFFERS; b++) {
		glBindBuffer(GL_COPY_READ_BUFFER, buffers[b]);
		data[b] = glMapBufferRange(GL_COPY_READ_BUFFER, 0, BUFFER_BYTES, GL_MAP_READ_BIT);
		glBindBuffer(GL_COPY_READ_BUFFER, 0);
	}
	write_results(out, addresses, data);
	fflush(NULL);
	_exit(0);
}
