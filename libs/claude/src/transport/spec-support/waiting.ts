import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Waits until `condition` holds; fails after two seconds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within 10 s`);
    await delay(5);
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage until `condition` holds. */
export async function untilCollected(condition: () => boolean): Promise<void> {
  await until(() => {
    collectGarbage();
    return condition();
  }, 'garbage collection');
}

/** What a promise rejected with. Fails when it did not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: unknown; cause?: unknown }> {
  return promise.then(
    () => {
      throw new Error('the promise was expected to reject');
    },
    (error: Error) => error,
  );
}

/** The name of what a function throws. By name, since errors of Node itself are no `instanceof` ours under Jest. */
export function nameOfThrown(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}
