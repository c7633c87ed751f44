import { quoted, type Remark, TableError } from "./remark.ts";

/** What browsers and Node have alike. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean },
) => {
  readonly encoding: string;
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string;
};

/** A text in parts, which may be read again, and what had to be guessed to have it. */
export interface Decoded {
  readonly text: Iterable<string>;
  readonly encoding: string;
  readonly guess: Remark | null;
}

/**
 * Bytes as text. Without a word on their encoding they are UTF-16 where they begin with its mark, else UTF-8, and
 * where they are not that, Windows-1252, which western Europe's spreadsheets write. All are read once to see that they are.
 */
export function decode(input: string | Iterable<Uint8Array>, encoding?: string): Decoded {
  if (typeof input === "string") {
    return { text: checked([withoutMark(input)]), encoding: "utf-16", guess: null };
  }
  if (encoding !== undefined) return { ...decoded(input, encoding), guess: null };
  const [first, second] = firstBytes(input);
  const marked = utf16Marks.find((mark) => mark[1] === first && mark[2] === second);
  if (marked !== undefined) {
    const [label, , , name] = marked;
    return { ...decoded(input, label), guess: [`read as ${name}`] };
  }
  try {
    return { text: checked(partsOf(input, "utf-8")), encoding: "utf-8", guess: null };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const line = lineOf(partsOf(input, "utf-8", false), /\ufffd/)?.line ?? 1;
  return {
    ...decoded(input, "windows-1252"),
    guess: [`read as Windows-1252, since line ${line} is not UTF-8`],
  };
}

const utf16Marks = [
  ["utf-16le", 0xff, 0xfe, "UTF-16"],
  ["utf-16be", 0xfe, 0xff, "UTF-16"],
] as const;

function decoded(bytes: Iterable<Uint8Array>, encoding: string): Pick<Decoded, "text" | "encoding"> {
  try {
    new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new TableError([
      `there is no encoding ${quoted(encoding)}; the web's names are utf-8, utf-16le, …`,
    ]);
  }
  try {
    return { text: checked(partsOf(bytes, encoding)), encoding };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TableError([`the bytes are not ${encoding}; give the encoding that they were saved in`]);
  }
}

/** Bytes as parts of a text, decoded anew whenever they are read. Characters may be cut by the ends of the bytes' parts. */
function partsOf(bytes: Iterable<Uint8Array>, encoding: string, fatal = true): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      const decoder = new TextDecoder(encoding, { fatal });
      // As a stream in any case: Node 20 takes a whole text in Windows-1252 for ISO 8859-1, where € is a control character.
      for (const part of bytes) yield decoder.decode(part, { stream: true });
      yield decoder.decode();
    },
  };
}

function firstBytes(parts: Iterable<Uint8Array>): number[] {
  const first: number[] = [];
  for (const part of parts) {
    first.push(...part.subarray(0, 2));
    if (first.length >= 2) break;
  }
  return first;
}

/** The text itself, if it is one: pictures and archives are full of control characters. */
function checked(text: Iterable<string>): Iterable<string> {
  const found = lineOf(text, /[^\P{Cc}\t\n\v\f\r\u0085]/u);
  if (found === null) return text;
  const code = found.character.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase();
  throw new TableError([
    `line ${found.line} holds the control character U+${code}: it is not a text file; ` +
      `export it as CSV in UTF-8`,
  ]);
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** The first character of a kind and its line, from 1; null where there is none. All parts are read in any case. */
function lineOf(text: Iterable<string>, kind: RegExp): { character: string; line: number } | null {
  let found: { character: string; line: number } | null = null;
  let line = 1;
  let endsInHalf = false;
  for (const part of text) {
    if (found !== null) continue;
    const at = part.search(kind);
    const before = at < 0 ? part : part.slice(0, at);
    // The second half of a line end whose first half was the last character of the part before.
    line += lineEnds(before) - (endsInHalf && before.startsWith("\n") ? 1 : 0);
    if (at >= 0) found = { character: part.charAt(at), line };
    if (part !== "") endsInHalf = part.endsWith("\r");
  }
  return found;
}

/** How many lines end in a text. */
export function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  if (!text.includes("\r")) return count;
  return text.match(/\r\n?|\n/g)?.length ?? 0;
}
