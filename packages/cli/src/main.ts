#!/usr/bin/env node
import { run } from "./run.ts";
import { onInterrupt } from "./terminal/signals.ts";

// `scoretape sample | head` closes the pipe before everything is written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt,
});
