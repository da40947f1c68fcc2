import type { Random } from '../../call/clock.js';
import type { BalancingStrategy, Candidate } from './strategy.js';

/** Below this the headroom of an endpoint says only that there is next to none. */
const LEAST_HEADROOM = 0.05;

/**
 * The less busy of two picked at random: nearly as even as looking at all, and replicas do not all rush to the same one.
 * Busy is `((in flight + 1) / weight) / headroom`. (The power of two choices, Mitzenmacher 2001)
 */
export function leastBusy(): BalancingStrategy {
  return { name: 'least-busy', pick: (candidates, _call, random) => lessBusyOfTwo(candidates, random) };
}

/** The less busy of two random candidates; of two as busy the one picked longer ago. */
export function lessBusyOfTwo<C extends Candidate>(candidates: readonly [C, ...C[]], random: Random): C {
  const { length } = candidates;
  if (length === 1) return candidates[0];
  const first = Math.floor(random() * length);
  // Any but the first.
  const second = (first + 1 + Math.floor(random() * (length - 1))) % length;
  const [one, other] = [candidates[first] ?? candidates[0], candidates[second] ?? candidates[0]];
  const difference = busyness(one) - busyness(other);
  if (difference !== 0) return difference < 0 ? one : other;
  return one.pickedAt <= other.pickedAt ? one : other;
}

function busyness({ inFlight, weight, headroom }: Candidate): number {
  return (inFlight + 1) / weight / Math.max(LEAST_HEADROOM, headroom);
}
