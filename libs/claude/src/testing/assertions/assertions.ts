import type { Recorder } from '../record/recorder.js';
import type { RecordedRequest } from '../record/recorded-request.js';
import { describeExpectation, describeRequests } from './describe.js';
import { checkExpectation, fits, type Expectation } from './expectation.js';
import { SimulatorAssertionError } from './simulator-assertion-error.js';

/** Fails unless as many requests as expected were received. */
export function assertCalled(recorder: Recorder, expectation: Expectation): void {
  const found = find(recorder, expectation);
  const { times } = expectation;
  if (times === undefined ? found > 0 : found === times) return;
  const wanted = times === undefined ? 'at least once' : `${times} time(s)`;
  const received = describeRequests(recorder.requests, expectation);
  throw new SimulatorAssertionError(
    `Expected ${describeExpectation(expectation)} ${wanted}, but ${found} fit. ${received}`,
  );
}

/** Fails when such a request was received. */
export function assertNotCalled(recorder: Recorder, expectation: Expectation): void {
  const found = find(recorder, expectation);
  if (found === 0) return;
  const received = describeRequests(recorder.requests, expectation);
  throw new SimulatorAssertionError(
    `Expected no ${describeExpectation(expectation).slice(2)}, but ${found} fit. ${received}`,
  );
}

/** The newest request. */
export function lastRequest(recorder: Recorder): RecordedRequest {
  needRecords(recorder, ['usage', 'full']);
  const last = recorder.requests.at(-1);
  if (!last) throw new SimulatorAssertionError('Expected a request, but none was received.');
  return last;
}

/** What is still going on in a simulator. */
export interface Activity {
  readonly activeRequests: number;
  readonly openConnections: number;
}

/** What keeps a simulator busy, in words; `null` for nothing. */
export function busyWith({ activeRequests, openConnections }: Activity, recorder: Recorder): string | null {
  if (activeRequests === 0 && openConnections === 0) return null;
  const active = recorder.requests.filter(({ outcome }) => outcome === 'active');
  const listed = active.length > 0 ? ` ${describeRequests(active)}` : '';
  return `${activeRequests} active request(s) and ${openConnections} open connection(s).${listed}`;
}

function find(recorder: Recorder, expectation: Expectation): number {
  checkExpectation(expectation);
  const asksForText = expectation.user !== undefined || expectation.system !== undefined;
  needRecords(recorder, asksForText ? ['full'] : ['usage', 'full']);
  return recorder.requests.filter((request) => fits(expectation, request)).length;
}

function needRecords({ level }: Recorder, levels: readonly string[]): void {
  if (levels.includes(level)) return;
  throw new SimulatorAssertionError(
    `This simulator keeps no records to look at: start it with record: '${levels.at(-1)}' (it has '${level}').`,
  );
}
