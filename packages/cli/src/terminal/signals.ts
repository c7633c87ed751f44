import type { InterruptSignal } from "./io.ts";

const signals: readonly InterruptSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Calls the listener at the next signal that asks the program to end, once, and then leaves signals to the system,
 * so that a second one ends the program at once. Returns a function that takes the listener away.
 */
export function onInterrupt(listener: (signal: InterruptSignal) => void): () => void {
  const stop = (): void => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = (signal: InterruptSignal): void => {
    stop();
    listener(signal);
  };
  for (const signal of signals) process.on(signal, heard);
  return stop;
}
