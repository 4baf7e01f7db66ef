/** What may happen to translated code: kernels at cut points, code that changes, pages that move, breakpoints. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stateHash } from '../../../base/stateful.ts';
import { BARE_PRIORITY_BITS, BareBus } from '../bare.ts';
import type { AccessKind } from '../bus.ts';
import { Core, type CoreEngine } from '../core.ts';
import { machine, PROGRAM } from '../testing.ts';

const KERNELS = ['crc', 'crcbit', 'mat', 'list', 'fsm', 'cpy', 'flt_soft'];

function kernel(name: string, engine: CoreEngine): { core: Core; bus: BareBus } {
  const bus = new BareBus();
  bus.write(0, readFileSync(new URL(`../../../../bench/kernels/${name}.bin`, import.meta.url)));
  const core = new Core(bus, { priorityBits: BARE_PRIORITY_BITS, engine, translateAfter: 100 });
  core.reset(bus.ram32[0]!, bus.ram32[1]!);
  return { core, bus };
}

describe('kernels', () => {
  it.each(KERNELS)(
    '%s is the same at every cut',
    (name) => {
      const one = kernel(name, 'interpreter');
      const other = kernel(name, 'translator');
      let step = 1;
      for (let at = 0; at < 600_000; at += step) {
        step = (step * 7 + 13) % 50_021;
        for (const { core } of [one, other]) expect(core.run(step)).toBe(step);
        expect([...other.core.S.subarray(0, 30)]).toEqual([...one.core.S.subarray(0, 30)]);
      }
      const hash = ({ core, bus }: typeof one): string =>
        stateHash({ core: core.save(), ram: bus.ram8.subarray(0x40_0000, 0x44_0000) });
      expect(hash(other)).toBe(hash(one));
      expect(other.core.translator!.made).toBeGreaterThan(0);
    },
    30_000,
  );
});

/** adds r0, #1 ; adds r1, #1 ; b back */
const LOOP = '01300131fce7';

describe('translated code', () => {
  const looping = () => {
    const m = machine(LOOP, {}, { engine: 'translator', translateAfter: 2 });
    m.core.run(3000);
    expect(m.core.translator!.made).toBeGreaterThan(0);
    expect([m.core.regs[0], m.core.regs[1]]).toEqual([1000, 1000]);
    return m;
  };

  it('sees code that was written from outside', () => {
    const { core, bus } = looping();
    bus.write(PROGRAM + 2, Uint8Array.of(0x05, 0x31)); // adds r1, #5
    core.run(3000);
    expect([core.regs[0], core.regs[1]]).toEqual([2000, 6000]);
  });

  it('is used again when its page was forgotten but not changed', () => {
    const { core, bus } = looping();
    const { made } = core.translator!;
    for (let k = 0; k < 10; k++) {
      bus.onPagesChanged();
      core.run(3000);
    }
    expect(core.regs[0]).toBe(11_000);
    expect(core.translator!.made).toBe(made);
  });

  it('stops at a breakpoint set in the middle of a hot loop, and goes on after it is cleared', () => {
    const { core } = looping();
    core.setBreakpoint(PROGRAM + 2);
    expect(core.run(3000)).toBe(1);
    expect(core.pc).toBe(PROGRAM + 2);
    expect(core.run(3000)).toBe(3);
    core.clearBreakpoint(PROGRAM + 2);
    expect(core.run(3000)).toBe(3000);
    expect(core.regs[0]).toBe(2002);
  });

  it('is not used while every instruction is traced', () => {
    const { core } = looping();
    let seen = 0;
    core.hooks.trace = () => void seen++;
    core.run(100);
    core.hooks.trace = undefined;
    core.run(100);
    expect(seen).toBe(100);
  });

  it('follows a page that moves to other memory', () => {
    class Moving extends BareBus {
      moved = false;
      override page(address: number, kind: AccessKind): number {
        return super.page(this.moved && address >>> 12 === PROGRAM >>> 12 ? 0x2000_0000 : address, kind);
      }
    }
    const bus = new Moving();
    const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
    bus.write(PROGRAM, bytes(LOOP));
    bus.write(0x2000_0000, bytes('02300131fce7')); // adds r0, #2
    const core = new Core(bus, { engine: 'translator', translateAfter: 2 });
    core.reset(0x2000_8000, PROGRAM | 1);
    core.run(3000);
    bus.moved = true;
    bus.onPagesChanged(PROGRAM);
    core.run(3000);
    expect([core.regs[0], core.regs[1]]).toEqual([3000, 2000]);
  });

  it('sees the store of its own loop into itself at once', () => {
    // loop: adds r0, #1; strh r2, [r3]; b loop. r3 points at the first instruction, r2 is adds r0, #3.
    const { core } = machine('01301a80fce7', {}, { engine: 'translator', translateAfter: 0 });
    core.regs[2] = 0x3003;
    core.regs[3] = PROGRAM;
    core.run(300);
    expect(core.regs[0]).toBe(1 + 99 * 3);
  });

  it('is dropped by load, and nothing of it is saved', () => {
    const { core } = looping();
    const saved = structuredClone(core.save());
    const plain = machine(LOOP).core;
    plain.load(saved);
    core.load(saved);
    for (const c of [core, plain]) c.run(3000);
    expect(stateHash(core.save())).toBe(stateHash(plain.save()));
  });
});
