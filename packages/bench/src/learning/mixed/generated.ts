import { type Key, portable, random } from "@scoretape/autograd";
import type { MixedTable } from "@scoretape/score/tables";
import { cellsOf, type MixedSubject } from "./subject.ts";

// Tables whose law is known: of each seed rows to learn from, and as many fresh ones as are wanted to test by.

const [TRAINING, TEST] = [1000, 2000];

/** Draws of a row: standard normal ones, and uniform ones. */
interface Draws {
  normal(): number;
  uniform(): number;
}

type Row = Readonly<Record<string, number | string>>;

/** A label chooses between a ring, two moons and a blob: within labels nothing is as in a copula. */
function shapes({ normal, uniform }: Draws): Row {
  const kind = uniform();
  const angle = 2 * Math.PI * uniform();
  if (kind < 0.4) {
    const radius = 2 + 0.15 * normal();
    return { shape: "ring", x: radius * portable.cos(angle), y: radius * portable.sin(angle) };
  }
  if (kind < 0.75) {
    const side = uniform() < 0.5 ? 1 : -1;
    return {
      shape: "moons",
      x: side * (portable.cos(angle / 2) - 0.5) + 0.1 * normal(),
      y: side * (portable.sin(angle / 2) - 0.25) + 0.1 * normal(),
    };
  }
  return { shape: "blob", x: 3 + 0.4 * normal(), y: -3 + 0.4 * normal() };
}

/** Orders of a shop: who buys much gets a discount, counts follow the customer, and many pay nothing for freight. */
function orders({ normal, uniform }: Draws): Row {
  const size = normal();
  const customer = uniform() < 1 / (1 + portable.exp(-1.5 * size)) ? "firm" : "person";
  const mean = customer === "firm" ? 12 * portable.exp(0.3 * size) : 2;
  const items = 1 + poisson(mean, uniform);
  const price = portable.exp(3 + 0.4 * normal() - 0.1 * portable.log(items));
  const total = items * price;
  const freight = total > 60 ? 0 : 3 + 2 * uniform();
  const paid = total < 40 && uniform() < 0.7 ? "cash" : uniform() < 0.6 ? "card" : "transfer";
  return { customer, items, total: Number(total.toFixed(2)), freight: Number(freight.toFixed(2)), paid };
}

/** Weather by days of a year: temperature follows the season, rain is often none, and the sky goes with it. */
function days({ normal, uniform }: Draws): Row {
  const day = Math.floor(365 * uniform());
  const season = -portable.cos((2 * Math.PI * (day - 20)) / 365);
  const temperature = 10 + 10 * season + 3 * normal();
  const wet = uniform() < 0.45 - 0.2 * season;
  const rain = wet ? portable.exp(0.8 * normal() + 0.5 * season) : 0;
  const sky = wet ? (temperature < 1 ? "snow" : "rain") : uniform() < 0.4 + 0.3 * season ? "clear" : "clouds";
  const date = new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);
  return { date, temperature: Number(temperature.toFixed(1)), rain: Number(rain.toFixed(1)), sky };
}

/** A whole number of this mean, by products of uniform numbers. Knuth 1969. */
function poisson(mean: number, uniform: () => number): number {
  const least = portable.exp(-mean);
  let [count, product] = [0, uniform()];
  while (product > least) {
    count++;
    product *= uniform();
  }
  return count;
}

const laws: Readonly<Record<string, { draw(draws: Draws): Row; targets: readonly string[] }>> = {
  shapes: { draw: shapes, targets: ["shape", "y"] },
  orders: { draw: orders, targets: ["customer", "total"] },
  days: { draw: days, targets: ["sky", "temperature"] },
};

export function generatedMixedTables(): MixedSubject[] {
  return Object.entries(laws).map(([name, { draw, targets }]) => ({
    name,
    targets,
    split: (key) => ({
      training: drawn(draw, random.foldIn(key, 0), TRAINING),
      test: drawn(draw, random.foldIn(key, 1), TEST),
    }),
  }));
}

function drawn(draw: (draws: Draws) => Row, key: Key, rows: number): MixedTable {
  const all = Array.from({ length: rows }, (_, i) => draw(drawsOf(random.foldIn(key, i))));
  const columns = Object.keys(all[0] ?? {});
  return { columns, rows, cells: columns.map((column) => cellsOf(all.map((row) => row[column] ?? null))) };
}

/** So many numbers of each kind at most a row takes: counts take one for each. */
const MOST = 300;

function drawsOf(key: Key): Draws {
  const [normals, uniforms] = [
    random.normal(random.foldIn(key, 0), [8]),
    random.uniform(random.foldIn(key, 1), [MOST]),
  ];
  let [i, j] = [0, 0];
  return {
    normal: () => normals.data[i++] ?? Number.NaN,
    uniform: () => uniforms.data[j++] ?? 0.5,
  };
}
