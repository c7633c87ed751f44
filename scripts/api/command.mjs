// What the command takes, as text: the whole help of every verb, with its flags and their defaults.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The report of the built command, by the name of its file.
 * @param {string} directory of its package
 * @returns {Promise<Map<string, string>>}
 */
export async function commandReport(directory) {
  /** @param {string} path */
  const load = (path) => import(pathToFileURL(join(directory, "dist", path)).href);
  const { run } = await load("run.js");
  const { verbNames } = await load("flags/verb.js");
  /** @type {string[]} */
  const texts = [];
  const stream = { write: (/** @type {string} */ text) => void texts.push(text) };
  for (const words of [[], ...verbNames.map((/** @type {string} */ verb) => [verb])]) {
    const code = await run([...words, "--help-all"], {
      stdout: stream,
      stderr: stream,
      onInterrupt: () => () => {},
    });
    if (code !== 0) throw new Error(`scoretape ${words.join(" ")} --help-all ends with code ${code}`);
    texts.push("\n");
  }
  return new Map([
    ["command.txt", `What scoretape takes, written by npm run api.\n\n${texts.join("").trimEnd()}\n`],
  ]);
}
