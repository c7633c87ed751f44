// A program as somebody writes it who has the packages installed.
import {
  compile,
  grad,
  mul,
  nn,
  optim,
  random,
  square,
  sum,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { data, geometricSchedule, noiseConditionalMlp, noiseLevelObjective, train } from "@scoretape/score";

interface Line {
  slope: Tensor;
  readonly offset?: Tensor;
}

const line: Line = { slope: tensor(2) };
const slope: Line = grad((p: Line) => sum(square(p.slope)))(line);
const [value, gradient] = valueAndGrad((p: Line, x: Tensor) => sum(mul(p.slope, x)))(line, tensor([1, 2]));
const doubled: Line = tree.map((x) => mul(2, x), gradient);
const step = compile((p: Line, x: Tensor) => ({ p, x }), { donate: [0] });
export const moved: Line = step(doubled, value).p;

const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adam({ learningRate: 1e-3 }));
export const [updates] = optimizer.update(slope, optimizer.init(line), line);

const net = nn.mlp([2, 8, 2], { activation: "silu" });
const params = net.init(random.key(0));
export const rows: Tensor[] = [...net.apply(params, random.normal(random.key(1), [3, 2]))];

const set = data.byName("moons");
export const trained = train({
  model: noiseConditionalMlp({ dimension: 2, hidden: [8] }),
  objective: noiseLevelObjective("sliced-vr", geometricSchedule(1, 0.1, 4)),
  data: set.sample(random.key(2), 100),
  key: random.key(3),
  steps: 1,
}).then(({ parameters, step: steps }) => [tree.size(parameters), steps] as const);
