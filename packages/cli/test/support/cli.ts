import { run } from "../../src/run.ts";
import type { InterruptSignal, Io } from "../../src/terminal/io.ts";
import { TextStream } from "./streams.ts";

/** What a run of the program left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in this process; `interruptWhen` is asked now and then, and sends SIGINT once. */
export async function scoretape(
  argv: readonly string[],
  options: { readonly interruptWhen?: () => boolean } = {},
): Promise<Outcome> {
  const stdout = new TextStream();
  const stderr = new TextStream();
  const listeners = new Set<(signal: InterruptSignal) => void>();
  const io: Io = {
    stdout,
    stderr,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const timer = setInterval(() => {
    if (options.interruptWhen?.() !== true) return;
    for (const listener of listeners) listener("SIGINT");
    listeners.clear();
  }, 1);
  const code = await run(argv, io).finally(() => clearInterval(timer));
  return { code, stdout: stdout.text, stderr: stderr.text };
}
