import { Observers } from './observers.js';

function throwing(): never {
  throw new Error('An observer of a test fails.');
}

it('tells everybody in turn, whatever one of them throws, and counts that by name', () => {
  const observers = new Observers<number>();
  const heard: string[] = [];
  observers.observe('first', (value) => void heard.push(`first ${value}`));
  observers.observe('bad', throwing);
  observers.observe('last', (value) => void heard.push(`last ${value}`));

  observers.tell(1);
  observers.tell(2);

  expect(heard).toEqual(['first 1', 'last 1', 'first 2', 'last 2']);
  expect([...observers.failures]).toEqual([
    ['first', 0],
    ['bad', 2],
    ['last', 0],
  ]);
});

it('counts one that fails later, and lets no rejection out', async () => {
  const observers = new Observers<number>();
  observers.observe('late', () => Promise.reject(new Error('An observer of a test fails later.')));

  observers.tell(1);
  expect(observers.failures.get('late')).toBe(0);
  await new Promise(setImmediate);

  expect(observers.failures.get('late')).toBe(1);
});

it('tells nothing more to one that has left, and the rest to all others, even when it leaves while being told', () => {
  const observers = new Observers<number>();
  const heard: string[] = [];
  const leave = observers.observe('once', (value) => {
    heard.push(`once ${value}`);
    leave();
  });
  observers.observe('ever', (value) => void heard.push(`ever ${value}`));

  observers.tell(1);
  observers.tell(2);

  expect(heard).toEqual(['once 1', 'ever 1', 'ever 2']);
});

it('sums what two of one name fail at', () => {
  const observers = new Observers<number>();
  observers.observe('same', throwing);
  observers.observe('same', throwing);

  observers.tell(1);

  expect(observers.failures.get('same')).toBe(2);
});
