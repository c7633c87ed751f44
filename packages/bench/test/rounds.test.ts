import { expect, test } from "vitest";
import type { Candidate, Family } from "../src/implementations/candidate.ts";
import { measure, type Stage } from "../src/measure/rounds.ts";
import { measureStarts } from "../src/measure/starts.ts";
import type { Connection } from "../src/worker/connection.ts";
import type { Answer, Request, Timing } from "../src/worker/protocol.ts";
import { tiny } from "./support/work.ts";

const reference = { values: [1, 0.5], gradientNorms: [2] };
const task = { workload: tiny("W1").workload, folder: "/nowhere", reference };
const effort = {
  rounds: 4,
  leadInSeconds: 0.05,
  roundSeconds: 0.1,
  warmUpSeconds: 10,
  starts: 2,
  roofSeconds: 0,
};

const candidate = (variant: string, family: Family = "scoretape"): Candidate => ({
  id: `${family}/${variant}`,
  family,
  variant,
  title: variant,
  handles: () => true,
  quick: () => true,
  launch: variant === "absent" ? { absent: "not here" } : { command: variant, args: [] },
});

/** The command, and of a run how often, after how many untimed. */
const wordsOf = (request: Request): string[] =>
  request.command === "run"
    ? ["run", `${request.untimed === undefined ? "" : `${request.untimed}+`}${request.iterations}`]
    : [request.command];

/** Two threads that take so many seconds for an iteration. */
function timing(each: number, { iterations, untimed = 0 }: Extract<Request, { command: "run" }>): Timing {
  return {
    seconds: each * iterations,
    cpuSeconds: 2 * each * iterations,
    turnCpuSeconds: 2 * each * (untimed + iterations),
  };
}

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
            return timing(0.02, request);
          case "memory":
            return { peakBytes: 50e6 };
        }
      };
      const connection: Connection = {
        async ask<R extends Request>(request: R): Promise<Answer<R>> {
          told.push([name, ...wordsOf(request)].join(" "));
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
    ["a", "b", "c"].map((name) => candidate(name)),
    effort,
    stageOf(told, {}),
  );
  // c is the last to warm up: by one iteration, and then four blocks like its turns.
  const warming = told.lastIndexOf("c check") + 1;
  expect(told.slice(warming, warming + 5)).toEqual(["c run 0+1", ...Array(4).fill("c run 0+5")]);
  // An iteration takes 20 ms: three are untimed, five are timed.
  const inRounds = told.slice(warming + 5, -3);
  const order = [..."abc", ..."bca", ..."cab", ..."abc"];
  expect(inRounds).toEqual(order.map((name) => `${name} run 3+5`));
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

test("the slow take part in every second round, after no lead-in where an iteration is long", async () => {
  const told: string[] = [];
  const takes = (seconds: number) => (request: Request) =>
    request.command === "run" ? timing(seconds, request) : undefined;
  const stage = stageOf(told, {
    cousin: takes(0.07),
    other: takes(0.3),
    ratio: takes(0.401),
    turn: takes(2.5),
  });
  const some = [candidate("fine"), candidate("cousin"), candidate("other", "GPU.js")];
  const all = [...some, candidate("ratio", "JAX"), candidate("turn", "NumPy")];
  const { results } = await measure(task, all, effort, stage);
  const rounds = Object.fromEntries(
    results.map((result) => [result.title, result.status === "measured" ? result.rounds : []]),
  );
  expect(rounds).toEqual({
    fine: [0, 1, 2, 3],
    cousin: [0, 2],
    other: [0, 1, 2, 3],
    ratio: [0, 2],
    turn: [0, 2],
  });
  expect(told.filter((line) => line === "turn run 0+1")).toHaveLength(7);
  expect(told).toContain("ratio run 1+1");
});

test("a warm-up ends when it makes nothing faster, whatever single blocks meet", async () => {
  const blocks = async (milliseconds: readonly number[]) => {
    let count = 0;
    const stage = stageOf([], {
      a: (request) =>
        request.command === "run" ? timing((milliseconds[count++] ?? 1) / 1e3, request) : undefined,
    });
    const { results } = await measure(task, [candidate("a")], { ...effort, rounds: 1 }, stage);
    expect(results[0]).toMatchObject({ settled: true });
    return count - 1;
  };
  expect(await blocks([50, 10, 10, 10, 10, 10])).toBe(6);
  expect(await blocks([50, 10, 14, 10, 18, 10.2])).toBe(6);
  expect(await blocks([50, 40, 30, 20, 10, 5, 5, 5, 5, 5])).toBe(10);
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
  const { results } = await measure(
    task,
    names.map((name) => candidate(name)),
    effort,
    stage,
  );
  const said = Object.fromEntries(
    results.map((result) => [result.title, "reason" in result ? result.reason : ""]),
  );
  expect(said).toEqual({
    absent: "not here",
    wrong: "computes something else: losses: number 2 is 0.6, not 0.5",
    breaks: "worn out",
    fine: "",
  });
  expect(told.filter((line) => line.startsWith("wrong run"))).toEqual([]);
  expect(results.find(({ title }) => title === "fine")).toMatchObject({ seconds: [0.02, 0.02, 0.02, 0.02] });
});

test("starts are repeated in turn, each with 300 steps", async () => {
  const told: string[] = [];
  const found = await measureStarts(
    "/nowhere",
    ["a", "absent", "b"].map((name) => candidate(name)),
    2,
    stageOf(told, {}),
  );
  const once = (name: string): string[] =>
    ["prepare", "run 1", "run 299", "memory", "close"].map((command) => `${name} ${command}`);
  expect(told).toEqual([...once("a"), ...once("b"), ...once("a"), ...once("b")]);
  expect(found.map(({ peakBytes, reason }) => [peakBytes, reason])).toEqual([
    [[50e6, 50e6], undefined],
    [[], "absent: not here"],
    [[50e6, 50e6], undefined],
  ]);
});
