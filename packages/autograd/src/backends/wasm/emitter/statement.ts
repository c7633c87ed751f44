import type { Code } from "./code.ts";
import type { I32x4 } from "./vector.ts";

/** Code that runs if any bit of a mask is set, and changes nothing in lanes where none is. */
export interface Rare {
  readonly mask: I32x4;
  readonly body: Code;
}

/** A statement before its place among others is known. */
export type Statement = Code | Rare;

/** Independent statements; those that are rare behind one branch, after the others. */
export function together(statements: readonly Statement[]): Code {
  const code: Code[] = [];
  const bodies: Code[] = [];
  let mask: I32x4 | undefined;
  for (const statement of statements) {
    if ("mask" in statement) {
      mask = mask?.or(statement.mask) ?? statement.mask;
      bodies.push(statement.body);
    } else code.push(statement);
  }
  return mask === undefined ? code : [code, mask.any().code, 0x04, 0x40, bodies, 0x0b];
}
