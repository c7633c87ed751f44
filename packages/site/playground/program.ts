import type { Job } from "./learning.ts";
import type { Source } from "./state.ts";
import { hasOwnProbes, wishesOf } from "./wishes.ts";

const quoted = (value: unknown): string => JSON.stringify(value);

/** Numbers in lines that can be read. */
function lines(numbers: readonly number[]): string {
  const all: string[] = [];
  for (let i = 0; i < numbers.length; i += 12) all.push(`  ${numbers.slice(i, i + 12).join(", ")},`);
  return all.join("\n");
}

function rowsOf(source: Source, seed: number): string {
  if (source.kind === "points") {
    const [x, y] = source.values;
    return `const columns = ${quoted(source.columns)};
const points = Float64Array.of(
${lines(x.flatMap((value, i) => [value, y[i] ?? 0]))}
);
const values = tensor(points, { shape: [${x.length}, 2] });
const [units, set] = [[], null];`;
  }
  const rows =
    source.name === "old-faithful" ? "set.rows()" : `set.sample(keysOf(${seed}).rows, ${source.rows})`;
  const found = source.name === "old-faithful" ? "data.oldFaithful" : `data.byName(${quoted(source.name)})`;
  return `const set = ${found};
const { columns, units = [] } = set;
const values = cast(${rows}, "float64");`;
}

/** A program of the library that carries out a training as the playground does, to the same losses bit by bit. */
export function programOf({ source, settings }: Job): string {
  const isSet = source.kind === "set";
  const own = hasOwnProbes(settings);
  const { loss, law, probes, seed } = settings;
  const wishes = Object.entries(wishesOf(settings, source))
    .map(([name, value]) => `    ${name}: ${Array.isArray(value) ? `[${value.join(", ")}]` : quoted(value)},`)
    .join("\n");
  const engine = isSet ? ["cast"] : ["tensor"];
  const score = [
    ...(isSet ? ["data"] : []),
    ...(own ? ["noiseLevelObjective", "probes"] : []),
    "selected",
    "train",
  ];
  const model = [
    "describe",
    "fingerprint",
    "keysOf",
    "modelOf",
    ...(own ? ["noiseLevels"] : []),
    "saveModel",
    "trainingOf",
  ];
  return `// ${source.kind === "set" ? source.name : JSON.stringify(source.name)}, as the playground of scoretape trains on it. In an empty folder:
//   npm init -y && npm pkg set type=module && npm install @scoretape/autograd @scoretape/score
//   node THIS-FILE
import { writeFile } from "node:fs/promises";
import { ${engine.join(", ")} } from "@scoretape/autograd";
import { ${score.join(", ")} } from "@scoretape/score";
import { ${model.join(", ")} } from "@scoretape/score/model";

${rowsOf(source, seed)}
const rows = ${isSet ? "values.shape[0] ?? 0" : source.values[0].length};
const sha256 = fingerprint({ columns, values });
const description = describe(
  { data: { kind: ${isSet ? '"set"' : '"file"'}, name: ${quoted(source.name)}, rows, sha256 }, columns, units, values, set },
  {
${wishes}
  },
);
const training = trainingOf(description, values);
${
  own
    ? `const objective = noiseLevelObjective(${quoted(loss)}, noiseLevels(description.settings), {
  probes: (key, [n = 0, d = 0]) => probes.${law}(key, [${probes}, n, d]),
});
const state = await train({ ...training, objective });`
    : "const state = await train(training);"
}
console.log(\`\${state.step} steps, loss \${state.history.losses.at(-1)}\`);
await writeFile("model.safetensors", saveModel(description, state));

const samples = modelOf(description, selected(state)).sample(keysOf(${seed}).sampling, 1000);
console.log(samples.shape);
`;
}
