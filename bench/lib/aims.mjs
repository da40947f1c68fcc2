/** By how much a goal may be missed before it is a defect, and not a busy machine. */
const LEEWAY = 1.25;

/**
 * What is aimed at, and whether this run met it.
 *
 * @param aims Each with the ratio or figure that was measured, its goal, and whether the `most` or the `least` is best.
 * @param judges Whether a goal that is missed by more than a quarter fails the run.
 */
export function printAims(part, aims, { judges }) {
  console.log(`\n### What the ${part} aims at\n\n| | goal | measured | |\n|---|---:|---:|---|`);
  for (const { what, goal, best, value } of aims) {
    const missedBy = best === 'most' ? goal / value : value / goal;
    const sign = best === 'most' ? '≥' : '≤';
    console.log(`| ${what} | ${sign} ${goal} | ${value.toFixed(2)} | ${missedBy <= 1 ? 'met' : '**missed**'} |`);
    if (judges && missedBy > LEEWAY) process.exitCode = 1;
  }
}
