/** The formats registers can be written in, by name. */

import type { BlockInfo } from '../blocks.ts';
import { exportC } from './c.ts';
import { exportHtml } from './html.ts';
import { exportJson } from './json.ts';
import { exportRust } from './rust.ts';
import { exportSvd } from './svd.ts';
import { exportTable } from './table.ts';

/** Text of the given blocks in a format. */
export const registerFormats = {
  table: exportTable,
  json: exportJson,
  svd: exportSvd,
  c: exportC,
  rust: exportRust,
  html: exportHtml,
} as const satisfies Readonly<Record<string, (blocks: readonly BlockInfo[]) => string>>;

export { exportC, exportMcuHeader } from './c.ts';
