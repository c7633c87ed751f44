import { expect, test } from "vitest";
import type { Candidate } from "../src/implementations/candidate.ts";
import { measure, type Stage } from "../src/measure/rounds.ts";
import { measureStarts } from "../src/measure/starts.ts";
import type { Connection } from "../src/worker/connection.ts";
import type { Answer, Request } from "../src/worker/protocol.ts";
import { tiny } from "./support/work.ts";

const reference = { values: [1, 0.5], gradientNorms: [2] };
const task = { workload: tiny("W1").workload, folder: "/nowhere", reference };
const effort = { rounds: 4, roundSeconds: 0.1, warmUpSeconds: 10, starts: 2, roofSeconds: 0 };

const candidate = (variant: string): Candidate => ({
  id: `scoretape/${variant}`,
  family: "scoretape",
  variant,
  title: variant,
  handles: () => true,
  quick: () => true,
  launch: variant === "absent" ? { absent: "not here" } : { command: variant, args: [] },
});

/** Workers that take 20 ms for an iteration, and tell of each request. */
function stageOf(
  told: string[],
  answers: Partial<Record<string, (request: Request, count: number) => unknown>>,
): Stage {
  return {
    log: () => {},
    connect: ({ command: name }) => {
      let runs = 0;
      const answer = (request: Request): unknown => {
        if (request.command === "run") runs += 1;
        const special = answers[name]?.(request, runs);
        if (special !== undefined) return special;
        switch (request.command) {
          case "prepare":
            return { perIteration: 1, notes: [] };
          case "check":
            return reference;
          case "run":
            return { seconds: 0.02 * request.iterations, cpuSeconds: 0.04 * request.iterations };
          case "memory":
            return { peakBytes: 50e6 };
        }
      };
      const connection: Connection = {
        async ask<R extends Request>(request: R): Promise<Answer<R>> {
          told.push(`${name} ${request.command}${request.command === "run" ? ` ${request.iterations}` : ""}`);
          return answer(request) as Answer<R>;
        },
        close: async () => {
          told.push(`${name} close`);
        },
      };
      return connection;
    },
  };
}

test("all work in turn, and who comes first moves on", async () => {
  const told: string[] = [];
  const { results, othersLoad } = await measure(
    task,
    ["a", "b", "c"].map(candidate),
    effort,
    stageOf(told, {}),
  );
  const inRounds = told.slice(told.lastIndexOf("c check") + 1).filter((line) => line.endsWith("run 5"));
  // The last three of c's warm-up blocks are of five iterations; then come the rounds.
  expect(inRounds.slice(3).map((line) => line[0])).toEqual([..."abc", ..."bca", ..."cab", ..."abc"]);
  expect(told.slice(-3)).toEqual(["a close", "b close", "c close"]);
  expect(othersLoad).toHaveLength(4);
  for (const result of results) {
    expect(result).toMatchObject({ status: "measured", settled: true, repetitions: 5 });
    if (result.status === "measured") {
      expect(result.seconds).toEqual([0.02, 0.02, 0.02, 0.02]);
      expect(result.processors).toBeCloseTo(2, 9);
    }
  }
});

test("what does the work several times in an iteration is told its share", async () => {
  const stage = stageOf([], {
    a: ({ command }) => (command === "prepare" ? { perIteration: 10, notes: [] } : undefined),
  });
  const { results } = await measure(task, [candidate("a")], effort, stage);
  expect(results[0]).toMatchObject({ repetitions: 50, seconds: [0.002, 0.002, 0.002, 0.002] });
});

test("what is absent, differs or breaks has no time and a reason; the others go on", async () => {
  const told: string[] = [];
  const stage = stageOf(told, {
    wrong: ({ command }) => (command === "check" ? { values: [1, 0.6], gradientNorms: [2] } : undefined),
    breaks: ({ command }, runs) => {
      if (command === "run" && runs === 6) throw new Error("worn out");
      return undefined;
    },
  });
  const names = ["absent", "wrong", "breaks", "fine"];
  const { results } = await measure(task, names.map(candidate), effort, stage);
  const said = Object.fromEntries(
    results.map((result) => [result.title, "reason" in result ? result.reason : ""]),
  );
  expect(said).toEqual({
    absent: "not here",
    wrong: "computes something else: losses: number 2 is 0.6, not 0.5",
    breaks: "worn out",
    fine: "",
  });
  expect(told).not.toContain("wrong run 1");
  expect(results.find(({ title }) => title === "fine")).toMatchObject({ seconds: [0.02, 0.02, 0.02, 0.02] });
});

test("starts are repeated in turn, each with 300 steps", async () => {
  const told: string[] = [];
  const found = await measureStarts("/nowhere", ["a", "absent", "b"].map(candidate), 2, stageOf(told, {}));
  const once = (name: string): string[] =>
    ["prepare", "run 1", "run 299", "memory", "close"].map((request) => `${name} ${request}`);
  expect(told).toEqual([...once("a"), ...once("b"), ...once("a"), ...once("b")]);
  expect(found.map(({ peakBytes, reason }) => [peakBytes, reason])).toEqual([
    [[50e6, 50e6], undefined],
    [[], "absent: not here"],
    [[50e6, 50e6], undefined],
  ]);
});
