import { createInterface } from "node:readline/promises";

/** Asks a question at the terminal; null where its answer is Ctrl-C or the end of the input. */
export type Ask = (question: string) => Promise<string | null>;

/** Questions at a terminal, until it is closed. Lines that come before their question wait for it. */
export function terminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  const reader = createInterface({ input, output });
  reader.on("SIGINT", () => reader.close());
  const lines = reader[Symbol.asyncIterator]();
  const ask: Ask = async (question) => {
    reader.setPrompt(question);
    reader.prompt();
    const { done, value } = await lines.next();
    if (done !== true) return value;
    // The shell's own prompt begins a line.
    output.write("\n");
    return null;
  };
  return { ask, close: () => reader.close() };
}
