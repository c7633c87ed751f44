import { readFileSync } from "node:fs";
import { invocation, managerOf } from "./manager.ts";
import { Mistake } from "./mistake.ts";
import { type Place, placeOf } from "./place.ts";
import type { Ask } from "./questions.ts";
import { filesOf, isTemplate, type TemplateName, templates } from "./templates.ts";
import { noTemplate, readWords } from "./words.ts";
import { writeAll } from "./write.ts";

/** What a run is connected to. */
export interface Io {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Asks at the terminal, where there is one. */
  readonly ask?: Ask;
  /** What npm and its like say of themselves in `npm_config_user_agent`. */
  readonly agent: string;
}

/** @returns the exit code: 0; 2 for a mistake, told in one line, after which nothing is written; 130 after Ctrl-C. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  try {
    const { help, version, ...given } = readWords(words, io.agent);
    if (help || version) {
      io.stdout.write(`${help ? usage(io.agent) : ownVersion()}\n`);
      return 0;
    }
    const directory =
      given.directory ?? (await answer(io, "Directory of the project: ", "name the directory"));
    if (directory === null) return 130;
    const place = placeOf(directory);
    const template = given.template ?? (await chosenTemplate(io));
    if (template === null) return 130;
    write(place, filesOf(template, { name: place.name, version: ownVersion() }));
    io.stdout.write(whatNext(place, template, io.agent));
    return 0;
  } catch (error) {
    if (!(error instanceof Mistake || isOfSystem(error))) throw error;
    io.stderr.write(`create-scoretape: ${error.message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    return 2;
  }
}

/** An answer at the terminal; a mistake where there is none. */
async function answer({ ask, agent }: Io, question: string, otherwise: string): Promise<string | null> {
  if (ask === undefined) {
    throw new Mistake(`${otherwise}: ${invocation(agent, "my-thing", Object.keys(templates).join("|"))}`);
  }
  return (await ask(question))?.trim() ?? null;
}

async function chosenTemplate(io: Io): Promise<TemplateName | null> {
  const said = await answer(io, `${listed()}\nTemplate (script): `, "say which template");
  if (said === null) return null;
  const name = said === "" ? "script" : said;
  if (!isTemplate(name)) throw new Mistake(noTemplate(name));
  return name;
}

/** The templates, a line each. */
function listed(): string {
  return Object.entries(templates)
    .map(([name, { about }]) => `  ${name.padEnd(8)}${about}`)
    .join("\n");
}

function usage(agent: string): string {
  return `Usage: ${invocation(agent, "DIRECTORY", "NAME")}

${listed()}

What is not given is asked for, at a terminal. -t is short for --template, -h for --help, -v for --version.`;
}

function write({ path, from }: Place, files: ReadonlyMap<string, string>): void {
  try {
    writeAll(path, files);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    throw new Mistake(`${from === "" ? "." : from} cannot be written: ${error.message}`);
  }
}

function ownVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return version;
}

function whatNext({ from, name }: Place, template: TemplateName, agent: string): string {
  const manager = managerOf(agent);
  const steps = [
    ...(from === "" ? [] : [`cd ${quoted(from)}`]),
    `${manager} install`,
    ...templates[template].run.map((words) => `${manager} ${words}`),
  ];
  return `${name}: ${templates[template].about}\n\n${steps.map((step) => `  ${step}\n`).join("")}`;
}

/** A path as a word for a shell. */
function quoted(path: string): string {
  if (/^[\p{L}\p{N}_@~+.,:/\\-]+$/u.test(path)) return path;
  return process.platform === "win32" ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Whether the file system refused something. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
