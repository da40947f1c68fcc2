import type { ClaudeKeySource, KeyLease, KeyRequest } from '../key-source.js';

/** A secret manager whose answers a test decides, one after the other or all at once. */
export class ScriptedSource implements ClaudeKeySource {
  readonly name = 'scripted';
  /** What it was asked, in order. */
  readonly asked: KeyRequest[] = [];
  closed = false;
  watchers: (() => void)[] = [];
  /** Decides each answer. */
  answer: (request: KeyRequest) => string | KeyLease | Promise<string | KeyLease>;

  constructor(answer: string | KeyLease | ScriptedSource['answer']) {
    this.answer = typeof answer === 'function' ? answer : () => answer;
  }

  getKey(request: KeyRequest = {}): Promise<string | KeyLease> {
    this.asked.push(request);
    return Promise.resolve(this.answer(request));
  }

  watch(changed: () => void): () => void {
    this.watchers.push(changed);
    return () => {
      this.watchers = this.watchers.filter((each) => each !== changed);
    };
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** An answer that comes when the test says so. */
export class Pending<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
