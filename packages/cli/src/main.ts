#!/usr/bin/env node
import { run } from "./run.ts";
import type { InterruptSignal } from "./terminal/io.ts";

const signals: readonly InterruptSignal[] = ["SIGINT", "SIGTERM"];

// `scoretape sample | head` closes the pipe before everything is written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(listener) {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, heard);
    };
    const heard = (signal: InterruptSignal): void => {
      stop();
      listener(signal);
    };
    for (const signal of signals) process.on(signal, heard);
    return stop;
  },
});
