/** What `tyr fw` says about images: plain objects for JSON, lines of text, and differences by meaning. */
import { hex } from '../../base/bits.ts';
import { cacheModeOf, sectionFlagsText } from '../../spec/firmware/image-format.ts';
import type { Entry, Inspection, Section } from '../../spec/firmware/image.ts';

/** Addresses become "0x..." strings, everything else stays a number. */
const address = (value: number): string => hex(value, 8);

function sectionReport(s: Section) {
  return {
    flags: s.flags,
    flagNames: sectionFlagsText(s.flags),
    cache: cacheModeOf(s.flags),
    vaStart: address(s.vaStart),
    vaEnd: address(s.vaEnd),
    fileStart: s.fileStart,
    fileEnd: s.fileEnd,
    name: s.name,
    ...(s.execStart === undefined ? {} : { execStart: address(s.execStart) }),
  };
}

function pick<K extends Entry['kind']>(found: Inspection, kind: K) {
  return found.entries.filter((e): e is Extract<Entry, { kind: K }> => e.kind === kind);
}

/** The image as `fw info --json` prints it. */
export function imageReport(found: Inspection) {
  const build = pick(found, 'build-info')[0];
  return {
    header: found.header,
    entries: found.entries.map(({ offset, type, typeName, length, optional, update }) => ({
      offset,
      type,
      typeName,
      length,
      optional,
      update,
    })),
    sections: pick(found, 'section').map(sectionReport),
    config: pick(found, 'config').map((c) => ({ name: c.name, address: address(c.address), min: c.min, max: c.max })),
    traceBuffers: pick(found, 'trace-buffer').map((t) => ({
      name: t.name,
      type: t.bufferType,
      sizeAddress: address(t.sizeAddress),
      insertAddress: address(t.insertAddress),
      extractAddress: address(t.extractAddress),
      dataAddress: address(t.dataAddress),
      traceEnableAddress: address(t.traceEnableAddress),
      traceEnableEntryCount: t.traceEnableEntryCount,
    })),
    timeline: pick(found, 'timeline').map((t) => ({ name: t.name, fileStart: t.fileStart, fileEnd: t.fileEnd })),
    buildInfo:
      build === undefined
        ? null
        : { gitSha: build.gitSha ?? null, text: build.text, fileStart: build.fileStart, fileEnd: build.fileEnd },
    problems: found.problems,
    warnings: found.warnings,
  };
}

/** The image as text, a line each. */
export function imageText(found: Inspection): string[] {
  const { header, entries } = found;
  const report = imageReport(found);
  const lines: string[] = [];
  if (header !== undefined) {
    lines.push(
      `format ${header.major}.${header.minor}, version hash ${address(header.versionHash)}, table of ${header.size} bytes`,
    );
  }
  if (report.buildInfo !== null) lines.push(`git sha ${report.buildInfo.gitSha ?? 'unreadable'}`);
  lines.push('', 'offset  type               length');
  for (const e of entries) {
    const marks = [...(e.optional ? ['optional'] : []), ...(e.update ? ['update'] : [])].join(', ');
    lines.push(`${hex(e.offset, 4)}  ${e.typeName.padEnd(17)}  ${String(e.length).padStart(6)}  ${marks}`.trimEnd());
  }
  lines.push('', 'sections');
  for (const s of report.sections) {
    const file = s.fileEnd > s.fileStart ? `file ${hex(s.fileStart)}..${hex(s.fileEnd)}` : 'no data';
    lines.push(`  ${s.vaStart}..${s.vaEnd}  ${s.flagNames.padEnd(20)}  ${file}  ${s.name}`.trimEnd());
  }
  for (const c of report.config) lines.push(`config "${c.name}" at ${c.address}, ${c.min}..${c.max}`);
  for (const t of report.traceBuffers) lines.push(`trace buffer "${t.name}", size at ${t.sizeAddress}`);
  for (const p of [...found.problems, ...found.warnings]) lines.push(problemText(p));
  return lines;
}

export function problemText(problem: Inspection['problems'][number]): string {
  return `offset ${hex(problem.offset)}: ${problem.rule}. ${problem.remedy}`;
}
