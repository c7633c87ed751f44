import { setImmediate } from "node:timers/promises";
import { ExpectedError } from "./expected.ts";
import type { InterruptSignal, Io } from "./io.ts";

/** The program was asked to end; what it did until then is kept. */
export class Interrupted extends ExpectedError {
  constructor(signal: InterruptSignal, message: string) {
    // 128 + the signal's number, as shells have it.
    super(message, exitCodes[signal]);
  }
}

const exitCodes: Readonly<Record<InterruptSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Whether the program was asked to end. */
export interface Interrupt {
  readonly aborted: boolean;
  /** @throws Interrupted if the program was asked to end */
  check(): void;
  /** Lets the event loop turn, so that signals are heard, and checks. */
  listen(): Promise<void>;
}

/**
 * Does work that looks at an interrupt now and then. The first signal sets it; a second one finds the
 * system's own answer, which is to end the program at once.
 *
 * @param message - Says what was kept and how to go on, when the work was cut short.
 */
export async function interruptible<T>(
  io: Io,
  message: () => string,
  work: (interrupt: Interrupt) => Promise<T>,
): Promise<T> {
  let received: InterruptSignal | undefined;
  const stopListening = io.onInterrupt((signal) => {
    received = signal;
  });
  const check = (): void => {
    if (received !== undefined) throw new Interrupted(received, message());
  };
  try {
    return await work({
      get aborted() {
        return received !== undefined;
      },
      check,
      listen: () => setImmediate().then(check),
    });
  } finally {
    stopListening();
  }
}

/**
 * A function for a long loop to await: about every 50 ms it lets the event loop turn, so that signals are
 * heard and the terminal is drawn.
 */
export function breaths(clock: () => number = () => performance.now()): () => Promise<void> | undefined {
  let last = clock();
  return () => {
    if (clock() - last < 50) return undefined;
    return setImmediate().then(() => {
      last = clock();
    });
  };
}
