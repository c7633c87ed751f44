import { type Iteration, outputsOf, Program, type Variable } from "../../interpret/program.ts";
import type { Pass } from "./rewriter.ts";

/** Drops equations whose results nothing uses. */
export const deadCode: Pass = {
  name: "dead code",
  run(program) {
    const live = new Set(program.outputs);
    const equations = program.equations.toReversed().flatMap((equation) => {
      if (!outputsOf(equation).some((output) => live.has(output))) return [];
      for (const input of equation.inputs) live.add(input);
      return "body" in equation ? withoutDeadRows(equation, live) : equation;
    });
    const constants = program.constants.filter(({ variable }) => live.has(variable));
    const isWhole =
      constants.length === program.constants.length &&
      equations.length === program.equations.length &&
      equations.every((equation, i) => equation === program.equations.at(-1 - i));
    if (isWhole) return program;
    return new Program(program.inputs, constants, equations.toReversed(), program.outputs);
  },
};

/** A loop without the rows that nothing reads. */
function withoutDeadRows(loop: Iteration, live: ReadonlySet<Variable>): Iteration {
  const isRead = (i: number): boolean => {
    const output = loop.outputs[i];
    return i < loop.carries || (output !== undefined && live.has(output));
  };
  const { inputs, constants, equations, outputs } = loop.body;
  const read = outputs.filter((_, i) => isRead(i));
  if (read.length === outputs.length) return loop;
  const body = deadCode.run(new Program(inputs, constants, equations, read));
  return { ...loop, body, outputs: loop.outputs.filter((_, i) => isRead(i)) };
}
