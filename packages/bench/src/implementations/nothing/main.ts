import { peakMemory } from "../../worker/memory.ts";

// A process that computes nothing, for comparison: what Node itself takes to start, and its memory.
process.stdin.on("data", (chunk: Buffer) => {
  const lines = chunk
    .toString()
    .split("\n")
    .filter((line) => line !== "");
  for (const _ of lines) {
    const done = { perIteration: 1, notes: [], seconds: 0, cpuSeconds: 0, turnCpuSeconds: 0 };
    const answer = { ...done, peakBytes: peakMemory() };
    process.stdout.write(`${JSON.stringify({ ok: true, answer })}\n`);
  }
});
