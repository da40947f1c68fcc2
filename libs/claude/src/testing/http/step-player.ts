import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../call/clock.js';
import type { Step } from './step.js';

/** Plays the steps of one response. Waits run on the simulator's clock; whoever holds the player stops it on close. */
export class StepPlayer {
  /** Output tokens that have been sent so far. */
  generatedTokens = 0;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #steps: readonly Step[];
  readonly #onLastStep: () => void;
  #pending = '';
  #timer: Timer | undefined;
  #isStopped = false;

  /** @param onLastStep Called once, just before the response ends by itself. */
  constructor(response: ServerResponse, clock: Clock, steps: readonly Step[], onLastStep: () => void) {
    this.#response = response;
    this.#clock = clock;
    this.#steps = steps;
    this.#onLastStep = onLastStep;
  }

  play(from = 0): void {
    let next = from;
    while (!this.#isStopped && next < this.#steps.length) {
      const step = this.#steps[next++];
      if (step && !this.#perform(step, next)) return;
    }
  }

  /** No step is taken after this. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** @returns whether to go on with the next step at once. */
  #perform(step: Step, next: number): boolean {
    switch (step.do) {
      case 'head':
        this.#response.writeHead(step.status, step.headers);
        return true;
      case 'write':
        this.#pending += step.text;
        this.generatedTokens += step.tokens;
        return true;
      case 'segment':
        this.#segment(step.bytes, step.tokens, next);
        return false;
      case 'wait':
        this.#flush();
        this.#timer = this.#clock.setTimer(() => this.play(next), step.ms);
        return false;
      case 'repeat':
        this.#flush();
        this.#repeat(step.text, step.everyMs);
        return false;
      case 'stall':
        this.#flush();
        return false;
      default:
        this.#finish(step.do);
        return false;
    }
  }

  /** The next step waits for the event loop, so that the bytes leave in a packet of their own. */
  #segment(bytes: Uint8Array, tokens: number, next: number): void {
    this.#flush();
    this.generatedTokens += tokens;
    this.#response.write(bytes);
    setImmediate(() => this.play(next));
  }

  #repeat(text: string, everyMs: number): void {
    this.#timer = this.#clock.setTimer(() => {
      this.#response.write(text);
      this.#repeat(text, everyMs);
    }, everyMs);
  }

  #finish(how: 'end' | 'cut' | 'reset'): void {
    this.#onLastStep();
    const text = this.#takePending();
    if (how === 'end') this.#response.end(text);
    else if (how === 'cut') this.#cut(text);
    else if (text === '') this.#response.socket?.resetAndDestroy();
    // A reset throws away what has not left yet.
    else this.#response.write(text, () => this.#response.socket?.resetAndDestroy());
  }

  #cut(text: string): void {
    if (text !== '') this.#response.write(text);
    this.#response.socket?.destroySoon();
  }

  #flush(): void {
    const text = this.#takePending();
    if (text !== '') this.#response.write(text);
    else if (this.#response.headersSent) this.#response.flushHeaders();
  }

  #takePending(): string {
    const text = this.#pending;
    this.#pending = '';
    return text;
  }
}
