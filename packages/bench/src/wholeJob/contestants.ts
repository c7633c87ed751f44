import { fileURLToPath } from "node:url";
import type { Family } from "../implementations/candidate.ts";
import type { Runtimes } from "../implementations/candidates.ts";
import type { Launch } from "../worker/connection.ts";

/** A program that carries the job out. */
export interface Contestant {
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  /** How to start it, but for the task's file and the variant, or why it cannot be started here. */
  readonly launch: Launch | { readonly absent: string };
  readonly variant: string;
  /** Whether a quick run measures it. */
  readonly quick: boolean;
}

interface Form {
  readonly variant: string;
  readonly title: string;
  readonly quick?: boolean;
}

const library: readonly Form[] = [{ variant: "wasm", title: "train and model.sample", quick: true }];

const pyTorch: readonly Form[] = [
  { variant: "double-backward", title: "eager, double backward" },
  { variant: "double-backward:1", title: "eager, double backward, 1 thread", quick: true },
  { variant: "jvp:1", title: "eager, torch.func.jvp, 1 thread" },
  { variant: "compiled:1", title: "torch.compile, torch.func.jvp, 1 thread" },
];

const jax: readonly Form[] = [
  { variant: "jit", title: "jit, steps by lax.scan", quick: true },
  { variant: "jit:1", title: "jit, steps by lax.scan, 1 thread" },
];

/** Everyone, those that cannot be started here among them. */
export function contestantsOn({ nodes, python }: Runtimes): Contestant[] {
  const [node] = nodes;
  const own: Contestant["launch"] =
    node === undefined
      ? { absent: "there is no Node to run it" }
      : { command: node.path, args: [fileURLToPath(new URL("main.js", import.meta.url))] };
  const script = (module: string, file: string): Contestant["launch"] => {
    if (python === null) return { absent: "there is no python3" };
    if ((python.modules[module] ?? null) === null)
      return { absent: `${python.path} has no module ${module}` };
    // From src/wholeJob and from dist/wholeJob alike.
    return {
      command: python.path,
      args: ["-B", fileURLToPath(new URL(`../../python/${file}`, import.meta.url))],
    };
  };
  return [
    ...named("scoretape", library, own),
    ...named("PyTorch", pyTorch, script("torch", "torch_job.py")),
    ...named("JAX", jax, script("jax", "jax_job.py")),
  ];
}

function named(family: Family, forms: readonly Form[], launch: Contestant["launch"]): Contestant[] {
  return forms.map(({ variant, title, quick = false }) => ({
    id: `${family}/${variant}`,
    ...{ family, title, launch, variant, quick },
  }));
}
