import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Modes in which some tests do more than usual: a run that looks for leaks goes all the way, more trainings are killed. */
const more: Readonly<Record<string, Record<string, string>>> = {
  long: { SCORETAPE_STEPS: "10000" },
  kill: { SCORETAPE_KILLS: "50" },
};

/** Tests that hide a GPU or take one, and those that measure what their process holds. */
const apart = ["gpu*", "gpu/**/*", "laws/hardArguments", "memory", "checkpoint", "compile/behaviour"].map(
  (name) => `packages/{autograd,score}/test/${name}.test.ts`,
);

/** Some of the tests, and how they run. */
function part(
  name: string,
  include: string[],
  options: TestProjectInlineConfiguration["test"] = {},
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...options } };
}

export default defineConfig(({ mode }) => ({
  resolve: {
    // Tests run on the sources: no build comes before them.
    alias: [
      { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
      { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
    ],
  },
  test: {
    projects: [
      // The mathematics has no hidden state: the tests of a worker share its modules.
      part("mathematics", ["packages/{autograd,score}/test/**/*.test.ts"], {
        isolate: false,
        exclude: apart,
      }),
      part("apart", apart),
      part("command", ["packages/cli/test/**/*.test.ts"], {
        setupFiles: ["packages/cli/test/support/withoutPixels.ts"],
      }),
      // The site has tools of its own: npm run site:test.
      part("others", [
        "packages/{bench,create-scoretape}/test/**/*.test.ts",
        "examples/*/test/**/*.test.ts",
        "scripts/test/*.test.ts",
      ]),
    ],
    // Most of a worker's time is that of one thread: one for each core.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: more[mode] ?? {},
  },
}));
