import { createInterface } from "node:readline";
import { readWorkload } from "../workloads/files.ts";
import { peakMemory } from "./memory.ts";
import type { Answer, Reply, Request, Timing } from "./protocol.ts";
import type { Opener, Work } from "./work.ts";

/** Answers requests with an implementation, one at a time. */
export function servant(open: Opener): (request: Request) => Promise<Reply> {
  let work: Work | null = null;
  const prepared = (): Work => {
    if (work === null) throw new Error("nothing is prepared yet; send prepare first");
    return work;
  };
  const answer = async (request: Request): Promise<Answer<Request>> => {
    switch (request.command) {
      case "prepare": {
        work = await open(readWorkload(request.workload), request.variant);
        const { perIteration = 1, notes = [] } = work;
        return { perIteration, notes };
      }
      case "check":
        return prepared().check();
      case "run":
        return timed(prepared(), request.iterations, request.untimed ?? 0);
      case "memory":
        return { peakBytes: peakMemory() };
    }
  };
  return async (request) => {
    try {
      return { ok: true, answer: await answer(request) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  };
}

async function timed(work: Work, iterations: number, untimed: number): Promise<Timing> {
  const begin = process.cpuUsage();
  if (untimed > 0) await work.run(untimed);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work.run(iterations);
  const seconds = (performance.now() - start) / 1e3;
  return { seconds, cpuSeconds: cpuSecondsSince(cpu), turnCpuSeconds: cpuSecondsSince(begin) };
}

function cpuSecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Serves the protocol until the standard input ends. */
export async function serve(open: Opener): Promise<void> {
  // Libraries that greet their users must not disturb the replies.
  console.log = console.error;
  console.info = console.error;
  const answer = servant(open);
  for await (const line of createInterface({ input: process.stdin })) {
    const request: Request = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await answer(request))}\n`);
  }
  process.exit(0);
}
