import { fileURLToPath } from "node:url";
import type { Launch } from "../worker/connection.ts";
import type { Candidate, Family, Variant } from "./candidate.ts";
import type { NodeRuntime, PythonRuntime } from "./runtimes.ts";
import {
  gpuJs,
  jax,
  jaxJs,
  nothing,
  numPy,
  pyTorch,
  scoretapeGpu,
  scoretapePlain,
  scoretapeRelaxed,
  tensorFlow,
} from "./variants.ts";

/** What implementations run on. */
export interface Runtimes {
  /** The first is this process's own. */
  readonly nodes: readonly NodeRuntime[];
  /** Null where there is none. */
  readonly python: PythonRuntime | null;
}

/** The modules of Python that implementations need. */
export const pythonModules = ["torch", "jax", "numpy"] as const;

/** What further Nodes are measured at. */
const BESIDE = "W1";

type Absent = { readonly absent: string };

/** Every implementation in every variant, those that cannot be started here among them. */
export function candidatesOn({ nodes, python }: Runtimes): Candidate[] {
  return [
    ...nodes.flatMap((node, i) => nodeCandidates(node, i > 0)),
    ...named("GPU.js", gpuJs, nodeLaunch(nodes[0], "gpu-js")),
    ...named("PyTorch", pyTorch, pythonLaunch(python, "torch", "torch_worker.py")),
    ...named("JAX", jax, pythonLaunch(python, "jax", "jax_worker.py")),
    ...named("NumPy", numPy, pythonLaunch(python, "numpy", "numpy_worker.py")),
    ...named("Node", nothing, nodeLaunch(nodes[0], "nothing")),
  ];
}

/** The JavaScript implementations on one Node; on a further one those variants that are fast, at one workload. */
function nodeCandidates(node: NodeRuntime, further: boolean): Candidate[] {
  const version = further ? node.version : undefined;
  const fast = (variants: readonly Variant[]): readonly Variant[] =>
    further
      ? variants
          .filter(({ variant }) => /^(wasm|jit$|jit-threads|by-hand|autodiff)/.test(variant))
          .map((variant) => ({ ...variant, handles: (one) => one.id === BESIDE && variant.handles(one) }))
      : variants;
  const relaxed: Launch | Absent =
    node.relaxedFlags === null
      ? { absent: `Node ${node.version} has no relaxed SIMD, not by a flag either` }
      : nodeLaunch(node, "scoretape", node.relaxedFlags);
  return [
    ...named("scoretape", fast([...scoretapePlain, ...scoretapeGpu]), nodeLaunch(node, "scoretape"), version),
    ...named("scoretape", fast(scoretapeRelaxed), relaxed, version),
    ...named("jax-js", fast(jaxJs), nodeLaunch(node, "jax-js"), version),
    ...named("TensorFlow.js", fast(tensorFlow), nodeLaunch(node, "tensorflow"), version),
  ];
}

function named(
  family: Family,
  variants: readonly Variant[],
  launch: Launch | Absent,
  version?: string,
): Candidate[] {
  return variants.map((variant) => ({
    ...variant,
    id: `${family}/${variant.variant}${version === undefined ? "" : `@${version}`}`,
    title: version === undefined ? variant.title : `${variant.title}, Node ${version}`,
    family,
    launch: forVariant(launch, variant.variant),
  }));
}

/** Some fix their threads at the start of the process. */
const threadFlags: Readonly<Record<string, string>> = { "jit:1": "--one-thread", "jit-threads": "--threads" };

function forVariant(launch: Launch | Absent, variant: string): Launch | Absent {
  const flag = threadFlags[variant];
  if ("absent" in launch || flag === undefined) return launch;
  return { ...launch, args: [...launch.args, flag] };
}

function nodeLaunch(
  node: NodeRuntime | undefined,
  folder: string,
  flags: readonly string[] = [],
): Launch | Absent {
  if (node === undefined) return { absent: "there is no Node to run it" };
  return {
    command: node.path,
    args: [...flags, fileURLToPath(new URL(`${folder}/main.js`, import.meta.url))],
  };
}

function pythonLaunch(python: PythonRuntime | null, module: string, script: string): Launch | Absent {
  if (python === null) return { absent: "there is no python3" };
  if (python.modules[module] === null) return { absent: `${python.path} has no module ${module}` };
  // From src/implementations and from dist/implementations alike.
  const file = fileURLToPath(new URL(`../../python/${script}`, import.meta.url));
  return { command: python.path, args: ["-B", file] };
}
