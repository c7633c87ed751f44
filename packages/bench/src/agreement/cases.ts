import {
  add,
  div,
  mul,
  nn,
  random,
  scan,
  sqrt,
  sub,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { geometricSchedule } from "@scoretape/score";
import { imageSteps, noisyDenoising } from "../implementations/scoretape/images.ts";
import { objectiveOf } from "../implementations/scoretape/objective.ts";
import { batchAt, batchesOf, type Load, layersOn } from "../implementations/scoretape/steps.ts";
import { type Arrays, arrayOf } from "../workloads/arrays.ts";
import type { LoadedWorkload } from "../workloads/files.ts";
import type { ImageTraining, Sampling, Training } from "../workloads/workload.ts";
import { draws } from "./draws.ts";
import { pathsOf, type Steps } from "./steps.ts";

/** A function that engines have to agree on. */
export interface Case {
  readonly id: string;
  readonly title: string;
  /** Whether bits have to be equal, or errors no larger than this package's own by much. */
  readonly compares: "bits" | "errors";
  /** The function at numbers of the dtype that `load` gives them. */
  at(load: Load): Steps;
}

/** How many steps of gradient descent are made, and their size. */
const [STEPS, RATE] = [10, 0.01];

/** The steps of a training by gradient descent: their losses, the first gradient, the last parameters. */
function descent<P extends tree.TreeOf<P>>(
  start: P,
  loss: (parameters: P, given: readonly Tensor[]) => Tensor,
  batches: readonly (readonly Tensor[])[],
): Steps {
  const { leaves, unflatten } = tree.flatten(start);
  const paths = pathsOf(start);
  return {
    names: {
      every: ["loss"],
      first: paths.map((path) => `gradient ${path}`),
      state: paths.map((path) => `parameter ${path}`),
    },
    step: (state, given) => {
      const parameters = unflatten([...state]);
      const [value, gradient] = valueAndGrad((own: P) => loss(own, given))(parameters);
      const next = tree.zip((p, g) => sub(p, mul(RATE, g)), parameters, gradient);
      return [value, ...tree.leaves(gradient), ...tree.leaves(next)];
    },
    state: leaves,
    given: Array.from({ length: STEPS }, (_, i) => batchAt(batches, i % batches.length)),
  };
}

function training(workload: Training, arrays: Arrays): Case {
  const objective = objectiveOf(workload);
  return {
    id: workload.id,
    title: `${STEPS} steps of gradient descent: ${workload.title}`,
    compares: "errors",
    at: (load) =>
      descent(
        layersOn(arrays, load),
        (layers, [x, v]) => {
          if (x === undefined || v === undefined) throw new RangeError("a batch has points and probes");
          return objective(layers, x, v);
        },
        batchesOf(arrays, load),
      ),
  };
}

function imageTraining(workload: ImageTraining, arrays: Arrays): Case {
  return {
    id: workload.id,
    title: `${STEPS} steps of gradient descent: ${workload.title}`,
    compares: "errors",
    at: (load) => {
      const { loss, start, batches } = imageSteps(workload, arrays, load, noisyDenoising);
      const { parameters } = start();
      return descent(
        parameters,
        (own, [x, v, sigma, label]) => {
          if (x === undefined || v === undefined || sigma === undefined || label === undefined)
            throw new RangeError("a batch has images, noise, levels and classes");
          return loss(own, [x, v, sigma, label]);
        },
        batches,
      );
    },
  };
}

/** Noise levels, steps at each, and the step size at the last of an annealed chain. */
export interface Annealing {
  readonly levels: number;
  readonly stepsPerLevel: number;
  readonly stepSize: number;
}

/**
 * Annealed Langevin sampling in one loop, x ← x + (ε/2)·s(x)/σ + √ε·z with ε ∝ σ² (Song & Ermon 2019, algorithm 1), noise
 * drawn on the way.
 */
function chain({ widths }: Sampling, arrays: Arrays, { levels, stepsPerLevel, stepSize }: Annealing): Case {
  const net = nn.mlp(widths, { activation: "softplus" });
  const sigmas = geometricSchedule(3, 0.1, levels).flatMap((sigma) =>
    Array<number>(stepsPerLevel).fill(sigma),
  );
  const last = sigmas.at(-1) ?? 1;
  return {
    id: "chain",
    title: `${sigmas.length} steps of annealed Langevin chains in one loop, MLP ${widths.join("-")}`,
    compares: "errors",
    at: (load) => {
      const { leaves, unflatten } = tree.flatten(layersOn(arrays, load));
      const x0 = load(arrayOf(arrays, "x"));
      const levelsOfSteps = load({ shape: [sigmas.length], data: Float32Array.from(sigmas) });
      const counters = tensor(Uint32Array.from(sigmas.keys()));
      return {
        names: { every: [], first: ["samples"], state: [] },
        step: (_state, [key, x, ...own]) => {
          if (key === undefined || x === undefined) throw new RangeError("a chain has a key and a start");
          const layers = unflatten(own);
          const dtype = x.dtype === "float64" ? "float64" : "float32";
          const move = (y: Tensor, [sigma, i]: readonly [Tensor, Tensor]) => {
            const ratio = mul(1 / last, sigma);
            const size = mul(stepSize, mul(ratio, ratio));
            const noise = random.normal(random.foldIn(key, i), y.shape, { dtype });
            // s(x, σ) = s(x)/σ: Song & Ermon 2020, technique 3.
            const drift = div(mul(mul(0.5, size), net.apply(layers, y)), sigma);
            const next = add(y, add(drift, mul(sqrt(size), noise)));
            return [next, []] as const;
          };
          const [samples] = scan(move, x, [levelsOfSteps, counters] as const);
          return [samples];
        },
        state: [],
        given: [[random.key(11), x0, ...leaves]],
      };
    },
  };
}

/** The case of a workload. @throws RangeError for those that are no training and no walk */
export function caseOf({ workload, arrays }: LoadedWorkload, annealing: Annealing): Case {
  switch (workload.kind) {
    case "training":
      return training(workload, arrays);
    case "image-training":
      return imageTraining(workload, arrays);
    case "sampling":
      return chain(workload, arrays, annealing);
    default:
      throw new RangeError(`${workload.id} is no training, and no walk`);
  }
}

/** Draws of every kind from one key. */
export const drawing: Case = {
  id: "draws",
  title: "draws of every kind from one key",
  compares: "bits",
  at: () => draws,
};
