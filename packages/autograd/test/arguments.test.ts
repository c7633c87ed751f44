import { expect, test } from "vitest";
import { onnx } from "../src/export.ts";
import {
  capture,
  eye,
  js,
  mul,
  nn,
  ones,
  optim,
  random,
  square,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../src/index.ts";
import { write } from "../src/safetensors.ts";
import {
  arrays,
  classesIn,
  type Entry,
  entriesOf,
  everything,
  like,
  may,
  needs,
  numbers,
  options,
  type Table,
  testHostileArguments,
} from "./support/hostile.ts";

const x = tensor([1, 2]);
const matrix = zeros([2, 2]);
const image = zeros([1, 4, 1]);
const key = random.key(0);
const loss = (y: Tensor): Tensor => sum(square(y));
const params = { w: x };

const unary = { arguments: [like(x)] };
const binary = { arguments: [like(x), like(x)] };
const axes = may(0, ["an empty array", "-1"]);
const axis = may(0, ["null", "an empty array", "huge sizes"]);
const reduction = { arguments: [like(x), options({ axis: axes, keepDims: true, where: x })] };
const batching = may(vmap, ["a function"]);
const overAxes = { arguments: [like(x), options({ axis: axes })] };
const fill = options({ dtype: "float32", backend: { name: "js" } });
const shape = needs([2], ["an empty array"]);
const dtype = options({ dtype: "float32" });
const tree = needs(params, ["an empty array"]);
const primals = needs([x]);
const update = (parts: readonly unknown[]) => ({ arguments: parts.map((part) => needs(part)) });
const initializer = { arguments: [needs(key), needs([2, 2]), dtype] };
const draw = { arguments: [needs(key), shape, dtype] };

const of = (...list: Entry["arguments"]): Entry => ({ arguments: list });
const fn = needs(loss);
const all = (names: string, entry: Entry): Table =>
  Object.fromEntries(names.split(" ").map((name) => [name, entry]));
const adamOptions = { learningRate: needs(0.1, ["a function"]), beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const adam = optim.adam({ learningRate: 0.1 });
const sgd = optim.sgd({ learningRate: 0.1, momentum: 0.5 });
const average = optim.ema(0.5);
/** A function that is called with an empty list of arguments, or an empty tree: its own error is the right one. */
const calling = (...list: Entry["arguments"]): Entry => ({ arguments: list, names: ["square"] });
const nothing: Entry = { arguments: [] };
const mlp = nn.mlp([2, 3, 2]);
/** The parts of a chain speak for themselves. */
const chained = (...parts: readonly unknown[]): Entry => ({
  arguments: parts.map((part) => needs(part)),
  names: ["optim.adam", "optim.sgd"],
});
const weights = mlp.init(key);
const dense = nn.dense(2, 3);
const layers = {
  conv: nn.conv(1, 2, { window: [2] }),
  embedding: nn.embedding(2, 2),
  groupNorm: nn.groupNorm(1, { groups: 1 }),
  attention: nn.attention(1),
};
const program = capture((y: Tensor) => square(y))(x);
const lowering = options(
  { donated: may([true], everything), reuseMemory: true, loops: true, fuse: true },
  false,
);
/** What errors call themselves is an argument. */
const named = (...list: Entry["arguments"]): Entry => ({ arguments: list, names: ["f", "undefined"] });
/** A tree of numbers differs from one of tensors: false is right. */
const differing = needs(params, arrays);
const compilation = {
  check: true,
  donate: may([0], ["an empty array", "huge sizes"]),
  passes: options({
    deadCode: true,
    constants: true,
    algebra: true,
    repetition: true,
    commonSubexpressions: true,
    fusion: true,
    memoryReuse: true,
  }),
};
const imported = onnx(loss, [x]).bytes;
const schedule = of(needs(tensor(1)));

const table: Table = {
  kindOf: of(may(1, everything)),
  checkFunction: {
    ...of(needs("f", everything), needs(loss), may("the function", everything)),
    names: ["f", "undefined"],
  },
  checkOptions: { ...of(needs("f", everything), needs({}), may({}, everything)), names: ["f", "undefined"] },
  ...all(
    "abs atan ceil cos erf exp expm1 floor gelu isFinite isNaN log log1p logisticDensity neg normalCdf not relu round sechSquared sigmoid sign " +
      "silu sin softplus sqrt square stopGradient tanh",
    unary,
  ),
  ...all(
    "add and atan2 directionCosine div equal greater greaterEqual hypot less lessEqual maximum minimum mod mul or pow sub",
    binary,
  ),
  ...all("all any logSumExp max mean min norm prod std sum variance", reduction),
  ...all("argSort cummax cummin cumprod logCumSumExp sort", of(like(x), options({ axis: may(0) }))),
  ...all("argMax argMin", of(like(x), options({ axis: may(0), keepDims: true }))),
  ...all("logSoftmax softmax", overAxes),
  ...all("clamp where", of(like(x), like(x), like(x))),
  broadcastTo: of(like(x), needs([3, 2], ["huge sizes", "an empty array"])),
  capture: of(fn),
  "capture()": calling(needs(x)),
  cast: of(needs(x), needs("float64")),
  checkGradients: calling(
    fn,
    primals,
    options({
      order: may(1, [], ["1e15"]),
      modes: ["forward"],
      tolerance: 1,
      epsilon: 0.01,
      key,
    }),
  ),
  checkpoint: of(fn),
  "checkpoint()": calling(needs(x)),
  compile: of(fn, options({ backend: js, ...compilation })),
  ...all("compile() compile().explain compile().program", calling(needs(x))),
  "compile().dispose": nothing,
  concat: of(needs([x, x]), may(0)),
  cumsum: of(like(x), options({ axis: may(0) })),
  conv: of(
    needs(image),
    needs(ones([2, 1, 1])),
    options({ stride: may(1), padding: may("same", ["1e15"]), dilation: may(1), groups: may(1) }),
  ),
  ...all("averagePool maxPool", of(needs(image), options({ size: 2, stride: may(2) }))),
  ...all("pixelShuffle pixelUnshuffle upsampleNearest", of(needs(image), needs(1))),
  groupNorm: of(needs(image), options({ groups: 1, epsilon: may(1e-5) })),
  layerNorm: of(needs(image), options({ epsilon: may(1e-5) })),
  attention: of(needs(matrix), needs(matrix), needs(matrix)),
  customDerivative: of(
    fn,
    options(
      { jvp: needs(loss, ["a function", "undefined"]), vjp: undefined, checkGradients: may(false, ["true"]) },
      false,
    ),
  ),
  "customDerivative()": calling(needs(x)),
  dot: of(needs(x), needs(x), may(-1)),
  einsum: of(needs("i,i->"), like(x), like(x)),
  expandDims: of(like(x), needs(0)),
  eye: of(needs(2), fill),
  flip: of(like(x), axes),
  full: of(shape, needs(1), fill),
  ...all("ones zeros", of(shape, fill)),
  ...all("onesLike zerosLike", of(needs(x))),
  arange: of(needs(0), may(3), may(1), fill),
  linspace: of(needs(0), needs(1), needs(3), fill),
  grad: of(fn),
  "grad()": calling(needs(x)),
  valueAndGrad: of(fn, options({ hasAux: may(false, ["true"]) })),
  "valueAndGrad()": calling(needs(x)),
  gradientAndCurvature: of(fn, primals, needs([[x]], ["an empty array"])),
  taylor: of(fn, primals, needs([[x]], ["an empty array"])),
  hessian: of(fn, options({ vmap: batching })),
  "hessian()": of(needs(x)),
  jacobian: of(fn, options({ mode: "forward", vmap: batching })),
  "jacobian()": of(needs(x)),
  ...all("hvp jvp", of(fn, primals, primals)),
  ...all("linearize vjp", calling(fn, primals)),
  "linearize().1": { ...of(needs(x)), names: ["pushforward"] },
  "vjp().1": { ...of(needs(tensor(1))), names: ["pullback"] },
  repeat: of(
    needs(2),
    needs((c: Tensor) => c),
    needs(x, ["an empty array"]),
  ),
  scan: of(
    needs((c: Tensor) => [c, []]),
    needs(x, ["an empty array"]),
    needs(x, ["an empty array"]),
    options({ length: 2, reverse: false }),
  ),
  isConcrete: of(needs(x)),
  isTraced: of(needs(x)),
  ...all("linalg.cholesky linalg.eigh linalg.inverse linalg.logDeterminant", of(needs(eye(2)))),
  "linalg.solve": of(needs(eye(2)), needs(x)),
  "linalg.triangularSolve": of(needs(eye(2)), needs(x), options({ lower: true, transpose: true })),
  matmul: of(needs(matrix), needs(matrix), options({ transposeX: true, transposeY: true })),
  outer: of(needs(x), needs(x)),
  oneHot: of(
    needs([0], [...numbers, "an empty array", "huge sizes"]),
    needs(2),
    options({ dtype: may("float32") }),
  ),
  pad: of(like(x), needs([[1, 1]]), options({ mode: may("constant"), value: 1 })),
  read: of(tree),
  reshape: of(like(x), needs([2, 1])),
  slice: of(like(x), needs([0]), needs([1])),
  squeeze: of(like(zeros([1, 1])), axes),
  stridedSlice: of(like(x), needs([0]), needs([1]), needs([1])),
  stack: of(needs([x, x]), may(0)),
  take: of(needs(x), needs([0], ["an empty array"]), may(0)),
  takeAlong: of(needs(x), needs(tensor([0])), may(0)),
  topK: of(like(x), needs(1), options({ axis: may(0) })),
  tensor: of(
    needs([1, 2], [...numbers, "an empty array", "huge sizes"]),
    options({ dtype: "float32", shape: [2], backend: js }),
  ),
  transpose: of(like(matrix), may([1, 0])),
  vmap: of(fn, options({ in: axis, out: axis })),
  "vmap()": calling(needs(x)),
  wasm: of(options({ relaxed: may(false, ["true"]), threads: 2 })),
  "wasm().lower": of(needs(program), lowering),
  "wasm().dispose": nothing,
  wasmKernels: of(options({ relaxed: may(false, ["true"]), elements: 1, multiplications: 1 })),
  "tree.leaves": named(tree, may("f", everything)),
  "tree.flatten": named(tree, may("f", everything)),
  "tree.flatten().unflatten": named(needs([x])),
  "tree.map": of(needs(square), tree),
  "tree.zip": { ...of(needs(mul), tree, tree), names: ["mul"] },
  "tree.size": of(tree),
  "tree.structureOf": of(tree),
  "tree.sameStructure": of(differing, differing),
  "tree.checkSameStructure": named(needs("f", everything), tree, tree),
  ...Object.fromEntries(
    ["glorotNormal", "glorotUniform", "heNormal", "heUniform", "lecunNormal", "lecunUniform", "zeros"].map(
      (name) => [`nn.${name}`, name === "zeros" ? of(needs(key), shape, dtype) : initializer],
    ),
  ),
  "nn.dense": of(needs(2), needs(3), options({ dtype: "float32", initializer: nn.zeros })),
  "nn.dense().init": of(needs(key)),
  "nn.dense().apply": of(needs(dense.init(key)), needs(x)),
  "nn.conv": of(
    needs(1),
    needs(2),
    options({
      dtype: "float32",
      initializer: nn.zeros,
      window: may([2]),
      stride: may(1),
      padding: may("same", ["1e15"]),
      dilation: may(1),
      groups: 1,
    }),
  ),
  "nn.conv().init": of(needs(key)),
  "nn.conv().apply": of(needs(layers.conv.init(key)), needs(image)),
  "nn.embedding": of(needs(2), needs(2), options({ dtype: "float32", deviation: may(1) })),
  "nn.embedding().init": of(needs(key)),
  "nn.embedding().apply": of(needs(layers.embedding.init(key)), needs(tensor([1], { dtype: "uint32" }))),
  "nn.groupNorm": of(needs(1), options({ dtype: "float32", groups: 1, epsilon: may(1e-5) })),
  "nn.groupNorm().init": of(needs(key)),
  "nn.groupNorm().apply": of(needs(layers.groupNorm.init(key)), needs(image)),
  "nn.attention": of(needs(1), options({ dtype: "float32", initializer: nn.zeros, heads: may(1) })),
  "nn.attention().init": of(needs(key)),
  "nn.attention().apply": of(needs(layers.attention.init(key)), needs(image)),
  "nn.mlp": of(
    needs([2, 3, 2], ["huge sizes"]),
    options({ dtype: "float32", initializer: nn.zeros, activation: may("tanh", ["a function"]) }),
  ),
  "nn.mlp().init": of(needs(key)),
  "nn.mlp().apply": of(needs(weights), needs(x)),
  "nn.mlp().applyWithDivergence": of(needs(weights), needs(x), options({ variables: 2 })),
  "optim.adam": of(options(adamOptions, false)),
  "optim.adamw": of(options({ ...adamOptions, weightDecay: 0.1 }, false)),
  "optim.sgd": of(
    options({ learningRate: needs(0.1, ["a function"]), momentum: 0.5, nesterov: true }, false),
  ),
  "optim.ema": of(needs(0.5), options({ debias: true })),
  "optim.chain": of(may(adam), may(sgd)),
  "optim.clipByGlobalNorm": of(needs(1)),
  ...all("optim.adam().init optim.adamw().init optim.sgd().init optim.ema().init", of(needs(params))),
  "optim.chain().init": chained(params),
  "optim.clipByGlobalNorm().init": of(may(params, everything)),
  ...all("optim.adam().update optim.adamw().update", update([params, adam.init(params), params])),
  "optim.sgd().update": update([params, sgd.init(params), params]),
  "optim.ema().update": update([params, average.init(params)]),
  "optim.chain().update": chained(params, optim.chain(adam, sgd).init(params), params),
  "optim.clipByGlobalNorm().update": of(needs(params, ["an empty array"])),
  "optim.applyUpdates": update([params, params]),
  "optim.globalNorm": of(tree),
  "optim.constantSchedule": of(needs(1)),
  "optim.cosineSchedule": of(options({ initial: needs(1), final: 0, steps: needs(10) }, false)),
  "optim.warmUp": of(needs(3), needs(0.1, ["a function"])),
  ...all("optim.constantSchedule() optim.cosineSchedule() optim.warmUp()", schedule),
  ...all("random.bits", of(needs(key), shape)),
  "random.key": of(needs(0)),
  "random.split": of(needs(key), may(2)),
  "random.foldIn": of(needs(key), needs(1)),
  ...all("random.normal random.rademacher random.sphere", draw),
  "random.uniform": of(needs(key), shape, options({ dtype: "float32", low: 0, high: 1 })),
  "random.permutation": of(needs(key), needs(3)),
  "random.categorical": of(needs(key), needs(x), may([3], ["an empty array"])),
  "export/stableHlo": of(
    fn,
    primals,
    options({ inputs: may(["x"], ["an empty array"]), outputs: may(["y"], ["an empty array"]) }),
  ),
  "export/onnx": of(
    fn,
    primals,
    options({
      inputs: may(["x"], ["an empty array"]),
      outputs: may(["y"], ["an empty array"]),
      constants: may([], ["an empty array"]),
      batch: may([0], ["an empty array"]),
      opset: may(18),
      metadata: { made: "today" },
    }),
  ),
  "onnx/fromOnnx": of(
    needs(imported),
    options({ parameters: may([], ["an empty array"]), mostElements: 1e6 }),
  ),
  ...all("onnx/fromOnnx().apply onnx/fromOnnx().applyAll", of(needs({}), needs(x))),
  "safetensors/read": of(needs(write({ tensors: params }))),
  "safetensors/write": of(options({ tensors: needs(params), metadata: { made: "today" } }, false)),
  "gpu/gpu": of(options({ mode: may("webasm"), allowSoftware: true, strict: true })),
  "gpu/gpuBackend": of(
    options({ mode: may("webasm"), strict: true, threshold: 1, allowSoftware: true, cacheSize: 1 }),
  ),
  "gpu/gpu().compile": of(fn, options({ backend: may(js, everything), ...compilation })),
  "gpu/gpu().compile()": calling(needs(x)),
  "gpu/gpu().compile().explain": calling(needs(x)),
  "gpu/gpu().compile().program": calling(needs(x)),
  "gpu/gpu().lower": of(needs(program), lowering),
  ...all("gpu/gpu().compile().dispose gpu/gpu().stats gpu/gpu().lost gpu/gpuBackend().stats", nothing),
  ...all("gpu/gpu().dispose gpu/gpuBackend().dispose", {
    arguments: [],
    exempt: "it gives up what the others use",
  }),
  ...all("*().lower().run *().lower().describe *().lower().dispose", {
    arguments: [],
    exempt: "an executable is run by compile alone, which knows its inputs",
  }),
  ...all("wasmKernels().* gpu/gpuBackend().matmul", {
    arguments: [],
    exempt: "a kernel is called by ops alone, which have checked what it gets",
  }),
  "portable.*": { arguments: [], exempt: "a function of numbers, which takes what those of Math take" },
};

const modules = Object.fromEntries(
  await Promise.all(
    entriesOf(new URL("../", import.meta.url)).map(
      async (entry): Promise<[string, object]> => [
        entry,
        await import(`../src/${entry === "" ? "index" : entry}.ts`),
      ],
    ),
  ),
);

await testHostileArguments(modules, table);

test("classes are told apart: they are not called", () => {
  const found = Object.entries(modules).flatMap(([entry, module]) =>
    classesIn(module).map((name) => `${entry}/${name}`),
  );
  expect(found.toSorted()).toEqual([
    "/Program",
    "/ShapeError",
    "/Tensor",
    "onnx/OnnxError",
    "safetensors/SafetensorsError",
  ]);
});
