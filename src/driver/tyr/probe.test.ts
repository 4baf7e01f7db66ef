import { describe, expect, it } from 'vitest';
import { GLB_CONTROL, GLB_INPUT } from '../../spec/firmware/interface.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { gpuInfoBytes } from './ioctls-query.ts';
import { tyrModule } from './tyr.ts';
import { Bench, FIRMWARE_PATH } from './testing-bench.ts';
import type { FakeSoc } from './testing.ts';
import type { ScriptedFirmware } from './testing-firmware.ts';

const LOG = [
  'info panthor gpu@fb000000: clock rate = 200000000',
  'info panthor gpu@fb000000: Mali-G610 id 0xa867 major 0x0 minor 0x0 status 0x5',
  'info panthor gpu@fb000000: Features: L2:0x7120306 Tiler:0x809 Mem:0x301 MMU:0x2830 AS:0xff',
  'info panthor gpu@fb000000: shader_present=0x50005 l2_present=0x1 tiler_present=0x1',
  'info panthor gpu@fb000000: Firmware git sha: 0123abcd',
  'info panthor gpu@fb000000: CSF FW using interface v1.1.0, Features 0x0 Instrumentation features 0x71',
  'info panthor gpu@fb000000: [drm] Initialized panthor 1.9.0 on minor 0',
];

