import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Books } from './books.mjs';
import { drawCall, drawStream, makeCall, runBatch } from './callers.mjs';
import { heldBy, ledgerIsWhole, listenersLeft, MemoryWatch, spendingIsBooked, until } from './checks.mjs';
import { watchClock } from './clock.mjs';
import { acceptedKeys, BUDGETS, startBeside, startMain, startSlow } from './module.mjs';
import { FAULTS } from './faults.mjs';

/** Calls under way at the most. */
const CONCURRENT = 200;
/** How long the last call may take to end: its deadline, its attempt, and what a busy machine adds. */
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Calls, faults and looks, until time or calls are up. */
export class Soak {
  #simulator;
  #random;
  #plan;
  #world;
  #clock = watchClock();
  #memory = new MemoryWatch();
  #controller = new AbortController();
  #books = new Books();
  #booked;
  #strays = [];
  #struck = Array.from({ length: FAULTS + 1 }, () => 0);
  #made = 0;
  #pauses = 0;

  constructor({ simulator, blackHole, random, plan }) {
    this.#simulator = simulator;
    this.#random = random;
    this.#plan = plan;
    this.#world = { url: simulator.url, elsewhere: simulator.elsewhere, blackHole };
    setMaxListeners(0, this.#controller.signal);
    process.on('unhandledRejection', (error) => this.#strays.push(error));
    process.on('uncaughtException', (error) => this.#strays.push(error));
  }

  /** Everything that did not hold, in words; of what breaks in a minute, the soak ends with that minute. */
  async run() {
    const main = await startMain(this.#world, this.#random);
    const slow = await startSlow(this.#world, this.#random);
    const modules = { main, slow };
    this.#booked = { main: this.#books.watch(main), slow: this.#books.watch(slow) };
    const began = performance.now();
    const isOver = () =>
      this.#made >= (this.#plan.calls ?? Infinity) || performance.now() - began >= (this.#plan.endsAfterMs ?? Infinity);
    console.log(
      '| s | calls | succeeded | failed | abandoned | refused | heap MB | RSS MB |\n|---:|---:|---:|---:|---:|---:|---:|---:|',
    );
    let broken = [];
    while (broken.length === 0 && !isOver()) {
      await this.#minute(modules, isOver);
      broken = await this.#look(modules, began);
    }
    if (broken.length === 0) broken = await this.#end(modules);
    this.#tell();
    return broken;
  }

  /** Calls at the rate that is planned, with what befalls the whole process in between. */
  async #minute(modules, isOver) {
    const { everyMs, callsPerSecond = Infinity } = this.#plan;
    const began = performance.now();
    const endsAt = began + everyMs;
    let turns = 0;
    await this.#accept(modules.main);
    const caller = async () => {
      while (performance.now() < endsAt && !isOver()) {
        const turnAt = began + ((turns += 1) / callsPerSecond) * 1_000;
        if (turnAt >= endsAt) return;
        await delay(turnAt - performance.now());
        await this.#call(modules);
      }
    };
    await Promise.all([...Array.from({ length: CONCURRENT }, caller), this.#disturb(modules, endsAt, everyMs)]);
  }

  async #call(modules) {
    const call = drawCall(this.#random);
    const id = `call-${(this.#made += 1)}`;
    this.#struck[call.number] += 1;
    this.#books.made(id, call);
    const { signal } = this.#controller;
    const error = await makeCall(modules[call.instance], call, { id, signal, random: this.#random });
    this.#books.returned(id, call, error);
  }

  /** Faults of the process: keys rotate, the wall clock jumps, the event loop stands still, a module is shut down. */
  async #disturb({ main }, endsAt, everyMs) {
    const steps = [
      () => this.#rotate(main),
      () => this.#jump(),
      () => runBatch(main, `batch-${this.#made}`),
      () => this.#shutDownBeside(),
      () => this.#rotate(main),
      () => this.#block(everyMs),
      () => this.#jump(),
      () => main.budgets.reset('poor'),
      () => runBatch(main, `batch-${this.#made}`),
    ];
    for (const step of steps) {
      await delay(everyMs / (steps.length + 2));
      if (performance.now() >= endsAt) return;
      await step();
    }
  }

  async #rotate(main) {
    const { f29, f31, f32 } = main.sources;
    for (const source of [f29, f31, f32]) source.rotate();
    await this.#accept(main);
  }

  #accept({ sources }) {
    return this.#ask({ keys: acceptedKeys(sources) });
  }

  #jump() {
    this.#struck[38] += 1;
    this.#clock.wrongByMs = Math.round((this.#random() * 2 - 1) * HOUR_MS);
  }

  #block(everyMs) {
    this.#struck[40] += 1;
    const endsAt = performance.now() + Math.min(3_000, everyMs / 10);
    while (performance.now() < endsAt);
  }

  /** A module with twenty calls under way and fifty in line is shut down: all of them end. */
  async #shutDownBeside() {
    this.#struck[39] += 1;
    const beside = await startBeside(this.#world);
    this.#books.watch(beside);
    const calls = Array.from({ length: 70 }, (_, index) => {
      const call = drawStream();
      const id = `beside-${this.#struck[39]}-${index}`;
      this.#books.made(id, call);
      return makeCall(beside, call, { id, random: this.#random });
    });
    await delay(100);
    await beside.close();
    await Promise.all(calls);
    const { openSockets, activeRequests } = beside.runtime.transport.stats;
    if (openSockets + activeRequests > 0) this.#strays.push(new Error('a module that was shut down has sockets left'));
  }

  /** A pause: every call ends, and then everything that must hold is looked at. */
  async #look({ main, slow }, began) {
    const broken = [];
    const isIdle = async () => {
      globalThis.gc();
      if (main.claude.activeCalls + slow.claude.activeCalls + slow.store.pending > 0) return false;
      return (await this.#ask({})).activeRequests === 0;
    };
    if (!(await until(isIdle, PATIENCE_MS))) {
      const { activeRequests } = await this.#ask({});
      broken.push(
        `${main.claude.activeCalls + slow.claude.activeCalls} calls and ${activeRequests} requests never ended`,
      );
    }
    if (!(await main.costs.flush())) broken.push('the ledger never took all entries');
    await slow.costs.flush();
    const { messages, overLimits } = await this.#ask({ reset: true });
    const priceOf = (model, usage) => main.costs.calculateCost(model, usage).nanoUsd;
    broken.push(
      ...(await heldBy(main, 'main')),
      ...(await heldBy(slow, 'slow')),
      ...this.#books.close(messages, priceOf),
      ...(await spendingIsBooked(main, this.#booked.main, 'main')),
      ...(await spendingIsBooked(slow, this.#booked.slow, 'slow')),
      ...ledgerIsWhole(main.ledger, this.#booked.main),
      ...ledgerIsWhole(slow.ledger, this.#booked.slow),
      ...listenersLeft(this.#controller.signal),
      ...(await this.#poorIsPoor(main)),
      ...(overLimits > 0 ? [`the API turned ${overLimits} requests away for its limits`] : []),
      ...this.#strays.map((error) => `nobody caught: ${error?.stack ?? error}`),
    );
    this.#pauses += 1;
    const { heapUsed, rss, broken: grown } = this.#memory.look(this.#pauses > 1);
    this.#row(began, heapUsed, rss);
    return [...broken, ...grown];
  }

  async #poorIsPoor({ budgets }) {
    const { spentUsd } = await budgets.get('poor');
    const { limitUsd } = BUDGETS[1];
    return spentUsd > limitUsd ? [`a hard budget of ${limitUsd} USD has spent ${spentUsd}`] : [];
  }

  #row(began, heapUsed, rss) {
    const kinds = ['succeeded', 'failed', 'abandoned', 'refused'];
    const counts = kinds.map((kind) => this.#books.outcomes[kind] ?? 0);
    const megabytes = [heapUsed, rss].map((bytes) => (bytes / 1024 / 1024).toFixed(1));
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    console.log(`| ${[seconds, this.#made, ...counts, ...megabytes].join(' | ')} |`);
  }

  /** Everything is closed: no timer, no socket may be left. */
  async #end({ main, slow }) {
    await Promise.all([main.close(), slow.close()]);
    const broken = [];
    for (const [name, { runtime }] of Object.entries({ main, slow })) {
      const { openSockets, activeRequests } = runtime.transport.stats;
      if (openSockets + activeRequests > 0) broken.push(`${name} has ${openSockets} sockets left`);
    }
    if (!(await until(() => this.#clock.held === 0, 5_000))) broken.push(`${this.#clock.held} timers are left`);
    const noConnection = async () => (await this.#ask({})).openConnections === 0;
    if (!(await until(noConnection, 5_000))) broken.push('connections are left at the API');
    const missing = this.#struck.flatMap((count, number) => (count === 0 && number !== 36 ? [number] : []));
    if (missing.length > 0) console.log(`\nNot struck in so short a time: ${missing.join(', ')}.`);
    return broken;
  }

  #tell() {
    const counts = this.#struck.map((count, number) => `${number}: ${count}`).slice(1);
    console.log(
      `\nCalls and times each fault struck (36 all along): ${counts.join(', ')}; ${this.#struck[0]} calls without.\n`,
    );
  }

  #ask(message) {
    const { child } = this.#simulator;
    return new Promise((resolve) => {
      child.once('message', resolve);
      child.send(message);
    });
  }
}
