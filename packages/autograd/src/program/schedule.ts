import type { Equation, Iteration, Program, Variable } from "../interpret/program.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import { accessOf } from "./access.ts";

/** Elementwise equations over one shape that run in a single pass, with the sums that end in it. */
export interface Loop {
  readonly kind: "loop";
  readonly shape: Shape;
  /** Broadcasts (read in place, not computed) and elementwise equations; every result has the loop's shape. */
  readonly body: readonly Equation[];
  /** Sums of a value of the loop, or of an array, over its rows, its columns or all of it. */
  readonly sums: readonly Equation[];
  /** The values of the body that are needed outside. */
  readonly stores: readonly Variable[];
}

/** One equation with a kernel of its own. */
export interface Call {
  readonly kind: "call";
  readonly equation: Equation;
}

/** A value that is another one under a new shape. */
export interface Alias {
  readonly kind: "alias";
  readonly equation: Equation;
}

/** A body with a schedule of its own, which runs many times. */
export interface Repetition {
  readonly kind: "scan";
  readonly equation: Iteration;
  readonly steps: readonly Step[];
}

/** One step of a program as it runs. */
export type Step = Loop | Call | Alias | Repetition;

/** The steps with those inside of loops over bodies, each of them once. */
export function allSteps(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => (step.kind === "scan" ? [step, ...allSteps(step.steps)] : [step]));
}

/** How a program is scheduled. */
export interface ScheduleOptions {
  /** Run elementwise equations as loops; else every equation is a call of its own kernel. True unless said. */
  readonly loops?: boolean;
  /** Run connected elementwise equations as one loop; else each is a loop of its own. True unless said. */
  readonly fuse?: boolean;
}

/** What an equation becomes, and the shape over which it runs. */
interface Role {
  readonly kind: "alias" | "call" | "broadcast" | "element" | "sum";
  readonly shape: Shape;
}

function roleOf(equation: Equation, loops: boolean): Role {
  const { op, traits, output, inputs, fill } = equation;
  const { shape } = output;
  const call: Role = { kind: "call", shape };
  if (fill === null) return { kind: "alias", shape };
  const [x] = inputs;
  if (!loops || x === undefined || [output, ...inputs].some(({ dtype }) => dtype !== "float32")) return call;
  if (sizeOf(shape) === 0 || sizeOf(x.shape) === 0) return call;
  if (traits.kind === "elementwise") return { kind: "element", shape };
  if (op === "broadcastTo" && accessOf(x.shape, shape) !== null) return { kind: "broadcast", shape };
  if (op === "sumTo" && accessOf(shape, x.shape) !== null) return { kind: "sum", shape: x.shape };
  return call;
}

/** The role of a loop over a body, which reads whole values. */
const REPEATED: Role = { kind: "call", shape: [] };

/** Whether an equation is computed in a loop. A broadcast is not: the loops that use it read its source. */
function isComputedInLoop({ kind }: Role): boolean {
  return kind === "element" || kind === "sum";
}

/** An equation with its role, and the stage in which it runs. */
interface Placed {
  readonly equation: Equation;
  readonly role: Role;
  readonly stage: number;
}

/**
 * Groups elementwise equations into loops. Every value gets a stage: one after its inputs', except that an
 * equation of a loop joins the stage of the loop that computes its inputs. Within a stage nothing depends on
 * anything outside its own loop, so all connected equations of one shape run as one pass. A broadcast costs
 * nothing: each loop that uses it reads its source.
 */
export function schedule(program: Program, options: ScheduleOptions = {}): readonly Step[] {
  const { loops = true, fuse = true } = options;
  const placed = new Map<Variable, Placed>();
  const repetitions: { readonly stage: number; readonly step: Repetition }[] = [];
  /** The stage after the loop over a body that computes a value. */
  const afterBody = new Map<Variable, number>();
  const readers = new Map<Variable, Equation[]>();
  const readWhole = new Set(program.outputs);
  program.equations.forEach((equation) => {
    const role = "body" in equation ? REPEATED : roleOf(equation, loops);
    const stage = Math.max(
      1,
      ...equation.inputs.map((x) => afterBody.get(x) ?? stageAfter(placed.get(x), role, fuse)),
    );
    if ("body" in equation) {
      repetitions.push({ stage, step: { kind: "scan", equation, steps: schedule(equation.body, options) } });
      for (const x of equation.outputs) afterBody.set(x, stage + 1);
      for (const x of equation.inputs) readWhole.add(x);
      return;
    }
    placed.set(equation.output, { equation, role, stage });
    for (const x of equation.inputs) {
      readers.set(x, [...(readers.get(x) ?? []), equation]);
      if (!isComputedInLoop(role)) readWhole.add(x);
    }
  });
  const isBroadcast = (x: Variable): boolean => placed.get(x)?.role.kind === "broadcast";
  const isReadOutside = (x: Variable, inside: ReadonlySet<Equation>): boolean =>
    readWhole.has(x) || (readers.get(x) ?? []).some((reader) => !inside.has(reader));
  const steps: Step[] = [];
  const byStage = new Map<number, Placed[]>();
  for (const member of placed.values())
    byStage.set(member.stage, [...(byStage.get(member.stage) ?? []), member]);
  for (const { stage } of repetitions) if (!byStage.has(stage)) byStage.set(stage, []);
  for (const stage of [...byStage.keys()].sort((a, b) => a - b)) {
    const here = byStage.get(stage) ?? [];
    for (const { step } of repetitions.filter((each) => each.stage === stage)) steps.push(step);
    for (const { role, equation } of here) {
      const { kind } = role;
      if (kind === "alias" || kind === "call") steps.push({ kind, equation });
    }
    for (const group of groups(here, readWhole, isBroadcast, fuse))
      steps.push(...loopsOf(group, (part) => loopOf(part, placed, isBroadcast, readWhole, isReadOutside)));
  }
  return steps;
}

