/**
 * What the campaign needs from the machine: an aarch64 Mesa (a folder of unpacked Debian packages, or the machine's
 * own), an emulator for its programs, compilers. Nothing here is needed by the bench itself.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const CACHE = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'tyr', 'mesa');
/** Programs of the client and recorder, built once a run. */
const BUILT = path.join(CACHE, 'built');
const LIBRARIES = 'usr/lib/aarch64-linux-gnu';

export type Driver = 'vulkan' | 'gl';

export interface Result {
  readonly ok: boolean;
  /** The end of what the program said, for a message. */
  readonly said: string;
}

/** Runs a program to its end; `ok` is false when it fails, is killed or takes longer than `seconds`. */
export function run(command: readonly string[], seconds = 60, environment: Record<string, string> = {}): Result {
  const [program = '', ...args] = command;
  const r = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: seconds * 1000,
    env: { ...process.env, ...environment },
  });
  const said = r.error?.message ?? (r.signal === null ? '' : `${r.signal} `) + (r.stderr + r.stdout).trim().slice(-300);
  return { ok: r.status === 0, said };
}

const found = (program: string): boolean => run(['which', program]).ok;

/** Says what is missing and how to get it, and ends the program. */
function missing(what: string, remedy: string): never {
  process.stderr.write(`mesa-campaign: ${what}\n  ${remedy}\n`);
  process.exit(2);
}

export interface Tools {
  /** Runs the client for a driver on the recorder, which writes into `folder`. */
  record(driver: Driver, folder: string, args: readonly string[], seconds: number): Result;
  /** Runs the client on a software renderer: the machine's own, or that of the sysroot (newer, slower). */
  reference(driver: Driver, which: 'host' | 'sysroot', args: readonly string[], seconds: number): Result;
}

/** Finds everything and builds the programs. */
export function prepare(drivers: readonly Driver[]): Tools {
  const sysroot = process.env['TYR_MESA_SYSROOT'] ?? path.join(CACHE, 'sysroot');
  const cross = 'aarch64-linux-gnu-gcc';
  const wanted: [string, string][] = [
    ['qemu-aarch64-static', 'qemu-user-static'],
    [cross, 'gcc-aarch64-linux-gnu'],
    ['gcc', 'gcc'],
    ['glslangValidator', 'glslang-tools'],
  ];
  for (const [program, debian] of wanted) {
    if (!found(program)) missing(`${program} is not installed`, `On Debian and Ubuntu: apt-get install ${debian}`);
  }
  if (!existsSync(path.join(sysroot, LIBRARIES, 'libvulkan_panfrost.so'))) {
    missing(
      `there is no aarch64 Mesa in ${sysroot}`,
      `Run ${here('sysroot.sh')} ${sysroot} (60 MB from a Debian mirror), or set TYR_MESA_SYSROOT.`,
    );
  }
  mkdirSync(BUILT, { recursive: true });
  const at = (name: string): string => path.join(BUILT, name);
  const build = (compiler: string, out: string, args: readonly string[]): void => {
    const { ok, said } = run([compiler, '-O2', '-o', at(out), ...args]);
    if (!ok)
      missing(`${out} does not compile: ${said}`, 'On Debian: apt-get install libvulkan-dev libegl-dev libgles-dev');
  };
  const library = (name: string): string => path.join(sysroot, LIBRARIES, name);
  build(cross, 'recorder.so', ['-shared', '-fPIC', here('recorder.c')]);
  const headers = ['-idirafter', '/usr/include', '-Wl,--allow-shlib-undefined'];
  if (drivers.includes('vulkan')) {
    build(cross, 'vulkan', [...headers, here('vk-run.c'), library('libvulkan.so.1')]);
    build('gcc', 'vulkan.host', [here('vk-run.c'), '-lvulkan']);
  }
  if (drivers.includes('gl')) {
    build(cross, 'gl', [...headers, here('gl-run.c'), library('libEGL.so.1'), library('libGLESv2.so.2')]);
    build('gcc', 'gl.host', [here('gl-run.c'), '-lEGL', '-lGLESv2']);
  }
  const icd = (name: string): string => path.join(sysroot, 'usr/share/vulkan/icd.d', name);
  const vendor = path.join(sysroot, 'usr/share/glvnd/egl_vendor.d/50_mesa.json');
  const emulated = (environment: Record<string, string>, driver: Driver, args: readonly string[]): string[] => [
    'qemu-aarch64-static',
    '-L',
    sysroot,
    ...Object.entries(environment).flatMap(([name, value]) => ['-E', `${name}=${value}`]),
    at(driver),
    ...args,
  ];
  /** One thread and 16 lanes: invocations take effect in ascending order, in subgroups as wide as the GPU's. */
  const software = { LP_NUM_THREADS: '1', LP_NATIVE_VECTOR_WIDTH: '512' };
  const gl = { ...software, LIBGL_ALWAYS_SOFTWARE: '1', GALLIUM_DRIVER: 'llvmpipe' };
  return {
    record(driver, folder, args, seconds) {
      const environment = {
        LD_PRELOAD: at('recorder.so'),
        TYR_CAPTURE: folder,
        VK_ICD_FILENAMES: icd('panfrost_icd.json'),
        __EGL_VENDOR_LIBRARY_FILENAMES: vendor,
        PAN_I_WANT_A_BROKEN_VULKAN_DRIVER: '1',
      };
      return run(emulated(environment, driver, args), seconds);
    },
    reference(driver, which, args, seconds) {
      const host = driver === 'vulkan' ? software : gl;
      if (which === 'host') {
        const lavapipe = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
        const environment = existsSync(lavapipe) ? { ...host, VK_ICD_FILENAMES: lavapipe } : host;
        return run([at(`${driver}.host`), ...args], seconds, environment);
      }
      const environment = {
        ...host,
        VK_ICD_FILENAMES: icd('lvp_icd.json'),
        __EGL_VENDOR_LIBRARY_FILENAMES: vendor,
      };
      return run(emulated(environment, driver, args), seconds);
    },
  };
}
