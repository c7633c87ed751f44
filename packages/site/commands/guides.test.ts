import { afterEach, beforeEach, expect, test } from "vitest";
import { pages } from "../../autograd/test/support/pages.ts";
import { scoretape } from "../../cli/test/support/cli.ts";
import { makeWorkplace, type Workplace } from "../../cli/test/support/files.ts";
import { noise, pngOf } from "../../cli/test/support/images.ts";

// The commands of the guides, one guide after another, as they stand there but with short trainings. Their programs are run by
// packages/cli/test/pages.test.ts.

const guides = pages()
  .filter(({ path }) => path.startsWith("docs/guides/"))
  .map(({ path, blocks }) => {
    const lines = blocks.filter(({ info }) => info[0] === "").flatMap(({ code }) => code.split("\n"));
    return { path, commands: lines.filter((line) => line.startsWith("scoretape ")) };
  })
  .filter(({ commands }) => commands.length > 0);

const home = process.cwd();
let place: Workplace;
beforeEach(() => {
  place = makeWorkplace();
  for (let i = 0; i < 12; i++) {
    const data = noise(40 * 36 * 3, i + 1);
    place.write(
      `photos/${i % 2 === 0 ? "a" : "b"}/${i}.png`,
      pngOf({ height: 40, width: 36, channels: 3, data }),
    );
  }
  process.chdir(place.path());
});
afterEach(() => {
  process.chdir(home);
  place.remove();
});

function shortened(line: string): string[] {
  const words = line
    .split(/\s+/)
    .slice(1)
    .map((word) => (word === "32" ? "8" : word));
  if (words[0] !== "train" || words.includes("--dry-run")) return words;
  const at = words.indexOf("--steps");
  const kept = at === -1 ? words : words.toSpliced(at, 2);
  const isImages = /digits|photos/.test(line);
  const short = isImages ? ["--channels", "8-8", "--batch", "4"] : ["--hidden", "8", "--batch", "16"];
  const drawn = words.includes("--export") ? [] : ["--samples", "12", "--levels", "4"];
  return [...kept, "--steps", "4", ...short, ...drawn];
}

test("have commands", () => {
  expect(guides.flatMap(({ commands }) => commands).length).toBeGreaterThanOrEqual(10);
});

test.each(guides)("those of $path run", { timeout: 300_000 }, async ({ commands }) => {
  for (const line of commands) {
    const { code, stderr } = await scoretape(shortened(line));
    // Without a GPU the command says what is missing.
    if (line.includes("--backend gpu") && code === 2) {
      expect(stderr).toMatch(/^scoretape: .*(webgpu|gpu\.js|GPU|Vulkan)[^\n]*\n$/);
      continue;
    }
    // A training of a few steps may say that its model is none of the data.
    const isDone = code === 0 || (code === 1 && line.includes(" train "));
    expect(isDone, `${line}: ${stderr}`).toBe(true);
    expect(stderr).not.toContain("fault in the program");
  }
});
