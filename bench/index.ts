/** All benchmarks by name, as `tyr bench` runs them. */
import type { Benchmark } from './bench.ts';
import { boot } from './boot.ts';
import { cs } from './cs.ts';
import { driver } from './driver.ts';
import { mcu } from './mcu.ts';
import { recording } from './recording.ts';
import { session } from './session.ts';
import { shader } from './shader.ts';
import { ui } from './ui.ts';

export const benchmarks: readonly Benchmark[] = [recording, session, mcu, cs, shader, driver, boot, ui];
