import { ManualClock } from '../testing/clock/manual-clock.js';
import { admissionStoreCases } from './admission-store.contract.js';
import { MemoryAdmissionStore } from './memory-store.js';

describe('the memory store keeps the contract of every store', () => {
  it.each(admissionStoreCases())('$name', async ({ run }) => {
    const clock = new ManualClock();
    await run({ store: new MemoryAdmissionStore(clock), advance: (ms) => clock.advance(ms) });
    expect(clock.pendingTimers).toBe(0);
  });
});
