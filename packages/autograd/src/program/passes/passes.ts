import { Program } from "../../interpret/program.ts";
import { algebra } from "./algebra.ts";
import { commonSubexpressions } from "./commonSubexpressions.ts";
import { foldConstants, splats } from "./constants.ts";
import { deadCode } from "./deadCode.ts";
import { repetition } from "./repetition.ts";
import type { Pass } from "./rewriter.ts";
import { sharedProducts } from "./sharedProducts.ts";

/** Which of the optimisations run; all of them unless switched off. */
export interface PassOptions {
  readonly deadCode?: boolean;
  readonly constants?: boolean;
  readonly algebra?: boolean;
  /** Takes what is repeated into a matrix product once: other orders of sums. */
  readonly repetition?: boolean;
  readonly commonSubexpressions?: boolean;
}

/** A program and what the pass before it was. */
export interface Stage {
  readonly name: string;
  readonly program: Program;
}

/** Rewrites that enable each other run at most this many times; programs settle in two. */
const ROUNDS = 3;

/** The passes of a round, in their order. */
function roundOf(options: PassOptions): Pass[] {
  return [
    ...((options.constants ?? true) ? [foldConstants] : []),
    ...((options.algebra ?? true) ? [algebra] : []),
    ...((options.repetition ?? true) ? [repetition, sharedProducts] : []),
    ...((options.commonSubexpressions ?? true) ? [commonSubexpressions] : []),
    ...((options.deadCode ?? true) ? [deadCode] : []),
  ];
}

/** The program after each pass, the captured one first; rounds end where one has nothing to do. */
export function optimize(program: Program, options: PassOptions = {}): Stage[] {
  const stages: Stage[] = [{ name: "capture", program }];
  let current = withBodies(program, options);
  if (current !== program) stages.push({ name: "loop bodies", program: current });
  const changes = (pass: Pass): boolean => {
    const before = current;
    current = pass.run(before);
    stages.push({ name: pass.name, program: current });
    return current !== before;
  };
  if (options.constants ?? true) changes(splats);
  const round = roundOf(options);
  for (let i = 0; i < ROUNDS; i++) if (!round.map(changes).includes(true)) break;
  return stages;
}

/** The program with the bodies of its loops optimised. */
function withBodies(program: Program, options: PassOptions): Program {
  const { inputs, constants, equations, outputs } = program;
  if (!equations.some((equation) => "body" in equation)) return program;
  const optimized = equations.map((equation) => {
    if (!("body" in equation)) return equation;
    return { ...equation, body: optimize(equation.body, options).at(-1)?.program ?? equation.body };
  });
  return new Program(inputs, constants, optimized, outputs);
}
