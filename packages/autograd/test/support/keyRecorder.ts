import { type Backend, js, type Kernel, type Operand } from "../../src/backend.ts";
import type { Op } from "../../src/op.ts";
import {
  foldInOp,
  randomBitsOp,
  randomCategoricalOp,
  randomNormalOp,
  randomPermutationOp,
  randomRademacherOp,
  randomUniformOp,
  splitKeyOp,
} from "../../src/ops/random.ts";
import { type Key, key as keyOf } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

/** What was once done with a key. */
interface Use {
  /** The op, with its parameters. */
  readonly what: string;
  readonly draws: boolean;
  /** The functions that asked for it, from the inside, as far as the stack tells. */
  readonly by: () => readonly string[];
}

/** What is drawn again on purpose. */
export interface Expected {
  /** Functions that draw from one key more than once, so that what they compare has the same numbers. */
  readonly repeatedBy?: readonly string[];
  /** Functions that draw for the sake of shapes alone. */
  readonly discardedBy?: readonly string[];
}

/** A backend that notes every use of every key that lives on it, and keys that do. */
export class KeyRecorder {
  private readonly uses = new Map<string, Use[]>();
  readonly backend: Backend;

  constructor(name = "recorder") {
    const derives = <P extends object>(op: Op<P>) => this.noting(op, false);
    const draws = <P extends object>(op: Op<P>) => this.noting(op, true);
    this.backend = {
      name,
      foldIn: derives(foldInOp),
      splitKey: derives(splitKeyOp),
      randomBits: draws(randomBitsOp),
      randomUniform: draws(randomUniformOp),
      randomNormal: draws(randomNormalOp),
      randomRademacher: draws(randomRademacherOp),
      randomPermutation: draws(randomPermutationOp),
      randomCategorical: draws(randomCategoricalOp),
    };
  }

  /** The key of a seed, whose uses are noted, and those of all keys that come from it. */
  key(seed: number): Key {
    return this.moved(keyOf(seed));
  }

  /** The same key, noted. */
  moved(key: Key): Key {
    return tensor(key.data, { dtype: "uint32", backend: this.backend });
  }

  /** How many draws were noted. */
  get drawn(): number {
    return [...this.uses.values()].flat().filter(({ draws }) => draws).length;
  }

  /** Each way in which two draws, or a draw and another key, were made of one key, and of how many keys. */
  coincidences({ repeatedBy = [], discardedBy = [] }: Expected = {}): string[] {
    const found = new Map<string, number>();
    for (const all of this.uses.values()) {
      if (all.length < 2) continue;
      const uses = all.filter(({ by }) => !discardedBy.some((name) => by().includes(name)));
      if (uses.length < 2 || !uses.some(({ draws }) => draws)) continue;
      if (repeatedBy.some((name) => uses.every(({ by }) => by().includes(name)))) continue;
      const ways = new Set(uses.map(({ what, by }) => `${what} for ${by().slice(0, 5).join(" < ")}`));
      const text = [...ways].join("; ");
      found.set(text, (found.get(text) ?? 0) + 1);
    }
    return Array.from(found, ([text, keys]) => `${keys} keys: ${text}`);
  }

  private noting<P extends object>(op: Op<P>, draws: boolean): Kernel<P> {
    const kernel = op.kernel(js);
    if (kernel === null) throw new Error("an op on keys has a kernel");
    return (output, parameters, ...inputs: Operand[]) => {
      const key = [...(inputs[0]?.data ?? [])].join(",");
      const what = `${op.name} ${JSON.stringify(parameters)}`;
      this.uses.set(key, [...(this.uses.get(key) ?? []), { what, draws, by: origin() }]);
      kernel(output, parameters, ...inputs);
    };
  }
}

/** Where a kernel was called from; the names are made only when they are read, which takes long. */
function origin(): () => readonly string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const here = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  let known: readonly string[] | undefined;
  return () => {
    known ??= functionsOf(callsOf(here));
    return known;
  };
}

/** The calls on a stack, as they are: looking each up in a source map takes longer than all else. */
function callsOf(error: Error): readonly NodeJS.CallSite[] {
  const { prepareStackTrace } = Error;
  let calls: readonly NodeJS.CallSite[] = [];
  Error.prepareStackTrace = (_, own) => {
    calls = own;
  };
  void error.stack;
  Error.prepareStackTrace = prepareStackTrace;
  return calls;
}

/** The names of the functions on a stack outside of the engine. */
function functionsOf(calls: readonly NodeJS.CallSite[]): string[] {
  return calls.flatMap((call) => {
    const [name, file] = [call.getFunctionName(), call.getFileName() ?? ""];
    const isOutside = !/autograd\/src|keyRecorder|node_modules|node:/.test(file);
    return name !== null && name !== "" && isOutside ? [name] : [];
  });
}
