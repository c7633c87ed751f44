import { Program } from "../interpret/program.ts";
import type { Pass } from "./rewriter.ts";

/** Drops equations whose results nothing uses. */
export const deadCode: Pass = {
  name: "dead code",
  run(program) {
    const live = new Set(program.outputs);
    const equations = program.equations.toReversed().filter(({ output, inputs }) => {
      if (!live.has(output)) return false;
      for (const input of inputs) live.add(input);
      return true;
    });
    const constants = program.constants.filter(({ variable }) => live.has(variable));
    return new Program(program.inputs, constants, equations.toReversed(), program.outputs);
  },
};
