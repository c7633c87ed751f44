import { controlArray, type EncodedProgram, type Message, wordOf, words } from "./control.ts";
import { startWorker, type WorkerThread } from "./host.ts";

declare const performance: { now(): number };

/** For how long a waiting thread watches before it sleeps, in milliseconds: about what it costs to wake it. */
const PATIENCE = 0.05;

/**
 * Worker threads that run shares of programs' steps. They start with the first program that enlists, and end
 * with the last one that leaves, or is forgotten.
 */
export class ThreadPool {
  /** All threads together, the calling one among them. */
  readonly threads: number;
  private crew: Crew | null = null;
  private readonly enlisted = new Set<number>();
  private nextId = 1;
  private reason: string | null = null;
  private readonly forgotten = new FinalizationRegistry<number>((id) => this.leave(id));

  constructor(threads: number) {
    this.threads = threads;
  }

  /** Why no program can enlist any more, if that is so. */
  get failure(): string | null {
    return this.reason;
  }

  /** Sends a program to the workers, and starts them if need be; it leaves when the member is gone. */
  enlist(program: EncodedProgram, member: object): Membership | null {
    if (this.reason !== null) return null;
    try {
      const crew = this.start();
      const id = this.nextId;
      this.nextId += 1;
      crew.send({ kind: "program", id, program });
      this.enlisted.add(id);
      this.forgotten.register(member, id, member);
      return new Membership(crew, id, () => {
        this.forgotten.unregister(member);
        this.leave(id);
      });
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** The workers. No listener of theirs may be made where a member is in scope: it would keep that alive. */
  private start(): Crew {
    this.crew ??= new Crew(this.threads, (reason) => this.fail(reason));
    return this.crew;
  }

  /** Ends the workers for good. */
  dispose(): void {
    this.stop("the backend was disposed of");
  }

  private fail(reason: string): void {
    this.stop(`a worker thread failed: ${reason}`);
  }

  private stop(reason: string): void {
    this.reason ??= reason;
    this.end();
  }

  private leave(id: number): void {
    if (!this.enlisted.delete(id)) return;
    if (this.enlisted.size === 0) this.end();
    else this.crew?.send({ kind: "forget", id });
  }

  private end(): void {
    this.crew?.end();
    this.crew = null;
    this.enlisted.clear();
  }
}

/** A program's place in a pool. */
export class Membership {
  private readonly crew: Crew;
  private readonly id: number;
  /** Takes the program off the workers. */
  readonly leave: () => void;

  constructor(crew: Crew, id: number, leave: () => void) {
    this.crew = crew;
    this.id = id;
    this.leave = leave;
  }

  /** Before the steps of a run: whether the workers are there to share them. Wakes them if they are. */
  begin(): boolean {
    return this.crew.begin(this.id);
  }

  /** Runs the shares of a split step, each on the first thread that is free, and returns when all are done. */
  share(step: number, shares: readonly (() => void)[]): void {
    this.crew.share(step, shares);
  }

  /** How many shares each worker has run, of all programs. */
  sharesRun(): number[] {
    return this.crew.sharesRun();
  }
}

/** Workers that run, and the words by which they are told what to do. */
class Crew {
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
