// Bundles the built libraries for a browser, and checks that they need nothing from outside, and that a program pays
// only for what it imports: one that uses `grad` and `mul` carries no other op, layer or optimiser.
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The bundle of a program: its readable code, its minified size in bytes, and what it still imports.
 * @param {string} program
 * @param {{ alone?: boolean }} options whether no other package may come with it
 */
async function bundle(program, { alone = false } = {}) {
  const build = await rolldown({
    input: "program",
    cwd: root,
    platform: "browser",
    // What a main entry would depend on is to be seen as an import below.
    external: (id) => alone && !/^([./]|program$|@scoretape\/)/.test(id),
    // A package that cannot be resolved (a Node built-in, say) is to be seen as an import below.
    onLog: () => {},
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === "program" ? `${root}/program.mjs` : null),
        load: (id) => (id === `${root}/program.mjs` ? program : null),
      },
    ],
  });
  // Without its comments, with its names.
  const readable = (await build.generate({ format: "esm", minify: { mangle: false } })).output[0];
  const minified = (await build.generate({ format: "esm", minify: true })).output[0];
  await build.close();
  return {
    code: readable.code,
    bytes: Buffer.byteLength(minified.code),
    imports: [...readable.imports, ...readable.dynamicImports],
  };
}

/** @type {string[]} */
const problems = [];

/**
 * @param {string} name
 * @param {{ bytes: number, imports: string[] }} result
 */
function report(name, { bytes, imports }) {
  console.log(`${name}: ${(bytes / 1024).toFixed(1)} kB minified`);
  if (imports.length > 0) problems.push(`${name}: is not self-contained, imports ${imports.join(", ")}`);
}

const whole = await bundle(`export * from "@scoretape/autograd";`, { alone: true });
report("all of @scoretape/autograd", whole);
report("all of @scoretape/score", await bundle(`export * from "@scoretape/score";`, { alone: true }));
report("all of @scoretape/score/model", await bundle(`export * from "@scoretape/score/model";`));
report("all of @scoretape/score/export", await bundle(`export * from "@scoretape/score/export";`));
report("all of @scoretape/score/images", await bundle(`export * from "@scoretape/score/images";`));
report("all of @scoretape/score/synthetic", await bundle(`export * from "@scoretape/score/synthetic";`));
report("all of @scoretape/score/tables", await bundle(`export * from "@scoretape/score/tables";`));

const small = await bundle(
  `import { grad, mul, tensor } from "@scoretape/autograd"; export const slope = grad((x) => mul(x, x))(tensor(3)).item();`,
);
report("grad and mul", small);
// The bundle is a program that works: d(x²)/dx = 6 at 3.
const { slope } = await import(`data:text/javascript,${encodeURIComponent(small.code)}`);
if (slope !== 6) problems.push(`grad and mul: the slope of x² at 3 came out as ${slope}, not 6`);

// Words that stand in the code of other ops and parts, as names or in their messages, and so in the whole.
for (const word of ["tanh", "softplus", "cumsum", "einsum", "matmul", "adam", "philox", "mlp"]) {
  const found = new RegExp(`\\b${word}`, "i");
  if (!found.test(whole.code))
    problems.push(`the word ${word} is nowhere in the engine: look for another one`);
  if (found.test(small.code)) problems.push(`grad and mul: carries ${word}`);
}
if (small.bytes > 0.4 * whole.bytes) {
  problems.push(`grad and mul: ${small.bytes} of ${whole.bytes} bytes, more than 40 %`);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
