/** What GDB is told about the target: its registers (target.xml) and its memory map. */
import { MCU_REGISTERS } from '../../../protocol/mcu-registers.ts';

/** Registers of the `org.gnu.gdb.arm.m-profile` feature, those of `g`; the system ones follow them. */
export const CORE_COUNT = 17;

const TYPES: Readonly<Record<string, string>> = { sp: 'data_ptr', pc: 'code_ptr', msp: 'data_ptr', psp: 'data_ptr' };

function reg(name: string): string {
  return `    <reg name="${name}" bitsize="32" type="${TYPES[name] ?? 'int'}"/>\n`;
}

export const TARGET_XML = `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
  <architecture>arm</architecture>
  <feature name="org.gnu.gdb.arm.m-profile">
${MCU_REGISTERS.slice(0, CORE_COUNT).map(reg).join('')}  </feature>
  <feature name="org.gnu.gdb.arm.m-system">
${MCU_REGISTERS.slice(CORE_COUNT).map(reg).join('')}  </feature>
</target>
`;

/** The MCU's whole space is readable: RAM through AS 0, windows, registers, system space. */
export const MEMORY_MAP_XML = `<?xml version="1.0"?>
<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">
<memory-map>
  <memory type="ram" start="0x0" length="0x100000000"/>
</memory-map>
`;
