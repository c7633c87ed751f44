import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compilerOptions, type PublicValue } from "./publicValues.ts";

/** A program of the documentation. */
export interface Example {
  readonly title: string;
  readonly code: string;
  /** Whether it can run here; one that needs what is not here is type-checked alone. */
  readonly isRunnable: boolean;
}

/** The examples of functions. */
export function examplesOf(values: readonly PublicValue[]): Example[] {
  return values.flatMap(({ name, examples }) =>
    examples.map((code, i) => ({ title: `${name} ${i + 1}`, code, isRunnable: true })),
  );
}

/**
 * Declares tests of examples: that they type-check, and that each prints what it says.
 *
 * @param folder the package's that they run in
 */
export function testExamples(folder: URL, all: readonly Example[]): void {
  const programs = fileURLToPath(new URL(`../../out/examples/${folder.pathname.split("/").at(-2)}/`, folder));
  const examples = all.map((example) => ({
    ...example,
    file: `${programs}${example.title.replace(/\W/g, "-")}.ts`,
  }));
  beforeAll(() => {
    mkdirSync(programs, { recursive: true });
    for (const { file, code } of examples) writeFileSync(file, code);
  });
  afterAll(() => {
    rmSync(programs, { recursive: true, force: true });
  });

  test("type-check", () => {
    const files = examples.map(({ file }) => file);
    expect(typeErrors(files, new URL("test/", folder))).toEqual([]);
  });

  const runnable = examples.filter(({ isRunnable }) => isRunnable);
  test.each(runnable.map(({ title, ...example }) => [title, example] as const))(
    "%s prints what it says",
    async (_, { code, file }) => {
      const lines = promised(code);
      expect(lines.length, "an example ends with console.log(...); // what it prints").toBeGreaterThan(0);
      expect(await printed(file)).toEqual(lines);
    },
  );
}

/** What the compiler says of some files, with the options of a folder. */
function typeErrors(files: readonly string[], folder: URL): string[] {
  const program = ts.createProgram(files, compilerOptions(folder).options);
  return files
    .flatMap((name) => {
      const file = program.getSourceFile(name);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    })
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}

/** What an example says that it prints: the comment behind each console.log. */
function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = ""]) => text);
}

/** What a program prints. */
async function printed(file: string): Promise<string[]> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    lines.push(format(...values));
  });
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
  return lines;
}
