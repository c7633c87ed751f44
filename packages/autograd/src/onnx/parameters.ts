import type { Tensor } from "../tensor.ts";
import { damaged, quoted } from "./error.ts";
import type { Graph } from "./graph.ts";
import type { OnnxParams } from "./imported.ts";
import { MOST_AXES } from "./stored.ts";

/**
 * The names of the initialisers that are parameters unless others are named: numbers, not whole ones, with an axis, that
 * are data of some node. What only decides shapes, bounds and exponents, and the moments of a BatchNormalization, are none.
 */
export function parameterNames({ initializers, steps, outputs }: Graph): string[] {
  const data = new Set(outputs.map(({ name }) => name));
  const kept = new Set<string>();
  for (const { node, rule } of steps) {
    node.inputs.forEach((name, i) => {
      if (rule.settings?.includes(i) || rule.statistics?.includes(i)) kept.add(name);
      else data.add(name);
    });
  }
  return [...initializers.values()].flatMap(({ name, type, shape }) =>
    type.kind === "float" && shape.length > 0 && data.has(name) && !kept.has(name) ? [name] : [],
  );
}

/** Where each parameter is in the tree: its name cut at the dots, or whole for all where that would be ambiguous. */
export function pathsOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const paths = new Map(names.map((name): [string, string[]] => [name, name.split(".")]));
  if (names.some((name) => name.split(".").includes("__proto__"))) {
    throw damaged(`an initialiser is called ${quoted("__proto__")}`);
  }
  const all = new Set(names);
  const isAmbiguous = [...paths.values()].some(
    (path) =>
      path.includes("") ||
      path.length > MOST_AXES ||
      path.some((_, length) => length > 0 && all.has(path.slice(0, length).join("."))),
  );
  return isAmbiguous ? new Map(names.map((name) => [name, [name]])) : paths;
}

/** The tree of tensors by the paths of their names. */
export function nested(
  paths: ReadonlyMap<string, readonly string[]>,
  tensorOf: (name: string) => Tensor,
): OnnxParams {
  const root: Record<string, OnnxParams | Tensor> = {};
  for (const [name, path] of paths) {
    let branch = root;
    for (const key of path.slice(0, -1)) {
      const below: Record<string, OnnxParams | Tensor> = Object.hasOwn(branch, key)
        ? (branch[key] as Record<string, OnnxParams | Tensor>) // no name is where another goes on
        : {};
      branch[key] = below;
      branch = below;
    }
    branch[path.at(-1) ?? name] = tensorOf(name);
  }
  return root;
}
