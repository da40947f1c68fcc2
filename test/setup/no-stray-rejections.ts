/**
 * A stray rejection or exception is a defect wherever it happens, so every test file fails on one.
 * Jest runs each file in its own realm on the one process, so the listeners are removed again.
 */
const strays: unknown[] = [];
const note = (error: unknown): void => void strays.push(error);

beforeAll(() => {
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
});

afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
  expect(strays.splice(0)).toEqual([]);
});
