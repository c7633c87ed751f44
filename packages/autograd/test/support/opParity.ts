import fc from "fast-check";
import type { AsyncProgramBackend } from "../../src/compile/compiled.ts";
import { compile, read, type Tensor } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { batches } from "./batches.ts";
import type { Subject } from "./cases/index.ts";
import { materialize } from "./cases/opCase.ts";
import { largestDifference, scaleOf } from "./distance.ts";

/** Rounding errors of float32 for values of size 1, with room for functions of 5 ulp and other orders of sums. */
export const ROUNDING = 4e-6;

/** How an op agrees with the reference. */
export interface OpParity {
  /** The largest difference, relative to the largest element and at least 1. */
  readonly difference: number;
  /** The ops that ran on the host, though they compute float32 and nothing of theirs is empty. */
  readonly onHost: readonly string[];
}

/** Fails unless an op gives on a device what it gives eagerly on the reference kernels, in its applications. */
export function agreesWithReference(
  { name, op, cases }: Subject,
  backend: AsyncProgramBackend,
  runs: Runs,
): Promise<OpParity> {
  const applications = cases.map(({ parameters, inputs }) => ({
    f: (...x: Tensor[]): Tensor => bind(op, parameters, ...x),
    x: inputs.map((input) => materialize(input, "float32")),
  }));
  return agree(name, applications, backend, runs);
}

/** The same of an op that is applied to a batch. */
export function agreesInBatches(
  subject: Subject,
  backend: AsyncProgramBackend,
  runs: Runs,
): Promise<OpParity> {
  const applications = batches(subject, "float32").map(({ atOnce, x }) => ({ f: atOnce, x }));
  return agree(subject.name, applications, backend, runs);
}

interface Runs {
  readonly seed: number;
  readonly numRuns: number;
}

async function agree(
  name: string,
  applications: fc.Arbitrary<{ readonly f: (...x: Tensor[]) => Tensor; readonly x: readonly Tensor[] }>,
  backend: AsyncProgramBackend,
  runs: Runs,
): Promise<OpParity> {
  let worst = 0;
  const onHost = new Set<string>();
  await fc.assert(
    fc.asyncProperty(applications, async ({ f, x }) => {
      const expected = f(...x);
      const compiled = compile(f, { backend });
      const actual = await read(await compiled(...x));
      const [, host] = /on the host: (.*?)(;|$)/m.exec(compiled.explain(...x)) ?? [];
      const isForDevice = expected.dtype === "float32" && [...x, expected].every(({ size }) => size > 0);
      if (host !== undefined && isForDevice) onHost.add(host);
      compiled.dispose();
      const kinds = [actual, expected].map(({ dtype, shape }) => `${dtype} [${shape}]`);
      if (kinds[0] !== kinds[1]) throw new Error(`${name}: ${kinds[0]}, expected ${kinds[1]}`);
      const difference = largestDifference(actual.data, expected.data) / scaleOf(expected, ...x);
      if (difference > ROUNDING) {
        throw new Error(`${name}: [${actual.data}], expected [${expected.data}], off by ${difference}`);
      }
      worst = Math.max(worst, difference);
    }),
    runs,
  );
  return { difference: worst, onHost: [...onHost] };
}
