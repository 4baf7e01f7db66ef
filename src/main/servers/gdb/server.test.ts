/** The remote server on a booted bench: by hand over a socket, and with gdb-multiarch where it is installed. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLink, type Link } from '../../host/link.ts';
import { buildFirmware } from '../../firmware-kit/build.ts';
import { frame, PacketReader } from './packets.ts';
import { startGdbServer, type GdbServer } from './server.ts';

const execute = promisify(execFile);
const reference = new URL('../../../../resources/firmware/', import.meta.url);

let dir = '';
let link: Link;
let server: GdbServer;

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-gdb-'));
  link = startLink(path.join(dir, 's.tyrsession'));
  const firmware = new Uint8Array(readFileSync(new URL('reference.bin', reference)));
  await link.client.call('bench.create', { firmware, sessionPath: path.join(dir, 's.tyrsession') });
  await link.client.call('bench.boot', {});
  server = await startGdbServer(link.client, 0, () => {});
});

afterAll(async () => {
  await server.close();
  await link.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Sends packets one after the other and gives the replies. */
async function talk(packets: readonly string[]): Promise<string[]> {
  const socket = connect(server.port, '127.0.0.1');
  const reader = new PacketReader();
  const replies: string[] = [];
  let wake: () => void = () => {};
  socket.on('data', (bytes) => {
    for (const m of reader.feed(bytes)) if ('packet' in m) replies.push(m.packet);
    wake();
  });
  for (const [i, packet] of packets.entries()) {
    socket.write(frame(packet), 'latin1');
    while (replies.length <= i) await new Promise<void>((resolve) => (wake = resolve));
  }
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return replies;
}

describe('the remote server', () => {
  it('answers registers, memory and registers of the GPU as the MCU sees them', async () => {
    const [supported, xml, all, pc, version, gpuId, bad] = await talk([
      'qSupported:multiprocess+',
      'qXfer:features:read:target.xml:0,4000',
      'g',
      'pf',
      'm4000000,4',
      'm40000000,4',
      'm7fffffff0,4',
    ]);
    expect(supported).toContain('ReverseStep+');
    expect(xml).toContain('org.gnu.gdb.arm.m-profile');
    expect(all).toHaveLength(17 * 8);
    expect(all?.slice(15 * 8, 16 * 8)).toBe(pc);
    expect(version).toBe('00000101');
    expect(gpuId).toBe('050067a8');
    expect(bad).toMatch(/^E|^0*$/);
  });

  it('steps forward and back to the same registers', async () => {
    const steps = ['s', 's', 's', 'g', 's', 's', 'bs', 'bs', 'g'];
    const replies = await talk(steps);
    expect(replies[8]).toBe(replies[3]);
  });

  it('lets the next one in as soon as one has detached, and refuses a second one beside it', async () => {
    const open = async (): Promise<{ socket: Socket; say: (packet: string) => Promise<string> }> => {
      const socket = connect(server.port, '127.0.0.1');
      await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
      const reader = new PacketReader();
      const say = (packet: string): Promise<string> =>
        new Promise((resolve, reject) => {
          socket.once('close', () => reject(new Error('closed')));
          socket.on('data', (bytes) => {
            for (const incoming of reader.feed(bytes)) if ('packet' in incoming) resolve(incoming.packet);
          });
          socket.write(frame(packet));
        });
      return { socket, say };
    };
    const one = await open();
    expect(await one.say('qC')).toBe('QC1');
    const beside = await open();
    await expect(beside.say('qC')).rejects.toThrow('closed');
    expect(await one.say('G00')).toBe('E16');
    expect(await one.say('D')).toBe('OK');
    // The first connection is still open.
    const next = await open();
    expect(await next.say('qC')).toBe('QC1');
    one.socket.destroy();
    expect(await next.say('?')).toMatch(/^T05/);
    const gone = new Promise<void>((resolve) => next.socket.on('close', () => resolve()));
    next.socket.destroy();
    await gone;
  });

  it('drops a client that speaks HTTP', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await talk(['qAttached']))[0]).toBe('1');
  });

  it('tells the call stack with names, and faults in words', async () => {
    const elf = new Uint8Array(readFileSync(new URL('reference.elf', reference)));
    await link.client.call('debug.loadSymbols', { bytes: elf, name: 'reference.elf' });
    const monitor = (text: string): string => `qRcmd,${Buffer.from(text).toString('hex')}`;
    const replies = await talk([monitor('where'), monitor('fault'), monitor('locals 1')]);
    const [where = '', fault = '', locals = ''] = replies.map((r) => Buffer.from(r, 'hex').toString());
    expect(where).toMatch(/^#0 0x[0-9a-f]+ \w+\+\d+\n/);
    expect(where).toContain('reset+');
    expect(fault).toContain('No fault');
    expect(locals).toMatch(/^\w+:.*\n|no variables/);
  });

  const tools = ['gdb-multiarch', 'arm-none-eabi-gcc'].filter((tool) => !has(tool));
  it.skipIf(tools.length > 0)(
    `lets gdb stop at a source line, watch a variable and step back over it${tools.length > 0 ? ` (skipped: no ${tools.join(', ')})` : ''}`,
    async () => {
      const { elf } = await buildFirmware(new URL('.', reference).pathname);
      const elfFile = path.join(dir, 'reference.elf');
      writeFileSync(elfFile, elf);
      const script = path.join(dir, 'script.gdb');
      const commands = [
        'set confirm off',
        'set pagination off',
        'set architecture armv7e-m',
        `target remote 127.0.0.1:${server.port}`,
        'x/wx 0x40000000',
        'break main.c:172',
        'monitor poke CSF_DOORBELL_0 1',
        'continue',
        'printf "stopped at %x\\n", $pc',
        'stepi',
        'stepi',
        'set $after = $pc',
        'stepi',
        'reverse-stepi',
        'printf "back %d\\n", $pc == $after',
        'delete',
        // The host asks group 0; the firmware copies the request into doorbell_ack.
        'set var shared.glb_in.doorbell_req = 1',
        'watch shared.glb_out.doorbell_ack',
        'monitor poke CSF_DOORBELL_0 1',
        'continue',
        'printf "changed to %d\\n", shared.glb_out.doorbell_ack',
        'reverse-stepi',
        'reverse-stepi',
        'printf "was %d\\n", shared.glb_out.doorbell_ack',
        'detach',
        'quit',
      ];
      writeFileSync(script, `${commands.join('\n')}\n`);
      const { stdout } = await execute('gdb-multiarch', ['-q', '-batch', '-x', script, elfFile], { timeout: 50_000 });
      expect(stdout).toContain('0x40000000:\t0xa8670005');
      expect(stdout).toMatch(/Breakpoint 1, .*main/s);
      expect(stdout).toContain('back 1');
      expect(stdout).toMatch(/Old value = 0\s+New value = 1/);
      expect(stdout).toContain('changed to 1');
      expect(stdout).toContain('was 0');
    },
  );
});
