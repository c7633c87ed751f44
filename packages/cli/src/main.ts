#!/usr/bin/env node
import { run } from "./run.ts";
import { onFailure } from "./terminal/output.ts";
import { onInterrupt } from "./terminal/signals.ts";

onFailure(process.stderr, () => {});
onFailure(process.stdout, (reason) => {
  process.stderr.write(`scoretape: cannot write to standard output: ${reason}\n`);
  process.exitCode ||= 2;
});

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt,
});
process.exitCode ||= code;
