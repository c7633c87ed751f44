import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureDirectory, writeAtomically } from "../../src/files/atomic.ts";
import { UserError } from "../../src/terminal/user-error.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "atomic-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("atomic writing", () => {
  test("text and bytes arrive whole, directories are made, old content is replaced", () => {
    const path = join(directory, "a", "b", "file");
    writeAtomically(path, "long old content");
    writeAtomically(path, "neu: ü");
    expect(readFileSync(path, "utf8")).toBe("neu: ü");
    writeAtomically(path, Uint8Array.of(0, 1, 2, 3).subarray(1, 3));
    expect([...readFileSync(path)]).toEqual([1, 2]);
    expect(readdirSync(join(directory, "a", "b"))).toEqual(["file"]);
  });

  test("a reader that has the old file open goes on seeing all of it", () => {
    const path = join(directory, "file");
    writeAtomically(path, "old");
    const reader = openSync(path, "r");
    writeAtomically(path, "new content");
    expect(readFileSync(reader, "utf8")).toBe("old");
    closeSync(reader);
    expect(readFileSync(path, "utf8")).toBe("new content");
  });

  test("a write that fails leaves no temporary file and says why", () => {
    const path = join(directory, "taken");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "");
    expect(() => writeAtomically(path, "content")).toThrow(UserError);
    expect(() => writeAtomically(path, "content")).toThrow(/^cannot write .*taken: .*choose another name/);
    expect(readdirSync(directory)).toEqual(["taken"]);
    expect(readdirSync(path)).toEqual(["inside"]);
  });

  test("a directory that cannot be made is named, with what to do", () => {
    const file = join(directory, "file");
    writeFileSync(file, "kept");
    expect(() => ensureDirectory(file)).toThrow(
      /^cannot write into the directory .*file: .*choose another name/,
    );
    expect(() => ensureDirectory(join(file, "below"))).toThrow(/a part of the path is a file/);
    expect(() => writeAtomically(join(file, "below", "x"), "content")).toThrow(UserError);
    expect(() => ensureDirectory("/proc/scoretape")).toThrow(
      /cannot write into the directory \/proc\/scoretape: /,
    );
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(readdirSync(directory)).toEqual(["file"]);
  });
});
