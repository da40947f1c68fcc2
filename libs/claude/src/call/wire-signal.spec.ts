import { WireSignal } from './wire-signal.js';

describe('WireSignal', () => {
  it('tells every listener once, functions and objects alike', () => {
    const signal = new WireSignal();
    const heard: string[] = [];
    const object = { handleEvent: (): number => heard.push('object') };
    signal.addEventListener('abort', () => heard.push('function'));
    signal.addEventListener('abort', object);
    signal.abort(new Error('first'));
    signal.abort(new Error('second'));
    expect(heard).toEqual(['function', 'object']);
    expect(signal).toMatchObject({ aborted: true, reason: { message: 'first' } });
  });

  it('forgets a listener that is removed, whichever it is', () => {
    const signal = new WireSignal();
    const heard: number[] = [];
    const listeners = [1, 2, 3].map((number) => () => void heard.push(number));
    for (const listener of listeners) signal.addEventListener('abort', listener);
    for (const index of [0, 2]) signal.removeEventListener('abort', listeners[index] as () => void);
    signal.abort(new Error('x'));
    expect(heard).toEqual([2]);
  });
});
