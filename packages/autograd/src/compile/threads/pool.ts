import type { EncodedProgram } from "./control.ts";
import { Crew } from "./crew.ts";

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
