import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Message } from "../../src/export/onnx/protobuf.ts";
import { onnx } from "../../src/export.ts";
import { add, ones, type Tensor, tensor, zeros } from "../../src/index.ts";
import { fromOnnx, OnnxError } from "../../src/onnx.ts";
import { runs } from "../support/runs.ts";

/** The parts of a model that the cases differ in. */
interface Parts {
  readonly nodes?: readonly ((node: Message) => void)[];
  readonly initializers?: readonly ((tensor: Message) => void)[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  readonly graph?: (graph: Message) => void;
  readonly model?: (model: Message) => void;
}

function modelOf(parts: Parts): Uint8Array {
  const { nodes = [], initializers = [], inputs = ["x"], outputs = ["y"], opset = 21 } = parts;
  const model = new Message().int(1, 10).message(7, (graph) => {
    for (const node of nodes) graph.message(1, node);
    for (const tensor of initializers) graph.message(5, tensor);
    for (const name of inputs) graph.message(11, (port) => port.text(1, name));
    for (const name of outputs) graph.message(12, (port) => port.text(1, name));
    parts.graph?.(graph);
  });
  parts.model?.(model);
  return model.message(8, (set) => set.text(1, "").int(2, opset)).finish();
}

const node =
  (operator: string, inputs: string[], outputs = ["y"], more: (node: Message) => void = () => {}) =>
  (m: Message): void => {
    for (const name of inputs) m.text(1, name);
    for (const name of outputs) m.text(2, name);
    m.text(3, "here").text(4, operator);
    more(m);
  };

/** A tensor of int64 or of float32. */
const int64 =
  (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
  (m: Message): void => {
    for (const size of dims) m.int(1, size);
    m.int(2, 7).text(8, name);
    for (const value of values) m.int(7, value);
  };
const float32 =
  (name: string, dims: readonly number[], bytes: number, more: (tensor: Message) => void = () => {}) =>
  (m: Message): void => {
    for (const size of dims) m.int(1, size);
    m.int(2, 1).text(8, name).bytes(9, new Uint8Array(bytes));
    more(m);
  };

const identity = node("Identity", ["x"]);
const reading = (name: string): ((node: Message) => void)[] => [node("Add", ["x", name])];

describe("what is no whole model is refused when it is read", () => {
  const refused: readonly [string, Uint8Array, RegExp][] = [
    ["no bytes", new Uint8Array(), /the model has 0 graphs; the file is damaged/],
    ["a text", new TextEncoder().encode("<!DOCTYPE html>"), /the file is damaged or no ONNX model/],
    ["a length beyond the end", Uint8Array.of(0x3a, 0x7f, 0), /needs 127 bytes where 1 are left/],
    [
      "a number without end",
      Uint8Array.of(8, ...Array<number>(11).fill(255)),
      /a number of more than ten bytes/,
    ],
    ["a wire type of old", Uint8Array.of(0x0b), /wire type 3, which no model has/],
    ["field 0", Uint8Array.of(0, 1), /a field numbered 0/],
    [
      "an old opset",
      modelOf({ nodes: [identity], opset: 12 }),
      /of opset 12; export it with one from 13 to 28/,
    ],
    ["an opset to come", modelOf({ nodes: [identity], opset: 99 }), /of opset 99/],
    ["no results", modelOf({ nodes: [identity], outputs: [] }), /the graph has no results/],
    [
      "a result from nowhere",
      modelOf({ nodes: [identity], outputs: ["z"] }),
      /the result "z" is nowhere computed/,
    ],
    [
      "functions of its own",
      modelOf({ nodes: [identity], model: (m) => m.message(25, () => {}) }),
      /functions of its own; put them into its graph, in Python by onnx\.inliner/,
    ],
    [
      "sparse tensors",
      modelOf({ nodes: [identity], graph: (m) => m.message(15, () => {}) }),
      /the graph has sparse tensors/,
    ],
    [
      "an input that is a sequence",
      modelOf({
        nodes: [node("Identity", ["s"])],
        graph: (m) =>
          m.message(11, (port) => port.text(1, "s").message(2, (type) => type.message(4, () => {}))),
      }),
      /"s" is no tensor/,
    ],
    [
      "another engine's operator",
      modelOf({ nodes: [node("FusedGemm", ["x"], ["y"], (m) => m.text(7, "com.microsoft"))] }),
      /node "here" is "FusedGemm" of the domain "com\.microsoft"/,
    ],
    [
      "an unknown operator",
      modelOf({ nodes: [node("NonZero", ["x"])] }),
      /node "here" is "NonZero", for which there is no rule/,
    ],
    ["a draw", modelOf({ nodes: [node("RandomNormalLike", ["x"])] }), /no rule; give the noise as an input/],
    [
      "a branch, however deep",
      modelOf({
        nodes: [
          node("If", ["x"], ["y"], (m) =>
            m.message(5, (a) =>
              a.text(1, "then_branch").int(20, 5).bytes(6, new Uint8Array(1000).fill(0x0a)),
            ),
          ),
        ],
      }),
      /node "here" is "If", for which there is no rule; export one of its branches/,
    ],
    [
      "nodes out of order",
      modelOf({ nodes: [node("Neg", ["z"]), node("Abs", ["x"], ["z"])] }),
      /node "here" \(Neg\) reads "z", which is no input, no initialiser and no result of a node before it/,
    ],
    ["a cycle", modelOf({ nodes: [node("Neg", ["y"])] }), /reads "y", which is no input/],
    [
      "a name for two values",
      modelOf({ nodes: [identity, node("Neg", ["x"])] }),
      /node "here" gives a second value to "y"/,
    ],
    [
      "an input twice",
      modelOf({ nodes: [identity], inputs: ["x", "x"] }),
      /an input gives a second value to "x"/,
    ],
    [
      "two initialisers of a name",
      modelOf({ nodes: [identity], initializers: [int64("a", [1]), int64("a", [1])] }),
      /two initialisers are called "a"/,
    ],
    ["a missing initialiser", modelOf({ nodes: reading("w") }), /\(Add\) reads "w"/],
    [
      "too few inputs",
      modelOf({ nodes: [node("Add", ["x"])] }),
      /"here" \(Add\): it has 1 inputs; there are 2/,
    ],
    [
      "an attribute that means something",
      modelOf({
        nodes: [
          node("Relu", ["x"], ["y"], (m) => m.message(5, (a) => a.text(1, "alpha").int(3, 1).int(20, 2))),
        ],
      }),
      /"here" \(Relu\): its attribute "alpha" is not known here; known are none/,
    ],
    [
      "an attribute of another kind",
      modelOf({
        nodes: [
          node("Softmax", ["x"], ["y"], (m) =>
            m.message(5, (a) => a.text(1, "axis").text(4, "1").int(20, 3)),
          ),
        ],
      }),
      /its attribute "axis" is of kind text, not int/,
    ],
    [
      "a negative size",
      modelOf({ nodes: reading("w"), initializers: [float32("w", [-1], 4)] }),
      /"w" has 1 axes of sizes \[-1\]/,
    ],
    [
      "absurd sizes",
      modelOf({ nodes: reading("w"), initializers: [float32("w", [2 ** 40], 4)] }),
      /which no tensor has/,
    ],
    [
      "absurdly many elements",
      modelOf({ nodes: reading("w"), initializers: [float32("w", [2 ** 30, 2 ** 30], 4)] }),
      /which no tensor has/,
    ],
    [
      "absurdly many axes",
      modelOf({ nodes: reading("w"), initializers: [float32("w", Array<number>(1e5).fill(1), 4)] }),
      /has 100000 axes/,
    ],
    [
      "too few bytes",
      modelOf({ nodes: reading("w"), initializers: [float32("w", [2], 4)] }),
      /"w" has 4 bytes for 2 elements of float32/,
    ],
    [
      "too few elements",
      modelOf({ nodes: reading("w"), initializers: [int64("w", [1], [2])] }),
      /"w" has 1 elements, but its shape is one of 2/,
    ],
    [
      "texts for elements",
      modelOf({
        nodes: reading("w"),
        initializers: [(m) => m.int(1, 1).int(2, 8).text(8, "w").text(6, "a")],
      }),
      /"w" has elements of type 8 of ONNX's TensorProto\.DataType; export the model with one of float32/,
    ],
    [
      "data in another file",
      modelOf({
        nodes: reading("w"),
        initializers: [
          float32("w", [1], 4, (m) =>
            m.int(14, 1).message(13, (e) => e.text(1, "location").text(2, "/etc/passwd")),
          ),
        ],
      }),
      /"w" is kept in another file; no file is read: save the model as one/,
    ],
    [
      "a name that JavaScript means otherwise",
      modelOf({ nodes: reading("a.__proto__.b"), initializers: [float32("a.__proto__.b", [1], 4)] }),
      /called "__proto__"/,
    ],
  ];
  test.each(refused)("%s", (_, bytes, message) => {
    expect(() => fromOnnx(bytes)).toThrow(OnnxError);
    expect(() => fromOnnx(bytes)).toThrow(message);
    expect(() => fromOnnx(bytes)).toThrow(/^fromOnnx: .*; ./);
  });
});

describe("a small file does not ask for all the memory", () => {
  const x = ones([2]);
  const asking = (
    operator: string,
    inputs: string[],
    initializers: ((tensor: Message) => void)[] = [],
  ): Parts => ({
    nodes: [node(operator, inputs)],
    initializers,
  });
  const big = 2 ** 40;
  const refused: readonly [string, Parts][] = [
    ["ConstantOfShape", asking("ConstantOfShape", ["s"], [int64("s", [big])])],
    ["Expand", asking("Expand", ["x", "s"], [int64("s", [big, 2])])],
    ["Expand to many axes", asking("Expand", ["x", "s"], [int64("s", Array<number>(1000).fill(1))])],
    ["Tile", asking("Tile", ["x", "s"], [int64("s", [big])])],
    ["Pad", asking("Pad", ["x", "s"], [int64("s", [big, big])])],
    [
      "Range",
      asking("Range", ["a", "s", "b"], [int64("a", [0], []), int64("s", [big], []), int64("b", [1], [])]),
    ],
    [
      "Range without end",
      asking("Range", ["a", "s", "b"], [int64("a", [0], []), int64("s", [1], []), int64("b", [0], [])]),
    ],
    ["OneHot", asking("OneHot", ["x", "s", "v"], [int64("s", [big]), int64("v", [0, 1])])],
    ["Resize", asking("Resize", ["x", "", "", "s"], [int64("s", [big])])],
    ["Reshape to a negative size", asking("Reshape", ["x", "s"], [int64("s", [-5])])],
    [
      "Unsqueeze",
      asking(
        "Unsqueeze",
        ["x", "s"],
        [
          int64(
            "s",
            Array.from({ length: 1e4 }, (_, i) => i),
          ),
        ],
      ),
    ],
    [
      "an outer product",
      asking("MatMul", ["a", "b"], [float32("a", [1e5, 1], 4e5), float32("b", [1, 1e5], 4e5)]),
    ],
    ["broadcasting", asking("Add", ["a", "b"], [float32("a", [1e5, 1], 4e5), float32("b", [1, 1e5], 4e5)])],
    [
      "Gather",
      asking("Gather", ["a", "i"], [float32("a", [1, 1e5], 4e5), int64("i", Array<number>(1000).fill(0))]),
    ],
    [
      "Split",
      {
        nodes: [
          node("Split", ["x"], ["y", "z"], (m) =>
            m.message(5, (a) =>
              a
                .text(1, "num_outputs")
                .int(3, 2 ** 31 - 1)
                .int(20, 2),
            ),
          ),
        ],
      },
    ],
    [
      "doubling",
      {
        nodes: Array.from({ length: 50 }, (_, i) =>
          node(
            "Concat",
            [i === 0 ? "x" : `y${i - 1}`, i === 0 ? "x" : `y${i - 1}`],
            [i === 49 ? "y" : `y${i}`],
          ),
        ),
      },
    ],
  ];
  test.each(refused)("%s", (_, parts) => {
    const { params, apply } = fromOnnx(modelOf(parts));
    expect(() => apply(params, x)).toThrow(OnnxError);
    expect(() => apply(params, x)).toThrow(/^fromOnnx: node "here" \(\w+\): .*; ./);
  });

  test("many values that are kept, each of which is allowed", () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `y${i}`);
    const keeping = (count: number) =>
      fromOnnx(
        modelOf({
          nodes: [
            ...names(count).map((name) => node("Expand", ["x", "s"], [name])),
            node("Sum", names(count)),
          ],
          initializers: [int64("s", [50, 2])],
        }),
        { mostElements: 100 },
      );
    const [some, many] = [keeping(15), keeping(17)];
    expect(some.apply(some.params, x).data[0]).toBe(15);
    expect(() => many.apply(many.params, x)).toThrow(
      /^fromOnnx: node "here" \(Expand\): .* 1700 elements are kept .*, more than 1600; give mostElements/,
    );
  });

  test("unless it is meant", () => {
    const bytes = modelOf(asking("Expand", ["x", "s"], [int64("s", [1000, 2])]));
    const small = fromOnnx(bytes, { mostElements: 1999 });
    expect(() => small.apply(small.params, x)).toThrow(
      /is 2000 elements, more than the 1999 that a value may have/,
    );
    const large = fromOnnx(bytes, { mostElements: 2000 });
    expect(large.apply(large.params, x).shape).toEqual([1000, 2]);
  });
});

