#!/usr/bin/env node
import { terminal } from "./questions.ts";
import { run } from "./run.ts";

process.stderr.on("error", () => {});
process.stdout.on("error", (error) => {
  // A reader that has seen enough is no error.
  if ("code" in error && error.code === "EPIPE") return;
  process.stderr.write(`create-scoretape: cannot write to standard output: ${error.message}\n`);
  process.exitCode ||= 2;
});

const questions =
  process.stdin.isTTY && process.stdout.isTTY ? terminal(process.stdin, process.stdout) : undefined;
const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  ...(questions === undefined ? {} : { ask: questions.ask }),
  agent: process.env.npm_config_user_agent ?? "npm",
});
process.exitCode ||= code;
questions?.close();
