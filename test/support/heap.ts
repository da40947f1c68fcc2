import { EventEmitter } from 'node:events';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Lets go of everything that nobody holds. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** What is alive once the garbage is gone. */
export interface Heap {
  /** Objects, arrays and functions: what is kept of each of many calls shows here, however small it is. */
  readonly objects: number;
  /** Bytes: what is kept in few and large pieces shows here. */
  readonly bytes: number;
}

/** Jest runs tests in a realm of their own; what Node and its sockets are made of belongs to another one. */
const REALMS = [Object, Object.getPrototypeOf(EventEmitter.prototype).constructor as ObjectConstructor];

/** Collects garbage, until nothing more goes with it, and looks at what is left. */
export async function settledHeap(): Promise<Heap> {
  let heap = { objects: Infinity, bytes: Infinity };
  for (;;) {
    // What is held by a turn of the event loop, or waits to be finalized, is let go of in the next one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
    const objects = REALMS.reduce((sum, realm) => sum + queryObjects(realm, { format: 'count' }), 0);
    if (objects >= heap.objects) return heap;
    heap = { objects, bytes: process.memoryUsage().heapUsed };
  }
}
