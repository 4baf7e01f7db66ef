/**
 * The framing of the GDB remote serial protocol: `$data#checksum`, acknowledged by `+`, escapes and the interrupt
 * byte. Pure; a socket feeds it bytes.
 */

/** What the client said: a packet, or Ctrl+C. */
export type Incoming = { readonly packet: string } | { readonly interrupt: true } | { readonly bad: string };

const INTERRUPT = 0x03;
const ESCAPE = 0x7d;
/** Longest packet taken; `qSupported` tells the client. */
export const PACKET_SIZE = 0x4000;

/** Sum of all bytes modulo 256 as two hex digits. */
export function checksum(data: string): string {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum = (sum + data.charCodeAt(i)) & 0xff;
  return sum.toString(16).padStart(2, '0');
}

/** A reply on the wire; `data` is Latin-1 and is escaped here. */
export function frame(data: string): string {
  let escaped = '';
  for (const c of data) {
    const code = c.charCodeAt(0);
    escaped += c === '#' || c === '$' || c === '}' || c === '*' ? `}${String.fromCharCode(code ^ 0x20)}` : c;
  }
  return `$${escaped}#${checksum(escaped)}`;
}

/** Takes bytes as they come and gives whole packets. A client that speaks HTTP, or nonsense, is told apart. */
export class PacketReader {
  private state: 'idle' | 'data' | 'sum' = 'idle';
  private raw = '';
  private sum = '';

  feed(bytes: Uint8Array): Incoming[] {
    const found: Incoming[] = [];
    for (const byte of bytes) this.take(byte, found);
    return found;
  }

  private take(byte: number, found: Incoming[]): void {
    const c = String.fromCharCode(byte);
    if (this.state === 'idle') {
      if (byte === INTERRUPT) found.push({ interrupt: true });
      else if (c === '$') this.begin();
      else if (c !== '+' && c !== '-') found.push({ bad: `byte 0x${byte.toString(16)} outside a packet` });
      return;
    }
    if (this.state === 'data') {
      if (c === '#') this.state = 'sum';
      else {
        this.raw += c;
        if (this.raw.length > PACKET_SIZE * 2) {
          this.state = 'idle';
          found.push({ bad: 'packet too long' });
        }
      }
      return;
    }
    this.sum += c;
    if (this.sum.length < 2) return;
    this.state = 'idle';
    if (checksum(this.raw) !== this.sum.toLowerCase()) found.push({ bad: 'checksum' });
    else found.push({ packet: unescape(this.raw) });
  }

  private begin(): void {
    this.state = 'data';
    this.raw = '';
    this.sum = '';
  }
}

function unescape(raw: string): string {
  let out = '';
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    out += code === ESCAPE && i + 1 < raw.length ? String.fromCharCode(raw.charCodeAt(++i) ^ 0x20) : raw[i];
  }
  return out;
}

/** Bytes as hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Hex as bytes; undefined when it is not hex. */
export function fromHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}

/** A 32-bit register as GDB wants it: little-endian hex. */
export function wordHex(value: number): string {
  return toHex(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
}

/** Little-endian hex as an unsigned word; undefined when it is none. */
export function hexWord(hex: string): number | undefined {
  const bytes = fromHex(hex);
  if (bytes?.length !== 4) return undefined;
  return new DataView(bytes.buffer).getUint32(0, true);
}
