import { expose } from "comlink";
import { failureOf, runProgram } from "../program.ts";

const modules = {
  "@scoretape/autograd": () => import("@scoretape/autograd"),
  "@scoretape/score": () => import("@scoretape/score"),
  "@scoretape/score/model": () => import("@scoretape/score/model"),
};

// A worker of its own: it carries all that a program may name.
expose({
  async run(source: string, site: string, begin: () => void, print: (line: string) => void): Promise<string> {
    try {
      await runProgram(source, {
        modules,
        begin,
        print,
        fetch: (address) => fetch(new URL(address, site)),
      });
      return "";
    } catch (reason) {
      return failureOf(reason);
    }
  },
});
