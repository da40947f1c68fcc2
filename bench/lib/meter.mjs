/** A limit of so many a minute, all of which can be had at once. */
export function meterOf(key, limit) {
  const shares = { refillShare: 0.95, burstShare: 1, minBurst: 0 };
  return { kind: 'rate', key, label: key, limit, isGuess: false, ...shares, counted: 'at-start' };
}
