import type { PrimitiveEquation, Region, Value } from "../primitives.ts";
import { dense, integers } from "./text.ts";
import type { Writer } from "./writer.ts";

/** Writes the equations of a region, and then how it ends. */
type WriteRegion = (w: Writer, region: Region, end: () => void) => void;

const COUNTER = { shape: [], type: "int64" } as const;

/** A loop as long as its condition holds. */
export function writeWhile(
  w: Writer,
  { parameters: { condition, body }, inputs, outputs }: PrimitiveEquation<"while">,
  write: WriteRegion,
): void {
  const inside = (region: Region) => (): void =>
    w.block(region.inputs, () => write(w, region, () => w.end("stablehlo.return", region.outputs)));
  w.define(outputs, "while", inputs, "", [inside(condition), inside(body)]);
}

/** A loop that counts its runs: each takes a row of every sequence, and puts one into every result. */
export function writeScan(
  w: Writer,
  { parameters: { body, length, isReversed, carries }, inputs, outputs }: PrimitiveEquation<"scan">,
  write: WriteRegion,
): void {
  const number = (value: number): Value => {
    const helper = w.helper(COUNTER);
    w.define([helper], "constant", [], `value = ${dense(value, [], "int64")}`);
    return helper;
  };
  const [zero, one, last, end] = [number(0), number(1), number(length - 1), number(length)];
  const sequences = inputs.slice(carries);
  const rows = outputs.slice(carries);
  const empty = rows.map((like) => {
    const helper = w.helper(like);
    w.define([helper], "constant", [], `value = ${dense(0, like.shape, like.type)}`);
    return helper;
  });
  const start = [zero, ...inputs.slice(0, carries), ...empty];
  const counted = w.helper(COUNTER);

  const condition = (): void => {
    const own = start.map((x) => w.helper(x));
    const isLeft = w.helper({ shape: [], type: "bool" });
    w.block(own, () => {
      const less = "comparison_direction = #stablehlo<comparison_direction LT>";
      w.define([isLeft], "compare", [...own.slice(0, 1), end], less);
      w.end("stablehlo.return", [isLeft]);
    });
  };

  const run = (): void => {
    const counter = w.helper(COUNTER);
    const stacked = rows.map((x) => w.helper(x));
    const carried = body.inputs.slice(0, carries);
    w.block([counter, ...carried, ...stacked], () => {
      const place = isReversed ? w.helper(COUNTER) : counter;
      if (isReversed) w.define([place], "subtract", [last, counter]);
      const corner = (x: Value): Value[] => x.shape.map((_, axis) => (axis === 0 ? place : zero));
      sequences.forEach((x, i) => {
        const row = body.inputs[carries + i];
        if (row === undefined) return;
        const slice = w.helper({ shape: x.shape.with(0, 1), type: x.type });
        w.define([slice], "dynamic_slice", [x, ...corner(x)], `slice_sizes = ${integers(slice.shape)}`);
        w.define([row], "reshape", [slice]);
      });
      write(w, body, () => {
        const next = w.helper(COUNTER);
        w.define([next], "add", [counter, one]);
        const filled = stacked.map((x, i) => {
          const row = body.outputs[carries + i];
          if (row === undefined) return x;
          const [slice, whole] = [w.helper({ shape: [1, ...row.shape], type: row.type }), w.helper(x)];
          w.define([slice], "reshape", [row]);
          w.define([whole], "dynamic_update_slice", [x, slice, ...corner(x)]);
          return whole;
        });
        w.end("stablehlo.return", [next, ...body.outputs.slice(0, carries), ...filled]);
      });
    });
  };
  w.define([counted, ...outputs], "while", start, "", [condition, run]);
}