describe('probe', () => {
  it('goes through its steps in order and says so', () => {
    const { soc, tyr, kernel, firmware } = new Bench();
    expect(soc.lines).toEqual(LOG);
    const first = (reg: { offset: number }): number => soc.writes.findIndex(([offset]) => offset === reg.offset);
    const steps = [
      GPU_CONTROL.GPU_CMD,
      GPU_POWER.L2_PWRON,
      GPU_CONTROL.GPU_INT_MASK,
      MMU_CONTROL.MMU_INT_MASK,
      MMU_CONTROL.AS_TRANSTAB.at(0),
      MCU_CONTROL.MCU_CONTROL,
    ].map(first);
    expect(steps.every((s) => s >= 0)).toBe(true);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(soc.peek(MMU_CONTROL.AS_TRANSCFG.at(0).offset)).toBe(0x4200_01c6);
    expect(soc.peek(MMU_CONTROL.AS_MEMATTR.at(0).offset)).toBe(0x8c4c_8f4c);
    expect(tyr.fw.isBooted).toBe(true);
    expect(kernel.nodes.paths).toEqual(['dri/card0', 'dri/renderD128']);
    expect([...kernel.dma.owners().keys()].some((owner) => owner.startsWith('page table vm1'))).toBe(true);
    // Global init: 10 ms and 800 us at 24 MHz in units of 1024 ticks, and who may interrupt.
    expect(firmware.glbInput(GLB_INPUT.POWEROFF_TIMER)).toBe(235);
    expect(firmware.glbInput(GLB_INPUT.IDLE_TIMER)).toBe(19);
    expect(firmware.glbInput(GLB_INPUT.PROGRESS_TIMER)).toBe(2_560_000);
    expect(firmware.glbInput(GLB_INPUT.ACK_IRQ_MASK)).toBe(0x0400_050e);
    expect(firmware.glbInput(GLB_INPUT.CORE_EN_MASK)).toBe(0x50005);
    expect(firmware.glbInput(GLB_INPUT.REQ)).toBe(0x48e);
  });

  it('gives everything back when it is unbound, and can be bound again', () => {
    const bench = new Bench();
    const { kernel, soc } = bench;
    const client = bench.client();
    kernel.unloadModule('panthor');
    expect(soc.held()).toEqual([]);
    expect(kernel.irqs.count).toBe(0);
    expect(kernel.dma.pagesUsed).toBe(0);
    expect(kernel.nodes.paths).toEqual([]);
    expect(client.file.ioctl(0xc0106440, new Uint8Array(16), client.user)).toMatchObject({ ret: -19 });
    client.file.close();
    expect(soc.peek(GPU_POWER.L2_READY.offset)).toBe(0);
    soc.lines.length = 0;
    kernel.loadModule(tyrModule);
    expect(soc.lines).toEqual(LOG);
  });

  const word = (reg: { offset: number }, value: number) => (_: FakeSoc, fw: ScriptedFirmware) => {
    fw.patches.set(reg.offset, value);
  };
  const FAILURES: readonly (readonly [
    string,
    (soc: FakeSoc, fw: ScriptedFirmware) => void,
    number,
    string | undefined,
  ])[] = [
    ['first clock', (soc) => soc.failing.set('clock:clk_gpu', -5), -5, undefined],
    ['last clock', (soc) => soc.failing.set('clock:clk_gpu_coregroup', -5), -5, undefined],
    ['mali supply', (soc) => soc.failing.set('regulator:vdd_gpu_s0', -16), -16, undefined],
    ['sram supply', (soc) => soc.failing.set('regulator:vdd_gpu_mem_s0', -16), -16, undefined],
    ['mapping', (soc) => void (soc.mapped = false), -16, undefined],
    ['soft reset', (soc) => void (soc.hang.reset = true), -110, 'Soft reset timeout'],
    ['L2 power', (soc) => void (soc.hang.l2 = true), -110, 'timeout waiting on L2:0x1 readiness'],
    ['no GPU', (soc) => soc.poke(GPU_CONTROL.GPU_ID.offset, 0), -6, undefined],
    ['old architecture', (soc) => soc.poke(GPU_CONTROL.GPU_ID.offset, 0x9000_0000), -95, undefined],
    ['no firmware', (soc) => soc.files.clear(), -2, "Failed to load firmware image 'mali_csffw.bin'"],
    ['bad firmware', (soc) => soc.files.set(FIRMWARE_PATH, new Uint8Array(64)), -22, 'The magic must be 0xc3f13a6e'],
    ['address space', (soc) => void (soc.hang.asCommand = true), -110, 'AS_ACTIVE bit stuck'],
    ['MCU', (soc) => void (soc.hang.mcu = true), -110, 'Failed to boot MCU (status=disabled)'],
    ['interface version', word(GLB_CONTROL.VERSION, 0), -22, 'Firmware version is 0'],
    ['few groups', word(GLB_CONTROL.GROUP_NUM, 2), -22, 'Unsupported number of group slots: 2'],
    ['no address space for groups', (soc) => soc.poke(GPU_CONTROL.GPU_AS_PRESENT.offset, 1), -22, undefined],
  ];

  it.each(FAILURES)('takes back every resource when it fails at: %s', (_name, setup, errno, line) => {
    const { soc, kernel } = new Bench(setup);
    expect(kernel.bus.driverOf('gpu@fb000000')).toBeUndefined();
    expect(soc.lines.at(-1)).toContain(`probe failed with error ${errno} `);
    if (line !== undefined) expect(soc.lines.some((l) => l.includes(line))).toBe(true);
    expect(soc.held()).toEqual([]);
    expect(kernel.irqs.count).toBe(0);
    expect(kernel.dma.pagesUsed).toBe(0);
    expect(kernel.bus.device('gpu@fb000000')?.devres.held).toEqual([]);
    expect(kernel.nodes.paths).toEqual([]);
    expect(kernel.timers.count).toBe(0);
    expect(kernel.work.pendingCount).toBe(0);
    // Nothing is left registered: the same kernel can try again.
    soc.hang.reset = soc.hang.l2 = soc.hang.asCommand = soc.hang.mcu = false;
    kernel.unloadModule('panthor');
  });
});

describe('GpuInfo', () => {
  it('is the uAPI struct byte for byte', () => {
    const textures = [0xc1ff_ff9e, 0x1111_1111, 0x2222_2222, 0x8333_3333];
    const { tyr } = new Bench((soc) => {
      textures.forEach((value, i) => soc.poke(GPU_CONTROL.GPU_TEXTURE_FEATURES.at(i).offset, value));
    });
    const words = [
      0xa867_0005,
      0,
      0x040a_0412,
      0x0712_0306,
      0x809,
      0x301,
      0x2830,
      0x0401_0000,
      0x800,
      0x400,
      0x400,
      0,
      ...textures,
      0xff,
      31,
      0x50005,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
    ];
    const bytes = gpuInfoBytes(tyr.info);
    expect([...new Uint32Array(bytes.buffer)]).toEqual(words);
  });
});
