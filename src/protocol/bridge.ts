/**
 * The bridge between page and desktop host: two IPC channels that carry frames, and nothing else. The preload
 * (src/preload) has the page's end, host/electron/bridge the other.
 */
import { z } from 'zod';
import { noticeFrame, replyFrame, requestFrame } from './messages.ts';

export const CHANNEL = {
  /** Page to host: a request frame. */
  REQUEST: 'tyr:request',
  /** Host to page: a reply or a notice. */
  FRAME: 'tyr:frame',
} as const;

/** What may go each way. */
export const toHost = requestFrame;
export const toPage = z.union([noticeFrame, replyFrame]);

/** Where the desktop's page lives: a scheme of our own, so that no file and no server is involved. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://tyr`;
export const APP_URL = `${APP_ORIGIN}/index.html`;
