import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { readTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { makeProgram, type Program } from "./support/program.ts";
import { short } from "./support/trained.ts";

// What is no regular file: pipes, devices and standard input and output, in a shell.

let place: Workplace;
let program: Program;
beforeAll(async () => {
  place = makeWorkplace();
  program = await makeProgram();
  place.write("data.csv", csvOf(["a", "b"], 30));
  const made = await program.start(["train", place.path("data.csv"), "--out", place.path("m"), ...short])
    .outcome;
  expect(made.stderr).toBe("");
});
afterAll(() => {
  program.remove();
  place.remove();
});

/** Runs a line of a shell in the workplace, where `scoretape` is the program. */
function shell(line: string) {
  const script = `set -o pipefail; scoretape() { "${process.execPath}" "${program.path}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: place.path(),
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

const sample = "scoretape sample m --count 5 --steps-per-level 2";

describe("standard output", () => {
  test("is where - and its other names lead, through a pipe too", () => {
    const plain = shell(sample);
    expect([plain.code, plain.stderr]).toEqual([0, ""]);
    expect(readTable(plain.stdout).table.rows).toBe(5);
    for (const out of ["-", "/dev/stdout", "/dev/fd/1"]) {
      expect(shell(`${sample} --out ${out}`)).toEqual(plain);
      expect(shell(`${sample} --out ${out} | cat`)).toEqual(plain);
    }
    expect(filesIn(place.path())).not.toContain("-");
  });

  test("takes the numbers of evaluate in the place of its tables", () => {
    const { code, stdout } = shell("scoretape evaluate m --samples 10 --steps-per-level 2 --out - | cat");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("heldOut.logLikelihood.model");
  });

  test("that is full is told in one line", () => {
    for (const line of [
      `${sample} >/dev/full`,
      `${sample} --out - >/dev/full`,
      "scoretape list >/dev/full",
    ]) {
      const { code, stderr } = shell(line);
      expect(stderr).toMatch(/^scoretape: cannot write to standard output: the disk is full;[^\n]*\n$/);
      expect(code).toBe(2);
    }
    expect(shell(`${sample} 2>/dev/full`).code).toBe(0);
    const train = `scoretape train data.csv --out full ${short.join(" ")} >/dev/full`;
    expect(shell(train)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^scoretape: [^\n]*\n$/) });
    // What stands in files is there all the same.
    expect(filesIn(place.path("full"))).toEqual(filesIn(place.path("m")));
  });

  test("whose reader has seen enough is no error, and files are written all the same", () => {
    const { code, stdout, stderr } = shell(
      "scoretape sample m --count 20000 --steps-per-level 1 --out - | head -n 2",
    );
    expect([code, stderr, stdout.split("\n").length]).toEqual([0, "", 3]);
    const train = `scoretape train data.csv --out quiet ${short.join(" ")} | true`;
    expect(shell(train)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(filesIn(place.path("quiet"))).toEqual(filesIn(place.path("m")));
  });

  test("is no directory", () => {
    for (const line of ["train data.csv --out -", "plot m --out -", "lab --out -", "sample -"]) {
      const { code, stderr } = shell(`scoretape ${line}`);
      expect(stderr).toMatch(/^scoretape: [^\n]*stands for standard input or output[^\n]*\n$/);
      expect(code).toBe(2);
    }
  });
});

describe("what is no regular file is written into", () => {
  test("a named pipe, whose reader may leave", () => {
    const plain = shell(sample);
    execFileSync("mkfifo", [place.path("pipe")]);
    expect(shell(`${sample} --out pipe & cat pipe; wait`)).toEqual(plain);
    const many = "scoretape sample m --count 20000 --steps-per-level 1 --out pipe";
    const { code, stdout, stderr } = shell(`head -n 1 pipe & ${many}; echo $?`);
    expect([code, stdout, stderr]).toEqual([0, `${plain.stdout.split("\n")[0]}\n0\n`, ""]);
    expect(lstatSync(place.path("pipe")).isFIFO()).toBe(true);
  });

  // Nodes of the test's own: a program that replaced the system's would take them from the whole machine.
  const devices = (): boolean =>
    [
      ["null", "3"],
      ["full", "7"],
    ].every(
      ([name = "", minor = ""]) => spawnSync("mknod", [place.path(name), "c", "1", minor]).status === 0,
    );

  test("a device", ({ skip }) => {
    skip(!devices(), "only root may make devices");
    expect(shell(`${sample} --out null`)).toEqual({ code: 0, stdout: "", stderr: "" });
    const full = shell(`${sample} --out full`);
    expect(full.stderr).toMatch(/^scoretape: cannot write full: the disk is full;[^\n]*\n$/);
    expect(full.code).toBe(2);
    for (const name of ["null", "full"]) expect(lstatSync(place.path(name)).isCharacterDevice()).toBe(true);
  });
});

describe("standard input", () => {
  test("trains as a file does, and must be given again where it is needed", () => {
    const options = short.join(" ");
    expect(shell(`cat data.csv | scoretape train - --out piped ${options}`)).toMatchObject({
      code: 0,
      stderr: "",
    });
    const described = JSON.parse(readFileSync(place.path("piped", "report.json"), "utf8")).data;
    expect(described).toMatchObject({ name: "stdin", rows: 30 });
    expect(readFileSync(place.path("piped", "samples.csv"))).toEqual(
      readFileSync(place.path("m", "samples.csv")),
    );
    const draw = "--samples 10 --steps-per-level 2";
    for (const line of [`train --resume --out piped`, `evaluate piped`, `plot piped`, "lab audit piped"]) {
      const { code, stderr } = shell(`scoretape ${line} </dev/null`);
      expect(stderr).toMatch(
        /^scoretape: the model was trained on rows from standard input; give them again[^\n]*\n$/,
      );
      expect(code).toBe(2);
    }
    for (const line of [
      `train - --resume --out piped ${draw}`,
      `evaluate piped - ${draw}`,
      `plot piped --data - ${draw}`,
    ]) {
      expect(shell(`cat data.csv | scoretape ${line}`)).toMatchObject({ code: 0, stderr: "" });
    }
    expect(shell(`scoretape train data.csv --resume --out piped ${draw}`).code).toBe(0);
  });

  test("that is a file which would be written over is refused", () => {
    const { code, stderr } = shell("scoretape train - --out piped --overwrite < piped/samples.csv");
    expect(stderr).toMatch(/^scoretape: cannot write piped\/samples\.csv: [^\n]*read from[^\n]*\n$/);
    expect(code).toBe(2);
  });

  test.each([
    ["without end, of zeros", "scoretape train /dev/zero --out never", /not a text file/],
    [
      "without end, of text",
      "yes 1,2 | scoretape train - --out never",
      /holds more than 512 MiB; give fewer rows/,
    ],
    ["empty", "scoretape train - --out never </dev/null", /is empty/],
    [
      "that is an empty directory",
      "mkdir -p none; scoretape train none --out never",
      /none has no PNG or JPEG files/,
    ],
  ])("%s", (_, line, message) => {
    const { code, stderr } = shell(line);
    expect(stderr).toMatch(/^scoretape: [^\n]*\n$/);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(filesIn(place.path("never"))).toEqual([]);
  });
});
