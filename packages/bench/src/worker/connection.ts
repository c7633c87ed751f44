import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Answer, Reply, Request } from "./protocol.ts";

/** A worker that answers requests, one at a time. */
export interface Connection {
  /** @throws Error with the worker's reason, when it refuses, ends, or does not answer in so many seconds */
  ask<R extends Request>(request: R, limitSeconds: number): Promise<Answer<R>>;
  /** Ends the worker. */
  close(): Promise<void>;
}

/** How to start a worker. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** Of what a worker writes to its standard error so much is kept, for messages. */
const KEPT = 2000;

/** Starts a worker in a process of its own. */
export function startWorker({ command, args }: Launch): Connection {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  return new ProcessConnection(child);
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

class ProcessConnection implements Connection {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #waiting: Waiting | null = null;
  #complaints = "";
  #end: string | null = null;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.on("data", (chunk: Buffer) => {
      this.#complaints = `${this.#complaints}${chunk.toString()}`.slice(-KEPT);
    });
    // A worker that is gone is told of by its end, not by the pipe.
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.#receive(line));
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => this.#finish(`cannot start: ${error.message}`, resolve));
      child.once("close", (code, signal) => {
        this.#finish(`ended with ${signal ?? `code ${code}`}${lastLine(this.#complaints)}`, resolve);
      });
    });
  }

  async ask<R extends Request>(request: R, limitSeconds: number): Promise<Answer<R>> {
    if (this.#end !== null) throw new Error(this.#end);
    if (this.#waiting !== null)
      throw new Error(`${request.command}: the worker still works on another request`);
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${request.command}: no answer in ${limitSeconds} s`));
        this.#child.kill("SIGKILL");
      }, 1e3 * limitSeconds);
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.#waiting = null;
        then();
      };
      this.#waiting = {
        resolve: (answered) => settle(() => resolve(answered)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    if (!reply.ok) throw new Error(reply.error);
    return reply.answer as Answer<R>;
  }

  async close(): Promise<void> {
    if (this.#end !== null) return;
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await this.#ended;
    clearTimeout(timer);
  }

  #receive(line: string): void {
    let reply: Reply;
    try {
      reply = JSON.parse(line);
    } catch {
      this.#complaints = `${this.#complaints}${line}\n`.slice(-KEPT);
      return; // a greeting, not a reply
    }
    this.#waiting?.resolve(reply);
  }

  #finish(end: string, resolve: () => void): void {
    this.#end ??= end;
    this.#waiting?.reject(new Error(this.#end));
    resolve();
  }
}

/** The line of a trace that tells the reason: the last that is not empty. */
function lastLine(complaints: string): string {
  const line = complaints
    .split("\n")
    .findLast((text) => text.trim() !== "" && !/^\s+at |^Node\.js v/.test(text));
  return line === undefined ? "" : `: ${line.trim()}`;
}
