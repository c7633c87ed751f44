import { controlArray, type Message, wordOf, words } from "./control.ts";
import { startWorker, type WorkerThread } from "./host.ts";

declare const performance: { now(): number };

/**
 * For how long a waiting thread watches before it sleeps, in milliseconds: a few times what it costs to wake it,
 * and longer than a training loop pauses between two runs.
 */
const PATIENCE = 0.1;

/** Workers that run, and the words by which they are told what to do. */
export class Crew {
  private readonly control: Int32Array;
  private readonly workers: readonly WorkerThread[];
  private readonly canSleep: boolean;
  private sent = 0;
  private isOver = false;

  constructor(threads: number, failed: (reason: string) => void) {
    this.control = controlArray(threads);
    this.canSleep = maySleep(this.control);
    const workers: WorkerThread[] = [];
    this.workers = workers;
    try {
      for (let thread = 1; thread < threads; thread++) workers.push(startWorker(failed));
    } catch (error) {
      this.end();
      throw error;
    }
    const { control } = this;
    this.sendEach((thread) => ({ kind: "begin", control, words, thread, threads, patience: PATIENCE }));
  }

  send(message: Message): void {
    this.sendEach(() => message);
  }

  /** Workers hear of a message by the words, and go to receive it: they hold no event loop while they serve. */
  private sendEach(messageFor: (thread: number) => Message): void {
    this.sent += 1;
    this.workers.forEach((worker, i) => {
      worker.send(messageFor(i + 1));
    });
    Atomics.store(this.control, words.sent, this.sent);
    this.publish();
  }

  begin(program: number): boolean {
    const { control, workers, sent } = this;
    if (this.isOver) return false;
    for (let thread = 1; thread <= workers.length; thread++) {
      if (Atomics.load(control, wordOf(thread, "handled")) !== sent) return false;
    }
    Atomics.store(control, words.program, program);
    if (Atomics.load(control, words.sleepers) > 0) this.publish();
    return true;
  }

  share(step: number, shares: readonly (() => void)[]): void {
    const { control } = this;
    Atomics.store(control, words.step, step);
    Atomics.store(control, words.pending, shares.length);
    for (let i = 0; i < shares.length; i++) Atomics.store(control, wordOf(i, "free"), 1);
    this.publish();
    let own = 0;
    try {
      for (let i = 0; i < shares.length; i++) {
        if (Atomics.compareExchange(control, wordOf(i, "free"), 1, 0) === 0) continue;
        own += 1;
        shares[i]?.();
      }
    } finally {
      if (Atomics.sub(control, words.pending, own) !== own) this.join();
    }
    if (Atomics.exchange(control, words.failed, 0) !== 0) {
      throw new Error("compile: a kernel failed in a worker thread");
    }
  }

  sharesRun(): number[] {
    return this.workers.map((_, i) => Atomics.load(this.control, wordOf(i + 1, "ran")));
  }

  end(): void {
    this.isOver = true;
    for (const worker of this.workers) worker.end();
  }

  private publish(): void {
    const { control } = this;
    Atomics.add(control, words.generation, 1);
    if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.generation);
  }

  /** Waits until nothing is pending. */
  private join(): void {
    const { control } = this;
    let until = 0;
    for (let i = 1; Atomics.load(control, words.pending) > 0; i++) {
      if (i % 256 !== 0 || !this.canSleep) continue;
      const now = performance.now();
      if (until === 0) until = now + PATIENCE;
      if (now < until) continue;
      Atomics.store(control, words.joining, 1);
      const pending = Atomics.load(control, words.pending);
      if (pending > 0) Atomics.wait(control, words.pending, pending);
      Atomics.store(control, words.joining, 0);
    }
  }
}

/** Whether this thread may sleep: the main thread of a page may not. */
function maySleep(control: Int32Array): boolean {
  try {
    Atomics.wait(control, words.pending, 1, 0);
    return true;
  } catch {
    return false;
  }
}
