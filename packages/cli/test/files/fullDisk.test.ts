import { spawnSync } from "node:child_process";
import { readFileSync, statfsSync, statSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTraining } from "../../src/model/store.ts";
import { scoretape } from "../support/cli.ts";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "../support/files.ts";

// A disk that is full, as the system has it: a small one in memory, where the test may mount it.

let place: Workplace;
let mounted: boolean;
beforeAll(() => {
  place = makeWorkplace();
  place.write("disk/.keep", "");
  mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place.path("disk")]).status === 0;
});
afterAll(() => {
  if (mounted) spawnSync("umount", [place.path("disk")]);
  place.remove();
});

test("a checkpoint that has no room leaves the one before it, and a training goes on once there is room", async ({
  skip,
}) => {
  skip(!mounted, "only root may mount a disk");
  const data = place.write("data.csv", csvOf(["length"], 30));
  const out = place.path("disk", "m");
  const small = [
    "--hidden",
    "60-60",
    "--batch",
    "8",
    "--levels",
    "2",
    "--steps-per-level",
    "2",
    "--samples",
    "9",
  ];
  expect((await scoretape(["train", data, "--out", out, "--steps", "5", ...small])).stderr).toBe("");
  const model = readFileSync(`${out}/model.safetensors`);
  const { bavail, bsize } = statfsSync(out);
  // Room for a part of the next one.
  const room = 4 * Math.floor(statSync(`${out}/model.safetensors`).size / 6000) * 1024;
  place.write("disk/filler", Buffer.alloc(bavail * bsize - room));
  const before = filesIn(out);
  const full = await scoretape(["train", "--resume", "--out", out, "--steps", "9", ...small.slice(-4)]);
  expect(full.stderr).toMatch(
    /^scoretape: cannot write [^\n]*model\.safetensors: the disk is full; make room[^\n]*\n$/,
  );
  expect(full.code).toBe(2);
  expect(readFileSync(`${out}/model.safetensors`).equals(model)).toBe(true);
  expect(filesIn(out)).toEqual(before);
  place.write("disk/filler", "");
  expect(
    (await scoretape(["train", "--resume", "--out", out, "--steps", "9", ...small.slice(-4)])).code,
  ).toBe(0);
  expect(openTraining(out).model.state.step).toBe(9);
});

test("a job that has no room leaves the one before it, and where there was none, nothing", async ({
  skip,
}) => {
  skip(!mounted, "only root may mount a disk");
  place.write("disk/filler", "");
  const data = place.write("data.csv", csvOf(["length"], 30));
  const exported = (name: string, ...more: string[]) =>
    scoretape([
      "train",
      data,
      "--hidden",
      "8",
      "--export",
      "xla",
      "--job",
      place.path("disk", name),
      ...more,
    ]);
  expect((await exported("job")).stderr).toBe("");
  const before = filesIn(place.path("disk"));
  const text = readFileSync(place.path("disk", "job", "job.json"), "utf8");
  const { bavail, bsize } = statfsSync(place.path("disk"));
  // Room for the first of its files.
  place.write("disk/filler", Buffer.alloc(bavail * bsize - 16_384));
  for (const words of [["job", "--overwrite", "--seed", "1"], ["other"]] as const) {
    const [name, ...more] = words;
    const { code, stderr } = await exported(name, ...more);
    expect(stderr).toMatch(/^scoretape: cannot write [^\n]*: the disk is full; make room[^\n]*\n$/);
    expect(code).toBe(2);
    expect(filesIn(place.path("disk"))).toEqual(before);
    expect(readFileSync(place.path("disk", "job", "job.json"), "utf8")).toBe(text);
  }
});
