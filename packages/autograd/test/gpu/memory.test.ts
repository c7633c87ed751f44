import { describe, expect, test } from "vitest";
import { gpu } from "../../src/gpu.ts";
import {
  add,
  compile,
  mean,
  mul,
  nn,
  optim,
  random,
  read,
  square,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  tree,
  valueAndGrad,
} from "../../src/index.ts";
import { DeviceMemory } from "../support/deviceMemory.ts";
import { modes } from "../support/gpu.ts";
import { settledMemory } from "../support/heap.ts";

/** Steps of a training: 10,000 in `npm run test:memory`. */
const STEPS = Number(process.env.SCORETAPE_STEPS ?? 500);
const KILOBYTE = 2 ** 10;
/** The first steps, whose results are watched: a list of all would itself be growth. */
const WATCHED = 50;

const key = random.key(11);
const rows = random.normal(random.foldIn(key, 0), [40, 3]);
const net = nn.mlp([3, 8, 3], { activation: "tanh" });
const adam = optim.adam({ learningRate: 1e-3 });
type Parameters = ReturnType<typeof net.init>;

/** A step of a training: rows by their numbers, noise drawn on the device, new parameters in the old ones' places. */
function advance(parameters: Parameters, state: ReturnType<typeof adam.init>, chosen: Tensor, k: Tensor) {
  const x = take(rows, chosen);
  const noisy = add(x, mul(0.1, random.normal(k, x.shape)));
  const [loss, gradient] = valueAndGrad((p: Parameters) => mean(square(sub(net.apply(p, noisy), x))))(
    parameters,
  );
  const [updates, next] = adam.update(gradient, state, parameters);
  return [loss, optim.applyUpdates(parameters, updates), next] as const;
}

describe.each(modes)("on $mode", ({ mode }) => {
  test(`${STEPS} steps of a training hold as much memory as the first ones`, {
    timeout: 600_000,
  }, async () => {
    const backend = await gpu({ mode, allowSoftware: true });
    const device = new DeviceMemory();
    const step = compile(advance, { backend, donate: [0, 1] });
    // A second program, to which the first one's results go.
    const evaluate = compile((p: Parameters, x: Tensor) => sum(square(net.apply(p, x))), { backend });
    let parameters = net.init(random.foldIn(key, 1));
    let state = adam.init(parameters);
    let last = Number.NaN;
    const results: WeakRef<Tensor>[] = [];
    const run = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        const chosen = tensor(Array.from({ length: 8 }, (_, row) => (7 * i + 3 * row) % 40));
        const [loss, ...next] = await step(parameters, state, chosen, random.foldIn(key, i));
        [parameters, state] = next;
        if (i < WATCHED) for (const leaf of tree.leaves([loss, ...next])) results.push(new WeakRef(leaf));
        if (i % 2 === 0) last = (await read(loss)).item();
        if (i % 10 === 0) await read(await evaluate(parameters, rows));
      }
    };
    const start = STEPS / 5;
    await run(0, start);
    const early = { device: device.now(), kernels: backend.stats().kernels, host: await settledMemory() };
    await run(start, STEPS);
    const late = { device: device.now(), kernels: backend.stats().kernels, host: await settledMemory() };
    expect(Number.isFinite(last)).toBe(true);
    expect(late.device).toEqual(early.device);
    expect(late.kernels).toBe(early.kernels);
    const growth = (what: keyof typeof early.host): number => late.host[what] - early.host[what];
    expect(growth("arrays")).toBeLessThan(16 * KILOBYTE);
    expect(growth("external")).toBeLessThan(512 * KILOBYTE);
    // What the steps allocate and let go is some 10 kB each.
    expect(growth("objects")).toBeLessThan(1024 * KILOBYTE);
    // What the driver holds is seen here only, beside all that comes and goes: this is for the long run.
    expect(growth("resident")).toBeLessThan(128 * 1024 * KILOBYTE);
    // Nobody holds the results of the first steps any more.
    expect(results.length).toBeGreaterThan(WATCHED);
    expect(results.filter((result) => result.deref() !== undefined).length).toBe(0);
    step.dispose();
    evaluate.dispose();
    await backend.dispose();
    expect(device.now().buffers).toBe(0);
    device.close();
  });
});
