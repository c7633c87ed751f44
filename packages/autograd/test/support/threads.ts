import type { Executable, ThreadUse } from "../../src/compile/lowering.ts";
import type { ProgramBackend } from "../../src/index.ts";

/** A backend that keeps the executables that it makes, to ask them how they use threads. */
export interface Watched extends ProgramBackend {
  readonly executables: readonly Executable[];
  /** How the latest one uses threads. */
  use(): ThreadUse;
}

export function watched(backend: ProgramBackend): Watched {
  const executables: Executable[] = [];
  return {
    name: backend.name,
    executables,
    lower(program, options) {
      const executable = backend.lower(program, options);
      executables.push(executable);
      return executable;
    },
    use() {
      const threads = executables.at(-1)?.describe().threads;
      if (threads === undefined) throw new Error("watched: no program, or threads were not asked for");
      return threads;
    },
  };
}

/** How long to wait for something that happens on another thread, in milliseconds. */
const DEADLINE = 20_000;

/** Repeats an action until a condition holds. Throws when it never does. */
export function repeatUntil(condition: () => boolean, action: () => void, what: string): void {
  const end = performance.now() + DEADLINE;
  do {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    action();
  } while (!condition());
}

/** Waits for a promise, but not for ever. */
export async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain until ${what}`)), DEADLINE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
