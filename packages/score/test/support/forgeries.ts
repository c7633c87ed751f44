/** For each field of a model's file, values that it may not have. A test asks for an entry for every field. */
export type Forgeries = Readonly<Record<string, readonly unknown[]>>;

const noNumber = [null, "1", [], {}, true];
const noText = [null, 1, [], {}];
const noList = [null, 1, "a", {}];
const noSha = [...noText, "", "f".repeat(63), "g".repeat(64), "F".repeat(64), `${"f".repeat(64)}\n`];
const control = ["a\u0000b", "a\u001bb", "a\ud800b"];
const noCount = [...noNumber, 0, -1, 1.5, 2 ** 53, 1e300];
const noFraction = [...noNumber, -0.1, 1, 2];
const noNoise = [...noNumber, 0, -1, 1e-16, 1e16, 1e300];
const deep: unknown = JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`);
const many = (value: unknown): unknown[] => Array.from({ length: 100_001 }, () => value);

const columns = [
  ...noList,
  [],
  [1, 2],
  ["a", ""],
  ["a", ...control.slice(0, 1)],
  ["a"],
  ["a", "b", "c"],
  deep,
  many("a"),
];
const units = [...noList, ["m"], ["m", "m", "m"], [1, 2], deep, many("m")];
const mean = [...noList, [], [1], [1, 2, 3], [1, "2"], [1, null], deep, many(1)];
const deviation = [...mean, [1, 0], [1, -1]];
const hidden = [
  ...noList,
  [0],
  [-1],
  [1.5],
  [2 ** 20 + 1],
  ["8"],
  [5],
  [5, 4],
  [3, 5],
  [5, 3, 2],
  [2 ** 20, 2 ** 20],
  deep,
  many(5),
];

const noNames = [...noList, [], [1], [null], deep];

const gaps = [...noList, [], [0.5], [0.1, -0.1], [0.1, 1.1], [0.1, "0"], deep, many(0.5)];

/** How the file was read; all of it optional. */
const reading = {
  "reading.columns": noNames,
  "reading.comment": [...noText, "", " ", "1", "a\nb"],
  "reading.decimal": [...noText, "", "'", ";"],
  "reading.delimiter": [...noText, "", ";;", "x", "\n"],
  "reading.drop": noNames,
  "reading.encoding": [...noText, ""],
  "reading.gaps": [...noText, "", "hold"],
  "reading.header": [null, 1, "true", [], {}],
  "reading.ignore": noNames,
  "reading.missing": noNames,
};

/** How samples are written; all of it optional. */
const writing = {
  "writing.decimal": reading["reading.decimal"],
  "writing.delimiter": reading["reading.delimiter"],
};

const settings = {
  "settings.batch": [...noCount, 2 ** 31],
  "settings.ema": noFraction,
  "settings.learningRate": [...noNumber, 0, -1],
  "settings.levels": [...noCount, 1, 100_001],
  "settings.loss": [...noText, "", "likelihood", "toString"],
  "settings.seed": [...noNumber, -1, 0.5, 2 ** 53],
  "settings.sigmaMax": [...noNoise, 0.1, 0.05],
  "settings.sigmaMin": [...noNoise, 3, 4],
  "settings.validation": noFraction,
};

/** Those that version 1 did not have. */
const later = {
  "settings.patience": [...noNumber, -1, 0.5, 2 ** 53],
  "settings.refit": [null, 1, "true", [], {}],
  "settings.testFraction": noFraction,
  "settings.weightDecay": [...noNumber, -1],
};

/** What a U-Net has and a perceptron has not. */
export const ofUnet = {
  "network.block": [...noCount, 2 ** 15 + 1],
  "network.channels": [...noList, [], [0], [-1], [1.5], ["8"], [2 ** 20, 2 ** 20], deep, many(1)],
  "network.features": [...noCount, 2 ** 20 + 1],
};

const real = (name: string): object => ({ name, kind: "real" });
const score = { values: [1, 2], shares: [0.1, 0.9] };
/** Schemas of two columns of which the first is none. */
const ofLength = [
  {},
  { kind: "complex" },
  { kind: "real", low: 1 },
  { kind: "real", decimals: 1.5 },
  { kind: "real", decimals: 21 },
  { kind: "real", marginal: {} },
  { kind: "real", marginal: { ...score, values: [2, 1] } },
  { kind: "real", marginal: { ...score, values: [1, 1] } },
  { kind: "real", marginal: { ...score, shares: [0, 0.9] } },
  { kind: "real", marginal: { ...score, shares: [0.9, 0.1] } },
  { kind: "real", marginal: { values: [1, 1, 1, 2], shares: [0.1, 0.2, 0.3, 0.4] } },
  { kind: "positive", marginal: { ...score, values: [0, 1] } },
  { kind: "bounded", low: 0 },
  { kind: "bounded", low: 1, high: 1 },
  { kind: "bounded", low: 0, high: "1" },
  { kind: "bounded", low: 0, high: 1.5, marginal: score },
  { kind: "integer", values: [1, 2] },
  { kind: "integer", shares: [1] },
  { kind: "integer", values: [2, 1], shares: [0.5, 0.5] },
  { kind: "integer", values: [1, 2], shares: [0.5, 0] },
  { kind: "integer", values: [1, 2], shares: [1] },
  { kind: "integer", values: [1], shares: [1], low: 0 },
  { kind: "integer", scale: "log" },
  { kind: "integer", low: 0.5 },
  { kind: "integer", low: 2, high: 1 },
  { kind: "category", labels: ["a"] },
  { kind: "category", labels: ["a", "a"], shares: [0.5, 0.5] },
  { kind: "category", labels: [1], shares: [1] },
  { kind: "category", labels: [], shares: [] },
  { kind: "category", labels: ["a", "b"], shares: [0.5, 0.5], margin: 0.5 },
  { kind: "category", labels: ["a", "b"], shares: [0.5, 0.5], margin: "3" },
  { kind: "integer", margin: 3 },
  { kind: "real", marginal: { values: [0, 0, 1], shares: [0, 0.5, 0.9], margin: 9 } },
  { kind: "real", marginal: { values: [0, 0, 1], shares: [0, 0.5, 0.9], margins: 3 } },
  { kind: "date" },
  { kind: "date", format: "MM-DD" },
  { kind: "date", format: "DD-MM" },
].map((column) => [{ name: "length", ...column }, real("width, in mm")]);

/** The description of the fixture of version 2. */
export const forgeries: Forgeries = {
  schema: [
    ...noList,
    [],
    [real("length")],
    [real("width, in mm"), real("length")],
    ...ofLength,
    deep,
    many(real("length")),
  ],
  classes: [...noNames, [""], ["a", "a"], ["a", ...control.slice(0, 1)], many("a")],
  columns: [...columns, ["a", "a"]],
  // Of a model of all columns.
  given: [...noNames, ["length"], ["a", "a"], many("a")],
  target: [...noNames, ["length"], ["a", "a"], many("a")],
  "data.kind": [...noText, "", "folder"],
  "data.name": [...noText, "", "a/b.csv", "a\\b.csv", ...control],
  "data.path": [...noText, "", "/etc/passwd", "C:\\pair.csv", "\\\\server\\pair.csv", ...control],
  "data.rows": noCount,
  "data.sha256": noSha,
  "data.labels": noSha,
  // Of two columns.
  gaps,
  image: [
    ...noList,
    [],
    [1, 2],
    [1, 2, 1, 1],
    [2, 2, 1],
    [1, 1, 2],
    [2, 1, "1"],
    [4, 0.5, 1],
    [-1, -2, 1],
    deep,
  ],
  ...ofUnet,
  "network.hidden": hidden,
  "network.activation": [...noText, "", "step", "toString"],
  "network.kind": [...noText, "", "unet"],
  "network.waves": [...noList, [0], [-1], ["1"], deep, many(1)],
  ...reading,
  ...writing,
  refitSteps: [...noNumber, -1, 0.5, 2 ** 53],
  ...settings,
  ...later,
  "standardization.deviation": deviation,
  "standardization.mean": mean,
  steps: [...noCount, 5],
  units,
};

/** The texts beside its arrays. */
export const metadataForgeries: Forgeries = {
  checksum: ["", "0".repeat(64), "F".repeat(64)],
  description: ["", "{", "null", "[]", "1", '"a"', "{}", "[".repeat(200_000) + "]".repeat(200_000)],
  format: [],
  step: ["", "-1", "1.5", "06", " 6", "1e1", "5", "7", "9".repeat(16), "9".repeat(400)],
  version: [],
};

/** model.json of the fixture of version 1. */
export const forgeries1: Forgeries = {
  columns,
  "data.name": [...noText, "", ...control],
  "data.rows": noCount,
  "data.sha256": noSha,
  format: [...noText, "", "another program's model"],
  identity: [...noSha, "0".repeat(64)],
  ...settings,
  "settings.hidden": hidden,
  "standardization.deviation": deviation,
  "standardization.mean": mean,
  steps: [...noCount, 5],
  units,
  version: [...noNumber, 0, 2],
};

/** The texts beside its arrays. How the optimiser is nested need not be told: what is there follows from the rest. */
export const metadataForgeries1: Forgeries = {
  checksum: ["", "0".repeat(64), "F".repeat(64)],
  optimizer: [],
  step: metadataForgeries.step ?? [],
  training: ["0".repeat(64), "F".repeat(64), ""],
};
