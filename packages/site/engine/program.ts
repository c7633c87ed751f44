import { transform } from "sucrase";

/** What a program may import: each is loaded when a program asks for it. */
export type Modules = Readonly<Record<string, () => Promise<unknown>>>;

/** So many lines a program may print, of so many letters each. */
const [MOST_LINES, MOST_LETTERS] = [500, 2000];
/** So many lines stand before the program's own where it runs. */
const BEFORE = 2;

/** A value as a line shows it. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  return ArrayBuffer.isView(value) ? String(value) : JSON.stringify(value);
}

/** What a program has around it. */
export interface Surroundings {
  readonly modules: Modules;
  /** Is told when all that it imports is there. */
  begin(): void;
  /** Gets each line that it logs. */
  print(line: string): void;
  /** Fetches what stands at an address of the site. */
  fetch(address: string): Promise<Response>;
}

/** Runs a program in TypeScript, whose imports come from the modules. */
export async function runProgram(
  source: string,
  { modules, begin, print, fetch }: Surroundings,
): Promise<void> {
  const { code } = transform(source, { transforms: ["typescript", "imports"], production: true });
  const found = new Map<string, unknown>();
  for (const [, name = ""] of code.matchAll(/\brequire\('([^']+)'\)/g)) {
    const load = modules[name];
    if (load === undefined) {
      throw new Error(`"${name}" is not here; import from ${Object.keys(modules).join(", ")}`);
    }
    found.set(name, await load());
  }
  let lines = 0;
  const log = (...values: unknown[]): void => {
    lines += 1;
    if (lines > MOST_LINES) throw new Error(`more than ${MOST_LINES} lines were printed; print less`);
    const line = values.map(text).join(" ");
    print(line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS)} …` : line);
  };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run: unknown = new AsyncFunction("require", "exports", "console", "fetch", code);
  if (typeof run !== "function") throw new TypeError("the program is no function");
  begin();
  await run((name: string) => found.get(name), {}, { log, info: log, warn: log, error: log }, fetch);
}

/** What went wrong in a program, and in which line where that is known. */
export function failureOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const [, line] = /<anonymous>:(\d+):\d+/.exec(reason.stack ?? "") ?? [];
  const where = line === undefined ? "" : `line ${Number(line) - BEFORE}: `;
  return `${where}${reason.name}: ${reason.message}`;
}