/** Arrays that a loop may read and write: a WebAssembly function takes a thousand parameters at most. */
const MOST_ARRAYS = 256;

/** Equations that a loop may have: a WebAssembly function has 50,000 local values at most, and a sine takes a hundred. */
const MOST_EQUATIONS = 256;

/** A group as one loop, or as several in the order of the program where one would be too large. */
function loopsOf(group: readonly Placed[], loopOf: (part: readonly Placed[]) => Loop): Loop[] {
  const loop = loopOf(group);
  const fits = group.length <= MOST_EQUATIONS && arraysOf(loop) <= MOST_ARRAYS;
  if (group.length === 1 || fits) return [loop];
  const half = Math.ceil(group.length / 2);
  return [...loopsOf(group.slice(0, half), loopOf), ...loopsOf(group.slice(half), loopOf)];
}

/** The arrays that a loop reads: what it does not compute itself. */
export function readsOf({ body, sums }: Loop): ReadonlySet<Variable> {
  const read = new Set([...body, ...sums].flatMap(({ inputs }) => inputs));
  for (const { output } of body) read.delete(output);
  return read;
}

/** How many arrays a loop reads and writes. */
export function arraysOf(loop: Loop): number {
  return readsOf(loop).size + loop.stores.length + loop.sums.length;
}

/** The earliest stage for a reader of a value: that of the value's own loop if the reader can join it. */
function stageAfter(source: Placed | undefined, reader: Role, fuse: boolean): number {
  if (source === undefined) return 1;
  const { role, stage } = source;
  const passesOn = fuse && role.kind === "element" && sameShape(role.shape, reader.shape);
  const joins = isComputedInLoop(reader) && (role.kind === "broadcast" || passesOn);
  return joins ? stage : stage + 1;
}

/** The equations of one stage that run as loops, in connected groups of one shape. */
function groups(
  stage: readonly Placed[],
  readWhole: ReadonlySet<Variable>,
  isBroadcast: (x: Variable) => boolean,
  fuse: boolean,
): Placed[][] {
  const members = stage.filter(
    ({ role, equation }) =>
      isComputedInLoop(role) || (role.kind === "broadcast" && readWhole.has(equation.output)),
  );
  if (!fuse) return members.map((member) => [member]);
  // Disjoint sets (Tarjan 1975), by path halving: the parent of each member, a root being its own.
  const parents = members.map((_, i) => i);
  const parentOf = (i: number): number => parents[i] ?? i;
  const rootOf = (member: number): number => {
    let i = member;
    while (parentOf(i) !== i) {
      parents[i] = parentOf(parentOf(i));
      i = parentOf(i);
    }
    return i;
  };
  const known = new Map<string, Map<Variable, number>>();
  members.forEach(({ role, equation }, i) => {
    const shape = showShape(role.shape);
    const touched = known.get(shape) ?? new Map<Variable, number>();
    known.set(shape, touched);
    for (const x of [equation.output, ...equation.inputs]) {
      if (isBroadcast(x)) continue;
      parents[rootOf(i)] = rootOf(touched.get(x) ?? i);
      touched.set(x, i);
    }
  });
  const found = members.map((): Placed[] => []);
  members.forEach((member, i) => {
    found[rootOf(i)]?.push(member);
  });
  return found.filter((group) => group.length > 0);
}

function loopOf(
  group: readonly Placed[],
  placed: ReadonlyMap<Variable, Placed>,
  isBroadcast: (x: Variable) => boolean,
  readWhole: ReadonlySet<Variable>,
  isReadOutside: (x: Variable, inside: ReadonlySet<Equation>) => boolean,
): Loop {
  const inside = new Set(group.map(({ equation }) => equation));
  const read = group.flatMap(({ equation }) => equation.inputs.flatMap((x) => placed.get(x)?.equation ?? []));
  const broadcasts = new Set([...inside, ...read].filter(({ output }) => isBroadcast(output)));
  const sums = [...inside].filter(({ op }) => op === "sumTo");
  const elements = [...inside].filter((equation) => !broadcasts.has(equation) && equation.op !== "sumTo");
  return {
    kind: "loop",
    shape: group[0]?.role.shape ?? [],
    body: [...broadcasts, ...elements],
    sums,
    stores: [
      ...[...inside].filter((equation) => broadcasts.has(equation) && readWhole.has(equation.output)),
      ...elements.filter(({ output }) => isReadOutside(output, inside)),
    ].map(({ output }) => output),
  };
}
