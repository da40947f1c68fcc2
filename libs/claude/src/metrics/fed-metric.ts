import type { Counter, Gauge } from 'prom-client';
import type { Awaitable } from '../admission/admission-store.js';
import { isPending } from '../admission/turnstile.js';
import type { GaugeDefinition } from './catalogue/metric-definition.js';

export type Labels = Readonly<Record<string, string>>;

/** A value of a metric, with its labels. */
export type Sample = readonly [labels: Labels, value: number];

/** Whoever has values of a metric: asked each time somebody reads it. Of a counter, how much came since. Never fails. */
export type Feed = () => Awaitable<Iterable<Sample>>;

/** The feeds of one metric. A registry may outlive the application that made it, and another one then feeds it. */
export type Feeds = Set<Feed>;

/** Adds to a counter what came since it was read last. */
export function collectCounter(counter: Counter, feeds: Feeds): Promise<void> | void {
  return eachFeed(feeds, (samples) => {
    for (const [labels, amount] of samples) counter.inc(labels, amount);
  });
}

/** Sets a gauge to how things stand, and forgets what is no more. */
export function collectGauge(gauge: Gauge, feeds: Feeds, fold: GaugeDefinition['fold']): Promise<void> | void {
  const folded = new Map<string, Sample>();
  const collected = eachFeed(feeds, (samples) => {
    for (const sample of samples) foldIn(folded, sample, fold);
  });
  const show = (): void => {
    gauge.reset();
    for (const [labels, value] of folded.values()) gauge.set(labels, value);
  };
  return collected === undefined ? show() : collected.then(show);
}

/** At once, where no feed takes its time: prom-client then has the values without a detour. */
function eachFeed(feeds: Feeds, take: (samples: Iterable<Sample>) => void): Promise<void> | void {
  const late: PromiseLike<void>[] = [];
  for (const feed of feeds) {
    const samples = feed();
    if (isPending(samples)) late.push(samples.then(take));
    else take(samples);
  }
  return late.length === 0 ? undefined : Promise.all(late).then(() => undefined);
}

const FOLDS = {
  sum: (a: number, b: number) => a + b,
  least: Math.min,
  greatest: Math.max,
} as const satisfies Readonly<Record<GaugeDefinition['fold'], (a: number, b: number) => number>>;

function foldIn(folded: Map<string, Sample>, [labels, value]: Sample, fold: GaugeDefinition['fold']): void {
  const key = JSON.stringify(Object.values(labels));
  const known = folded.get(key);
  folded.set(key, [labels, known === undefined ? value : FOLDS[fold](known[1], value)]);
}
