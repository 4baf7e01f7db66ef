/** Registers as one HTML page that needs nothing else: a table per block, an anchor per register. */

import { hex } from '../../../base/bits.ts';
import type { BlockInfo } from '../blocks.ts';
import { describeAccess } from '../decode.ts';
import type { Field, Register } from '../define.ts';
import { bitsText, escapeXml, fieldRemarks, nameText, offsetText, remarks, resetText } from './text.ts';

const STYLE = `:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
code, td:nth-child(-n+2), td:nth-child(5) { font-family: ui-monospace, monospace; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { border-bottom-width: 2px; }
ul { margin: .2rem 0; padding-left: 1.1rem; }
small { opacity: .75; }`;

export function exportHtml(blocks: readonly BlockInfo[]): string {
  const list = blocks.map((b) => `<li><a href="#${b.name}.block">${b.name}</a>: ${escapeXml(b.doc)}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mali CSF registers</title>
<style>
${STYLE}
</style>
</head>
<body>
<h1>Mali CSF registers</h1>
<nav><ul>
${list.join('\n')}
</ul></nav>
${blocks.map(section).join('\n')}
</body>
</html>
`;
}

function section(block: BlockInfo): string {
  const base = block.base === 0 ? 'of the host window' : `from ${hex(block.base)} in the map of the MCU`;
  return `<section>
<h2 id="${block.name}.block">${block.name}</h2>
<p>${escapeXml(block.doc)}. Offsets ${base}.</p>
<table>
<thead><tr><th>Offset</th><th>Register</th><th>Bits</th><th>Access</th><th>Reset</th><th>What it is</th></tr></thead>
<tbody>
${block.registers.map(row).join('\n')}
</tbody>
</table>
</section>`;
}

function row(register: Register): string {
  const notes = remarks(register).filter((r) => !r.startsWith('writable'));
  const note = notes.length === 0 ? '' : ` <small>${escapeXml(notes.join(', '))}</small>`;
  const fields =
    register.fields.length === 0 ? '' : `<ul>${register.fields.map((f) => item(register, f)).join('')}</ul>`;
  const cells = [offsetText(register), nameText(register), String(register.width)];
  return `<tr id="${register.key}">${cells.map((c) => `<td>${escapeXml(c)}</td>`).join('')}<td title="${escapeXml(
    describeAccess(register),
  )}">${register.access}</td><td>${resetText(register)}</td><td>${escapeXml(register.doc)}${note}${fields}</td></tr>`;
}

function item(register: Register, field: Field): string {
  const values = Object.entries(field.enum ?? {}).map(([name, value]) => `${value} ${name}`);
  const notes = fieldRemarks(register, field);
  const text = [escapeXml(field.doc), values.length === 0 ? '' : `<small>${values.join(', ')}</small>`];
  const when = notes.length === 0 ? '' : ` <small>(${escapeXml(notes.join(', '))})</small>`;
  return `<li><code>[${bitsText(field)}] ${field.name}</code>${when} ${text.filter((t) => t !== '').join(' ')}</li>`;
}
