import { quoted, type Remark, TableError } from "./remark.ts";

/** What browsers and Node have alike. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean },
) => { decode(bytes: Uint8Array): string };

/** A text, and what had to be guessed to have it. */
export interface Decoded {
  readonly text: string;
  readonly encoding: string;
  readonly guess: Remark | null;
}

/**
 * Bytes as text. Without a word on their encoding they are UTF-16 where they begin with its mark, else UTF-8, and
 * where they are not that, Windows-1252, which western Europe's spreadsheets write.
 */
export function decode(input: string | Uint8Array, encoding?: string): Decoded {
  if (typeof input === "string")
    return { text: checked(withoutMark(input)), encoding: "utf-16", guess: null };
  if (encoding !== undefined) return { ...decoded(input, encoding), guess: null };
  const marked = utf16Marks.find(([, first, second]) => input[0] === first && input[1] === second);
  if (marked !== undefined) {
    const [label, , , name] = marked;
    return { ...decoded(input, label), guess: [`read as ${name}`] };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(input);
    return { text: checked(text), encoding: "utf-8", guess: null };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const broken = new TextDecoder("utf-8", { fatal: false }).decode(input);
  const line = lineAt(broken, broken.indexOf("\ufffd"));
  return {
    ...decoded(input, "windows-1252"),
    guess: [`read as Windows-1252, since line ${line} is not UTF-8`],
  };
}

const utf16Marks = [
  ["utf-16le", 0xff, 0xfe, "UTF-16"],
  ["utf-16be", 0xfe, 0xff, "UTF-16"],
] as const;

function decoded(bytes: Uint8Array, encoding: string): { text: string; encoding: string } {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new TableError([
      `there is no encoding ${quoted(encoding)}; the web's names are utf-8, utf-16le, …`,
    ]);
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new TableError([`the bytes are not ${encoding}; give the encoding that they were saved in`]);
  }
  return { text: checked(text), encoding };
}

/** The text itself, if it is one: pictures and archives are full of control characters. */
function checked(text: string): string {
  const at = text.search(/[^\P{Cc}\t\n\v\f\r\u0085]/u);
  if (at < 0) return text;
  const code = text.charCodeAt(at).toString(16).padStart(4, "0").toUpperCase();
  throw new TableError([
    `line ${lineAt(text, at)} holds the control character U+${code}: it is not a text file; ` +
      `export it as CSV in UTF-8`,
  ]);
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split(/\r\n?|\n/).length;
}