describe("a function that was read refuses by name", () => {
  const { params, apply } = fromOnnx(modelOf({ nodes: reading("w"), initializers: [float32("w", [2], 8)] }));

  test("inputs and parameters that are not the model's", () => {
    expect(() => apply(params)).toThrow(/^fromOnnx: 0 inputs after params; the model takes "x"$/);
    expect(() => apply({}, ones([2]))).toThrow(/^fromOnnx: tree structures differ: {"w":\*} and {}$/);
    expect(() => apply({ w: ones([3]) }, ones([2]))).toThrow(
      /^fromOnnx: the parameter "w" is \[3\]; its shape is \[2\]$/,
    );
    expect(() => apply(params, zeros([2], { dtype: "float64" }))).toThrow(
      /^fromOnnx: "x" is float64, "w" float32; /,
    );
    expect(() => apply(params, ones([3]))).toThrow(
      /^fromOnnx: node "here" \(Add\): Add: cannot broadcast \[3\] with \[2\] .*; give inputs that the model is for/,
    );
  });

  test("inputs of two sizes where the file has one name for both", () => {
    const { bytes } = onnx(add, [ones([1, 3]), ones([1, 3])], { batch: [0, 1], inputs: ["a", "b"] });
    const sum = fromOnnx(bytes);
    expect(sum.apply(sum.params, ones([2, 3]), ones([2, 3])).shape).toEqual([2, 3]);
    expect(() => sum.apply(sum.params, ones([2, 3]), ones([1, 3]))).toThrow(
      /^fromOnnx: the input "b" is \[1, 3\]; the model takes \[batch, 3\], one size for each name; /,
    );
  });

  test("and has no parameters that are settings or statistics, nor inputs that are initialisers", () => {
    const model = fromOnnx(
      modelOf({
        nodes: [
          node("Resize", ["x", "", "scales"], ["a"]),
          node("Pow", ["a", "exponents"], ["b"]),
          node("Mul", ["b", "w"]),
        ],
        initializers: ["scales", "exponents", "w"].map((name) => float32(name, [1], 4)),
        inputs: ["x", "w"],
      }),
    );
    expect([Object.keys(model.params), model.constants]).toEqual([["w"], ["scales", "exponents"]]);
    expect(model.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("a shape that follows from an argument's elements", () => {
    const model = fromOnnx(modelOf({ nodes: [node("Expand", ["x", "x"])] }));
    expect(() => model.apply(model.params, tensor([2, 2]))).toThrow(
      /^fromOnnx: node "here" \(Expand\): its input "x" follows from elements of the arguments, but decides shapes; export/,
    );
  });

  test("a sequence of results where one is asked for", () => {
    const model = fromOnnx(
      modelOf({ nodes: [node("Neg", ["x"], ["a"]), node("Abs", ["x"], ["b"])], outputs: ["a", "b"] }),
    );
    expect(() => model.apply(model.params, ones([2]))).toThrow(
      /^fromOnnx: the model has the results "a", "b"; take them by/,
    );
    expect(model.applyAll(model.params, tensor([-1])).map((y) => y.item())).toEqual([1, 1]);
  });
});

const fixture = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const files = [
  "perceptron.dynamo",
  "perceptron.script",
  "convolutional.script",
  "unet.dynamo",
  "unet.script",
].map((name) => fixture(`${name}.onnx`));

/** Of one node, for each operator. */
const nodes = readFileSync(new URL("fixtures/rules.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): Uint8Array => Buffer.from(JSON.parse(line).model, "base64"));

/** Reads and applies what may be no model any more: a result, or an error of the declared kind. */
function tried(bytes: Uint8Array): string {
  try {
    const { params, inputs, applyAll } = fromOnnx(bytes);
    const x = inputs.map(
      ({ shape }): Tensor =>
        ones((shape ?? []).map((size) => (typeof size === "number" ? Math.min(size, 64) : 2))),
    );
    return `${applyAll(params, ...x).length} results`;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("fromOnnx: ")) return error.name;
    throw error;
  }
}

test("a file with other bytes in it is refused or is a model, in little time", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...files), fc.constantFrom(...nodes)),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.boolean(),
      (file, changes, isShort) => {
        const bytes = Uint8Array.from(file);
        // Most bytes are weights: the others, which say what is computed, stand at the beginning and between them.
        for (const [place, value] of changes)
          bytes[Math.floor(place * (isShort ? Math.min(4000, bytes.length) : bytes.length))] = value;
        const start = performance.now();
        seen.add(tried(bytes));
        expect(performance.now() - start).toBeLessThan(5000);
      },
    ),
    runs(400),
  );
  expect(seen).toContain("OnnxError");
  expect(seen).toContain("1 results");
});

test("a file that ends early is refused", () => {
  for (const file of files) {
    for (let length = 0; length < file.length - 10; length += 97) {
      expect(() => fromOnnx(file.subarray(0, length))).toThrow(OnnxError);
    }
  }
});
