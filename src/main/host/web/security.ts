/**
 * What keeps strangers out of the bench of a person: headers of every answer, and the checks of Host, Origin and
 * cookie. A page of another site can neither read answers nor open the socket (Origin, SameSite), a name that was
 * pointed at this machine is not answered (Host), another user of the machine lacks the cookie.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Monaco sets styles on elements, hence 'unsafe-inline' for styles; scripts come from our files alone. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer. COOP and COEP keep the page to itself. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), clipboard-read=()',
};

const SECRET_BYTES = 32;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Compares without telling by its time how much was right. */
export function sameSecret(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === '::1';
}

/** Whether a Host header names this server: loopback, the name it was started with, or an address when it listens on all. */
export function hostAllowed(header: string | undefined, bound: string, port: number): boolean {
  if (header === undefined) return false;
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(header);
  if (match === null || Number(match[2] ?? 80) !== port) return false;
  const name = match[1]!.toLowerCase();
  if (LOOPBACK.has(name) || name === bound.toLowerCase() || name === `[${bound.toLowerCase()}]`) return true;
  // A name that resolves to us by somebody else's DNS is not ours; an address cannot be one.
  return (bound === '0.0.0.0' || bound === '::') && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Whether the request comes from our own page. `needed`: it must say so (WebSocket). */
export function originAllowed(request: IncomingMessage, needed: boolean): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return !needed;
  return host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`;
}

/** The value of a cookie of the request. */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
