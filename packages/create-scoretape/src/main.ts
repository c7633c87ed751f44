#!/usr/bin/env node
import { terminal } from "./questions.ts";
import { run } from "./run.ts";

const questions =
  process.stdin.isTTY && process.stdout.isTTY ? terminal(process.stdin, process.stdout) : undefined;
process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  ...(questions === undefined ? {} : { ask: questions.ask }),
  agent: process.env.npm_config_user_agent ?? "npm",
});
questions?.close();
