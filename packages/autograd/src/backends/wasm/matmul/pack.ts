import type { FunctionBody } from "../emitter/body.ts";
import type { FunctionHandle } from "../emitter/code.ts";
import type { ModuleBuilder } from "../emitter/module.ts";
import { F32, I32 } from "../emitter/scalar.ts";
import { F32x4 } from "../emitter/vector.ts";
import { transpose4 } from "../transpose.ts";

/**
 * Adds a function that packs the lines of a matrix (rows of a left factor, columns of a right one) into
 * panels: `width` lines side by side, a multiple of four, step by step along the inner axis. Lines and steps may lie in memory in
 * any strides, so every transposition is packed alike. Lines that do not exist are zeros: what comes of them is
 * never read, but what was there might be subnormal numbers, which are slow.
 */
export function definePack(module: ModuleBuilder, name: string, width: number): FunctionHandle {
  return module.define(
    name,
    ["from", "lineStride", "stepStride", "lines", "depth", "to"],
    (f, { from, lineStride, stepStride, lines, depth, to }) => {
      const panelBytes = f.let(depth.mul(4 * width));
      const panelStride = f.let(lineStride.mul(width));
      const source = f.variable(from);
      const target = f.variable(to);
      f.range(0, lines, width, (line) => {
        const panel = { source: source.value, lineStride, stepStride, depth, target: target.value, width };
        const whole = f.let(line.add(width).le(lines));
        f.when(
          whole.and(stepStride.eq(4)),
          () => transposeLines(f, panel),
          () => {
            f.when(
              whole.and(lineStride.eq(4)),
              () => copySteps(f, panel),
              () => {
                f.fill(target.value, panelBytes);
                gatherLines(f, panel, f.let(lines.sub(line)));
              },
            );
          },
        );
        source.set(source.value.add(panelStride));
        target.set(target.value.add(panelBytes));
      });
    },
  );
}

interface Panel {
  readonly source: I32;
  readonly lineStride: I32;
  readonly stepStride: I32;
  readonly depth: I32;
  readonly target: I32;
  readonly width: number;
}

/** Steps lie side by side: 4×4 blocks are transposed in registers. */
function transposeLines(f: FunctionBody, { source, lineStride, depth, target, width }: Panel): void {
  const to = f.variable(target);
  const lines = [source];
  for (let line = 1; line < width; line++) lines.push(f.let(source.add(lineStride.mul(line))));
  const step = f.variable(I32.constant(0));
  f.advance(step, f.let(depth.and(-4).shl(2)), 16, () => {
    for (let group = 0; group < width; group += 4) {
      const row = (i: number): F32x4 => f.let(F32x4.load((lines[group + i] as I32).add(step.value)));
      transpose4(f, [row(0), row(1), row(2), row(3)]).forEach((column, k) => {
        f.store(to.value, column, 4 * (group + k * width));
      });
    }
    to.set(to.value.add(16 * width));
  });
  f.advance(step, f.let(depth.shl(2)), 4, () => {
    lines.forEach((line, i) => {
      f.store(to.value, F32.load(line.add(step.value)), 4 * i);
    });
    to.set(to.value.add(4 * width));
  });
}

/** Lines lie side by side: each step is copied as it is. */
function copySteps(f: FunctionBody, { source, stepStride, depth, target, width }: Panel): void {
  const from = f.variable(source);
  const to = f.variable(target);
  f.times(depth, () => {
    for (let group = 0; group < width; group += 4) {
      f.store(to.value, F32x4.load(from.value, 4 * group), 4 * group);
    }
    from.set(from.value.add(stepStride));
    to.set(to.value.add(4 * width));
  });
}

/** Any strides, and a panel that is not full: element by element. */
function gatherLines(f: FunctionBody, panel: Panel, lines: I32): void {
  const { source, lineStride, stepStride, depth, target, width } = panel;
  const start = f.variable(source);
  f.range(target, f.let(target.add(lines.min(I32.constant(width)).shl(2))), 4, (column) => {
    const from = f.variable(start.value);
    const to = f.variable(column);
    f.times(depth, () => {
      f.store(to.value, F32.load(from.value));
      from.set(from.value.add(stepStride));
      to.set(to.value.add(4 * width));
    });
    start.set(start.value.add(lineStride));
  });
}
