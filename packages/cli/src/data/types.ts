import { type Inference, parseTypes } from "@scoretape/score/tables";
import { UserError } from "../terminal/user-error.ts";

/** The kinds of columns that were told. @throws UserError if a text tells none */
export function typesIn(text: string | undefined): Pick<Inference, "types"> {
  if (text === undefined) return {};
  try {
    return { types: parseTypes(text) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`--types: ${error.message.replace(/^\w+: /, "")}`, { cause: error });
  }
}

/** The columns that were told to hold texts, even where all of these are numbers. */
export function toldTexts({ types = {} }: Inference): string[] {
  return Object.keys(types).filter((name) => /^(?:category|date)/.test(types[name] ?? ""));
}
