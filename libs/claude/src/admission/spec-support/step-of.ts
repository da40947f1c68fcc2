import type fc from 'fast-check';

/** Something that may happen to a world of a property test, and how often it does in proportion to other steps. */
export function stepOf<W, T>(
  weight: number,
  values: fc.Arbitrary<T>,
  take: (world: W, value: T) => void,
): fc.WeightedArbitrary<(world: W) => void> {
  return {
    weight,
    arbitrary: values.map(
      (value) =>
        (world: W): void =>
          take(world, value),
    ),
  };
}
