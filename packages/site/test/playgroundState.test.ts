import { readFileSync } from "node:fs";
import { nn } from "@scoretape/autograd";
import { data, objectiveNames } from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepared } from "../playground/learning.ts";
import { gridOf, onGrid, pack, unpack } from "../playground/pack.ts";
import { presets } from "../playground/presets.ts";
import {
  type Choice,
  faultOf,
  fieldNames,
  fields,
  initialSettings,
  type Quantity,
  type SetName,
  type Settings,
  sets,
} from "../playground/settings.ts";
import {
  decode,
  encode,
  initialState,
  MOST_POINTS,
  pointsOf,
  type Source,
  type State,
} from "../playground/state.ts";

/** Any value that a field may have. */
function anyOf(field: Choice | Quantity): fc.Arbitrary<string | number | null> {
  if ("names" in field) return fc.constantFrom(...field.names);
  const { low, high, isWhole, isOptional } = field;
  const own = isWhole
    ? fc.integer({ min: low, max: high })
    : fc.double({ min: low, max: high, noNaN: true }).map((value) => value + 0);
  return isOptional ? fc.option(own) : own;
}

const anySettings = fc.record(
  Object.fromEntries(fieldNames.map((name) => [name, anyOf(fields[name])])),
) as unknown as fc.Arbitrary<Settings>;

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((count) => count / 100),
  // With more digits than an address keeps.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(1e4 * value) / 1e4 + 0),
);
const anySource: fc.Arbitrary<Source> = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    name: fc.constantFrom(...(Object.keys(sets) as SetName[])),
    rows: fc.integer({ min: 10, max: 20_000 }),
  }),
  fc
    .tuple(
      fc.string({ unit: "grapheme" }),
      fc.tuple(fc.string({ unit: "grapheme" }), fc.string()),
      fc.array(fc.tuple(number, number), { maxLength: 50 }),
    )
    .map(([name, columns, rows]) => pointsOf(name, columns, [rows.map(([x]) => x), rows.map(([, y]) => y)])),
);
const anyState: fc.Arbitrary<State> = fc.record({
  source: anySource,
  a: anySettings,
  b: fc.option(anySettings),
});

describe("what can be set", () => {
  test("is what the library has registered", () => {
    const plane = data.names().filter((name) => data.byName(name).dimension === 2);
    expect(Object.keys(sets).toSorted()).toEqual(plane.toSorted());
    for (const [name, isExact] of Object.entries(sets)) {
      expect(data.byName(name).score !== undefined, name).toBe(isExact);
    }
    expect(fields.loss.names.toSorted()).toEqual(objectiveNames.toSorted());
    for (const activation of fields.activation.names) nn.mlp([1, 2, 1], { activation });
    const unknown = "cosine" as "gelu";
    expect(() => nn.mlp([1, 2, 1], { activation: unknown })).toThrow(
      // The engine's message names all that it has.
      new RegExp(fields.activation.names.map((name) => `(?=.*${name})`).join("")),
    );
  });

  test("has values at first that hold", () => {
    for (const name of fieldNames) expect(faultOf(name, initialSettings[name]), name).toBeNull();
  });
});

describe("an address", () => {
  test("has all of a state", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(decode(`#${encode(state)}`)).toEqual({ state, fault: null });
      }),
    );
  });

  test("is empty at first", () => {
    expect(encode(initialState)).toBe("");
    expect(decode("")).toEqual({ state: initialState, fault: null });
  });

  test("that makes no sense is told, and is that at first", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webFragments()), (text) => {
        const { state, fault } = decode(text);
        if (fault === null) expect(decode(encode(state)).state).toEqual(state);
        else expect(state).toEqual(initialState);
      }),
    );
    for (const bad of [
      "data=elsewhere",
      "steps=0",
      "steps=1e3000",
      "loss=",
      "levels=1.5",
      "b.steps=3",
      "points=a~b~c~0.0.1~0.0.1~9~A",
      "points=%",
      "points=a~x~y~0.0.9999~0.0.1~1~AAA",
      "points=a~x~y~0.0.1~0.0.1~1~!",
      "rows=5",
      "points=a~x~y~0.0.0~0.0.0~0~&rows=50",
    ]) {
      expect(decode(bad).fault, bad).toMatch(/^The address says nothing/);
    }
  });

  test("with a name that was cut within a letter is told so, and what to do", () => {
    for (const names of ["caf%C3~x~y", "a~%~y", "a~x~100%zz"]) {
      const { state, fault } = decode(`points=${names}~0.0.0~0.0.0~0~`);
      expect(state, names).toEqual(initialState);
      expect(fault, names).toMatch(/the name ".*%.*" has a % without .*; copy the whole address anew\.$/);
    }
  });

  test("of any cut of a good one is no exception", () => {
    fc.assert(
      fc.property(anyState, fc.nat(), (state, at) => {
        const text = encode(state);
        const { state: found } = decode(text.slice(0, at % (text.length + 1)));
        expect(decode(encode(found)).fault).toBeNull();
      }),
    );
  });

  test("is short: 2,000 drawn points are less than 7,500 letters", () => {
    const at = (i: number): number => Math.round(((i * 7919) % 801) - 400) / 100;
    const x = Array.from({ length: MOST_POINTS }, (_, i) => at(i));
    const source = pointsOf("drawn", ["x1", "x2"], [x, x.map((value) => -value)]);
    expect(encode({ ...initialState, source }).length).toBeLessThan(7500);
  });

  test("of each preset is whole", () => {
    for (const { hash, section } of presets) {
      const { state, fault } = decode(hash);
      expect(fault, section).toBeNull();
      prepared({ source: state.source, settings: state.a });
      if (state.b !== null) prepared({ source: state.source, settings: state.b });
    }
    const course = readFileSync(new URL("../../../docs/score-matching.md", import.meta.url), "utf8");
    const headings = [...course.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => heading);
    const own = headings.filter((heading) => !["Three pitfalls", "Sources"].includes(heading ?? ""));
    expect(presets.map(({ section }) => section)).toEqual(own);
  });
});

describe("numbers of an address", () => {
  test("are as they were where they have few digits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8, max: 12 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(fc.nat(65_535), { minLength: 1, maxLength: 40 }),
        (decimals, low, counts) => {
          const values = counts.map((count) => Number(`${low + count}e${-decimals}`) + 0);
          expect(onGrid(values, gridOf(values))).toEqual(values);
        },
      ),
    );
  });

  test("are otherwise less than a 65,000th of their range away, and come back as they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 40 }),
        (values) => {
          const range = Math.max(...values) - Math.min(...values);
          fc.pre(range > 1e-3);
          const kept = onGrid(values, gridOf(values));
          kept.forEach((value, i) => {
            expect(Math.abs(value - (values[i] ?? 0))).toBeLessThanOrEqual(range / 13_000);
          });
          const grid = gridOf(kept);
          expect(unpack(pack([kept], [grid]), [grid], kept.length)).toEqual([kept]);
        },
      ),
    );
  });
});
