import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { normals } from "../pictures.ts";

/** A directory of a test's own. */
export interface Workplace {
  path(...parts: string[]): string;
  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const directory = mkdtempSync(join(tmpdir(), "scoretape-"));
  return {
    path: (...parts) => join(directory, ...parts),
    write(name, content) {
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Every file below a directory; none where there is no directory. */
export function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
}

/** CSV text of `rows` rows whose column j is near 100·(j + 1), with standard deviation j + 1. */
export function csvOf(columns: readonly string[], rows: number, seed = 1): string {
  const normal = normals(seed);
  const line = (): string => columns.map((_, j) => 100 * (j + 1) + (j + 1) * normal()).join(",");
  return [columns.join(","), ...Array.from({ length: rows }, line), ""].join("\n");
}

/** The number of different bytes in a PNG's first block of pixels. Throws if the file is no PNG. */
export function shadesOf(png: Buffer): number {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (!signature.every((byte, i) => png[i] === byte)) throw new Error("not a PNG");
  const idat = png.indexOf("IDAT");
  return new Set(inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4)))).size;
}
