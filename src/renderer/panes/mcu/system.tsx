/** NVIC, MPU, system control and SysTick, as the core holds them; looking changes nothing. */
import { usePoll } from '../../engine/context.tsx';
import { hexGroups, sizeText } from '../../lib/format.ts';
import { showAddress } from './actions.ts';

const flag = (on: boolean, word: string): string => (on ? word : '');

export function System() {
  const { data: s } = usePoll('debug.system', {});
  if (s === undefined) return undefined;
  return (
    <div className="mcu-system">
      <table aria-label="Exceptions and interrupts">
        <caption>{`NVIC: execution priority ${s.executionPriority}, priority group ${s.priorityGroup}`}</caption>
        <thead>
          <tr>
            <th>No.</th>
            <th>Exception</th>
            <th>State</th>
            <th>Priority</th>
            <th>Handler</th>
          </tr>
        </thead>
        <tbody>
          {s.exceptions.map((e) => (
            <tr key={e.number} className={e.active ? 'mcu-active' : undefined}>
              <td className="mono">{e.number}</td>
              <td>{e.name}</td>
              <td>
                {[
                  flag(e.active, 'active'),
                  flag(e.pending, 'pending'),
                  flag(e.enabled, 'enabled'),
                  flag(e.level, 'line high'),
                ]
                  .filter((x) => x !== '')
                  .join(', ')}
              </td>
              <td className="mono">{e.priority}</td>
              <td>
                <button type="button" className="link mono" onClick={() => showAddress(e.vector)}>
                  {e.handler ?? hexGroups(e.vector, 32)}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table aria-label="System control registers">
        <caption>SCB, SysTick, DWT</caption>
        <tbody>
          {s.registers.map((r) => (
            <tr key={r.name}>
              <th scope="row">{r.name}</th>
              <td className="mono">{hexGroups(r.value, 32)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">SYST_CSR</th>
            <td className="mono">{hexGroups(s.systick.control, 32)}</td>
          </tr>
          <tr>
            <th scope="row">SYST_RVR</th>
            <td className="mono">{hexGroups(s.systick.reload, 32)}</td>
          </tr>
          <tr>
            <th scope="row">SYST_CVR</th>
            <td className="mono">{hexGroups(s.systick.current, 32)}</td>
          </tr>
          <tr>
            <th scope="row">DWT_CYCCNT</th>
            <td className="mono">{hexGroups(s.cycles, 32)}</td>
          </tr>
        </tbody>
      </table>
      <table aria-label="Memory protection">
        <caption>
          {s.mpu.enabled
            ? `MPU on${flag(s.mpu.background, ', privileged code has the default map behind it')}${flag(s.mpu.inFaults, ', on in faults too')}`
            : 'MPU off: the default memory map holds'}
        </caption>
        <tbody>
          {s.mpu.regions
            .filter((r) => r.enabled)
            .map((r) => (
              <tr key={r.region}>
                <th scope="row">{r.region}</th>
                <td className="mono">{hexGroups(r.base, 32)}</td>
                <td>{sizeText(r.size)}</td>
                <td>{r.rights}</td>
                <td>{flag(r.executeNever, 'execute never')}</td>
                <td>{r.subregionsOff === 0 ? '' : `subregions off ${hexGroups(r.subregionsOff, 8)}`}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {s.mpu.regions.every((r) => !r.enabled) && <p className="quiet">No region of the MPU is on.</p>}
    </div>
  );
}
