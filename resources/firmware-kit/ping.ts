/**
 * Boots the firmware it is given and lets the driver's watchdog ask it whether it lives. The driver asks every 12 s,
 * but only while the GPU is in use: so a program reads the GPU's clock from time to time.
 *
 *   bin/tyr run hello/ping.ts --firmware hello.bin
 */
import type { Bench } from '../../src/protocol/scenario.ts';

const SHARED_BASE = 0x04000000;
const INPUT_VA = 0x8; // in GLB_CONTROL
const OUTPUT_VA = 0xc;
const PING = 0x100; // in GLB_REQ and GLB_ACK
const PING_PERIOD_NS = 12e9;
/** The driver turns an unused GPU off after 50 ms. */
const USE_NS = 40e6;

const CLIENT = 1;
const DEV_QUERY = 0xc0106440;
const TIMESTAMP_INFO = 2;
const TIMESTAMP_BYTES = 32;
const BUFFER = 0x100000;

/** DEV_QUERY of the timestamps: type, size, address of the struct, which the program has zeroed. */
async function readClock(bench: Bench): Promise<void> {
  const argument = new Uint8Array(16);
  const view = new DataView(argument.buffer);
  view.setUint32(0, TIMESTAMP_INFO, true);
  view.setUint32(4, TIMESTAMP_BYTES, true);
  view.setUint32(8, BUFFER, true);
  const writes = [{ address: BUFFER, bytes: new Uint8Array(TIMESTAMP_BYTES) }];
  const input = { kind: 'ioctl', client: CLIENT, command: DEV_QUERY, argument, writes } as const;
  await bench.client.call('input.apply', { input });
}

export default async function ping(bench: Bench): Promise<void> {
  const word = async (address: number): Promise<number> => {
    const bytes = await bench.memory('mcu', address, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  };
  const boot = await bench.boot();
  bench.expect('the driver takes the firmware', boot.ok, boot.log.at(-1));
  if (!boot.ok) return;
  await bench.client.call('input.apply', {
    input: { kind: 'open', client: CLIENT, privileged: false, node: 'tyr' },
  });
  await readClock(bench);

  const request = await word(SHARED_BASE + INPUT_VA);
  const answer = await word(SHARED_BASE + OUTPUT_VA);
  const before = (await word(request)) & PING;
  const end = (await bench.status()).timeNs + PING_PERIOD_NS + USE_NS;
  while ((await bench.status()).timeNs < end) {
    await bench.advance(USE_NS);
    await readClock(bench);
  }
  const asked = (await word(request)) & PING;
  bench.expect('the driver has asked', asked !== before);
  bench.expect('the firmware has answered', ((await word(answer)) & PING) === asked);
  await bench.expectRegister('MCU_STATUS', 1);
  bench.log('the firmware lives');
}
