import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Whose a file of the journal is. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began: a container gives the same number to each of its processes, one after the other. */
  readonly since: number;
}

/** A file of the journal, by its name. */
export interface SegmentName {
  /** `null` when its owner has given it up. */
  readonly owner: Owner | null;
  readonly file: string;
}

/** What separates the parts of a name; none of them has it. */
const SEPARATOR = '~';
const SUFFIX = '.jsonl';
const FREE = 'free';

export function thisProcess(): Owner {
  const host = hostname().replaceAll(/[^\w.-]/g, '_');
  return { host, pid: process.pid, since: Math.round(performance.timeOrigin) };
}

/** A name that no other file has. `order` sorts the files of one ledger. */
export function segmentFile(owner: Owner | null, order: number): string {
  const whose = owner === null ? [FREE, 0, 0] : [owner.host, owner.pid, owner.since];
  return `${[...whose, String(order).padStart(8, '0'), randomBytes(6).toString('hex')].join(SEPARATOR)}${SUFFIX}`;
}

/** `null` for what is no file of a journal. */
export function parseSegmentFile(file: string): SegmentName | null {
  if (!file.endsWith(SUFFIX)) return null;
  const [host, pid, since, order, token, ...rest] = file.slice(0, -SUFFIX.length).split(SEPARATOR);
  if (host === undefined || order === undefined || token === undefined || rest.length > 0) return null;
  return { owner: host === FREE ? null : { host, pid: Number(pid), since: Number(since) }, file };
}
