import type { Random } from '../../call/clock.js';
import { RecentKeys } from '../../rate-limit/recent-keys.js';
import { lessBusyOfTwo } from './least-busy.js';
import { inPreference } from './rendezvous.js';
import type { BalancingStrategy, Candidate } from './strategy.js';

/** How much above its share a cache domain may be loaded before calls go to the next. */
const LOAD_FACTOR = 1.25;

/** Endpoints that share a prompt cache. */
interface CacheDomain<C> {
  readonly name: string;
  weight: number;
  inFlight: number;
  headroom: number;
  readonly members: C[];
}

/** Conversations that went elsewhere and are remembered. One that is forgotten pays for its cache once more. */
const MAX_STRAYED = 10_000;

/**
 * What belongs together goes to one cache domain, so that its prompt cache stays warm: the first in the conversation's
 * order of preference that is not loaded above 1.25 of its share. One that had to go to another stays there, where its cache
 * is now. What belongs to nothing goes to the least busy. (Consistent hashing with bounded loads, Mirrokni, Thorup and
 * Zadimoghaddam 2018)
 */
export function sticky(): BalancingStrategy {
  const strayed = new RecentKeys<string>(MAX_STRAYED);
  return {
    name: 'sticky',
    pick: (candidates, { affinity }, random) =>
      affinity === null ? lessBusyOfTwo(candidates, random) : inCacheDomain(candidates, affinity, random, strayed),
  };
}

function inCacheDomain<C extends Candidate>(
  candidates: readonly [C, ...C[]],
  affinity: string,
  random: Random,
  strayed: RecentKeys<string>,
): C {
  const domains = cacheDomainsOf(candidates);
  if (domains.length === 1) return lessBusyOfTwo(candidates, random);
  const preferred = inPreference(affinity, domains);
  const hasRoom = roomIn(domains);
  const stayed = strayed.get(affinity);
  const chosen =
    preferred.find((each) => each.name === stayed && hasRoom(each)) ?? preferred.find(hasRoom) ?? preferred[0];
  if (chosen === undefined) return candidates[0];
  if (chosen === preferred[0]) strayed.delete(affinity);
  else strayed.set(affinity, chosen.name);
  const [first = candidates[0], ...others] = chosen.members;
  return lessBusyOfTwo([first, ...others], random);
}

/** Each may have its share of all that is under way, this call included, and a quarter more, rounded up. */
function roomIn(domains: readonly CacheDomain<unknown>[]): (domain: CacheDomain<unknown>) => boolean {
  let [inFlight, weight] = [1, 0];
  for (const domain of domains) {
    inFlight += domain.inFlight;
    weight += domain.weight;
  }
  return (domain) =>
    domain.headroom > 0 && domain.inFlight + 1 <= Math.ceil((LOAD_FACTOR * inFlight * domain.weight) / weight);
}

function cacheDomainsOf<C extends Candidate>(candidates: readonly C[]): readonly CacheDomain<C>[] {
  const domains = new Map<string, CacheDomain<C>>();
  for (const each of candidates) {
    let domain = domains.get(each.cacheDomain);
    if (domain === undefined) {
      domain = { name: each.cacheDomain, weight: 0, inFlight: 0, headroom: 0, members: [] };
      domains.set(each.cacheDomain, domain);
    }
    domain.weight += each.weight;
    domain.inFlight += each.inFlight;
    domain.headroom = Math.max(domain.headroom, each.headroom);
    domain.members.push(each);
  }
  return [...domains.values()];
}
