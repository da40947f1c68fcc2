/** What is done in one turn of the event loop: pricing or booking them takes some milliseconds. */
const LOT = 200;

/**
 * Does something for each item: at once where they are few, else in lots with the event loop's turns between them, so that a batch
 * of 100,000 holds up nobody.
 *
 * @param room Waited for before each further lot.
 */
export function inLots<T>(
  items: readonly T[],
  each: (item: T) => void,
  room: () => Promise<void> = nextTurn,
): Promise<void> | void {
  doLot(items, each, 0);
  return items.length > LOT ? doRest(items, each, room) : undefined;
}

async function doRest<T>(items: readonly T[], each: (item: T) => void, room: () => Promise<void>): Promise<void> {
  for (let from = LOT; from < items.length; from += LOT) {
    await room();
    doLot(items, each, from);
  }
}

function doLot<T>(items: readonly T[], each: (item: T) => void, from: number): void {
  for (const item of items.slice(from, from + LOT)) each(item);
}

/** Lets everybody else have a turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
