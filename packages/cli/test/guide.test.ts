import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pages } from "../../autograd/test/support/pages.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

// The commands of the page of tables, one after another, in a short form.

const page = pages().find(({ path }) => path === "docs/tables.md");
const commands = (page?.blocks ?? []).flatMap(({ code }) =>
  code.split("\n").filter((line) => line.startsWith("scoretape ")),
);
const short = [
  ...["--steps", "20", "--hidden", "8", "--batch", "16", "--levels", "4"],
  ...["--steps-per-level", "2", "--samples", "60"],
];

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
  const table = readFileSync(new URL("../../../examples/tables/penguins.csv", import.meta.url), "utf8");
  const [header = "", ...rows] = table.trim().split("\n");
  place.write("penguins.csv", table);
  const odd = "Gentoo,Torgersen,39.1,18.7,181,3750,MALE";
  place.write("rows.csv", `${[header, odd, ...rows.slice(199, 204)].join("\n")}\n`);
  const beaks = [header, ...rows].map((row) => row.split(",").slice(2, 4).join(","));
  place.write("numbers.csv", `${beaks.join("\n")}\n`);
});
afterAll(() => place.remove());

/** The words of a command as a shell takes them, with its files in the workplace. */
function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);
  return words.slice(1).map((word) => (/^out\/|\.csv$/.test(word) ? place.path(word) : word));
}

test("are all there", () => {
  const verbs = new Set(commands.map((line) => line.split(" ")[1]));
  expect([...verbs].sort()).toEqual(["compare", "denoise", "impute", "rank", "sample", "train"]);
});

test.each(commands)("%s", async (command) => {
  const [verb = "", ...rest] = wordsOf(command);
  const { code, stderr } = await scoretape([verb, ...rest, ...(verb === "train" ? short : [])]);
  expect([code, stderr.includes("fault in the program")]).toEqual([0, false]);
});
