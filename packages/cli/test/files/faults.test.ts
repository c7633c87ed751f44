import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeAtomically } from "../../src/files/atomic.ts";
import { openTraining, saveModel } from "../../src/model/store.ts";
import { UserError } from "../../src/terminal/user-error.ts";
import { scoretape } from "../support/cli.ts";
import { csvOf, filesIn, makeWorkplace } from "../support/files.ts";
import { contentsOf } from "../support/trained.ts";

// The file system fails at every call of a write in turn.

type Code = "ENOSPC" | "EIO" | "EACCES" | "short";
const codes: readonly Code[] = ["ENOSPC", "EIO", "EACCES", "short"];

const disk = vi.hoisted(() => {
  const state = {
    /** The calls that were made since the last reset. */
    made: [] as string[],
    fails: { at: -1, code: "EIO" },
    reset(at: number, code: string): void {
      state.made = [];
      state.fails = { at, code };
    },
    /** Counts a call; whether it is to fall short. @throws where it is to fail */
    call(name: string): boolean {
      const { at, code } = state.fails;
      if (state.made.push(name) - 1 !== at) return false;
      if (code === "short") return true;
      throw Object.assign(new Error(`${code}: ${name}`), { code });
    },
  };
  return state;
});
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const faulty: Partial<typeof real> = {
    openSync(...args) {
      disk.call("open");
      return real.openSync(...args);
    },
    fsyncSync(file) {
      disk.call("fsync");
      real.fsyncSync(file);
    },
    fchmodSync(file, mode) {
      disk.call("chmod");
      real.fchmodSync(file, mode);
    },
    closeSync(file) {
      // A file whose closing fails is closed all the same.
      real.closeSync(file);
      disk.call("close");
    },
    renameSync(from, to) {
      disk.call("rename");
      real.renameSync(from, to);
    },
  };
  const writeSync = (file: number, bytes: Uint8Array, offset: number): number => {
    const short = disk.call("write");
    return real.writeSync(file, bytes, offset, short ? (bytes.length - offset) >> 1 : undefined);
  };
  return { ...real, ...faulty, writeSync };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "faults-"));
});
afterEach(() => {
  disk.reset(-1, "");
  rmSync(directory, { recursive: true });
});

describe.each(codes)("%s at every call of a write", (code) => {
  test("leaves the old file or the new one, whole, and nothing beside it", () => {
    const path = join(directory, "file");
    const [old, next] = ["o".repeat(70_000), "n".repeat(90_000)];
    writeAtomically(path, old);
    disk.reset(-1, code);
    writeAtomically(path, next);
    const calls = [...disk.made];
    // Written, flushed, renamed, and the directory flushed.
    expect(calls.filter((name) => name !== "close")).toEqual([
      "open",
      "write",
      "chmod",
      "fsync",
      "rename",
      "open",
      "fsync",
    ]);
    for (const [at, name] of calls.entries()) {
      writeAtomically(path, old);
      disk.reset(at, code);
      let error: unknown;
      try {
        writeAtomically(path, next);
      } catch (thrown) {
        error = thrown;
      }
      disk.reset(-1, code);
      if (code === "short") expect(error).toBeUndefined();
      else expect(error).toBeInstanceOf(UserError);
      const isRenamed = code === "short" || at > calls.indexOf("rename");
      expect(readFileSync(path, "utf8") === (isRenamed ? next : old), `${name}, call ${at}`).toBe(true);
      expect(readdirSync(directory)).toEqual(["file"]);
    }
  });
});

test.each(["EINVAL", "ENOTSUP"])(
  "a file system that flushes no directories, %s, is written to all the same",
  (code) => {
    const path = join(directory, "file");
    writeAtomically(path, "first");
    disk.reset(-1, code);
    writeAtomically(path, "old");
    disk.reset(disk.made.lastIndexOf("fsync"), code);
    writeAtomically(path, "new");
    expect(disk.made.lastIndexOf("fsync")).toBe(disk.fails.at);
    expect(readFileSync(path, "utf8")).toBe("new");
    // A file that is not flushed is none that was written.
    disk.reset(disk.made.indexOf("fsync"), code);
    expect(() => writeAtomically(path, "third")).toThrow(UserError);
    expect(readFileSync(path, "utf8")).toBe("new");
  },
);

describe("a training on a disk that fails", () => {
  const place = makeWorkplace();
  afterAll(() => place.remove());
  const argv = [
    ...["train", place.write("data.csv", csvOf(["length"], 30)), "--steps", "12", "--checkpoint-every", "4"],
    ...["--hidden", "6", "--batch", "8", "--levels", "2", "--steps-per-level", "2", "--samples", "6"],
  ];

  test("keeps its last checkpoint, and goes on from it to the same bits", { timeout: 120_000 }, async () => {
    const whole = join(directory, "whole");
    disk.reset(-1, "");
    expect((await scoretape([...argv, "--out", whole])).code).toBe(0);
    const writes = disk.made.length;
    expect(writes).toBeGreaterThan(40);
    const places = Array.from({ length: 7 }, (_, i) => Math.floor(((i + 0.5) * writes) / 7));
    for (const [i, at] of places.entries()) {
      const out = join(directory, `out ${at}`);
      disk.reset(at, codes[i % 3] ?? "EIO");
      const { code, stderr } = await scoretape([...argv, "--out", out]);
      disk.reset(-1, "");
      expect(stderr).toMatch(/^scoretape: cannot [^\n]+\n$/);
      expect(code).toBe(2);
      const begun = filesIn(out).includes("model.safetensors");
      if (begun) expect(openTraining(out).model.state.step % 4).toBe(0);
      const again = await scoretape([...argv, "--out", out, ...(begun ? ["--resume"] : ["--overwrite"])]);
      expect([again.code, again.stderr]).toEqual([0, ""]);
      expect(contentsOf(out)).toEqual(contentsOf(whole));
    }
  });

  test("leaves, while it takes the place of another one, that one or itself, whole", async () => {
    disk.reset(-1, "");
    const models = ["old", "new"].map((name) => join(directory, name));
    for (const [i, out] of models.entries()) {
      expect((await scoretape([...argv, "--out", out, "--seed", `${i}`])).code).toBe(0);
    }
    const [first, second] = models.map((out) => openTraining(out).model);
    if (first === undefined || second === undefined) throw new Error("two models were trained");
    const out = join(directory, "replaced");
    const replace = (model: typeof first): void => saveModel(out, model.description, model.state, null);
    replace(first);
    disk.reset(-1, "");
    replace(second);
    const calls = [...disk.made];
    expect(calls).toContain("rename");
    for (const code of codes) {
      for (const [at, name] of calls.entries()) {
        replace(first);
        disk.reset(at, code);
        try {
          replace(second);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
        disk.reset(-1, "");
        const { description } = openTraining(out).model;
        const isNew = code === "short" || at > calls.indexOf("rename");
        expect(description.settings.seed, `${code} at ${name}, call ${at}`).toBe(isNew ? 1 : 0);
        expect(readdirSync(out)).toEqual(["model.safetensors"]);
      }
    }
  });
});
