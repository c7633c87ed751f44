import { damaged, quoted } from "./error.ts";
import { type StoredTensor, storedTensor } from "./stored.ts";
import type { Message } from "./wire.ts";

/** What an attribute is; of one whose value there is nothing for, such as a graph, the kind alone is kept. */
export type Attribute =
  | { readonly kind: "float" | "int"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "floats" | "ints"; readonly value: readonly number[] }
  | { readonly kind: "texts"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: StoredTensor }
  | { readonly kind: "graph" | "other"; readonly value: null };

export type AttributeKind = Attribute["kind"];

/** The kinds by their numbers in `AttributeProto.AttributeType`. */
const kinds: Readonly<Record<number, AttributeKind>> = {
  1: "float",
  2: "int",
  3: "text",
  4: "tensor",
  5: "graph",
  6: "floats",
  7: "ints",
  8: "texts",
  10: "graph",
};

/** The attribute that a message says. @throws OnnxError where it has no value of its kind */
export function attributeOf(message: Message, node: string): Attribute {
  const kind = kinds[message.int(20) ?? 0] ?? "other";
  const what = `attribute ${quoted(message.text(1))} of node ${quoted(node)}`;
  const value = <T>(found: T | undefined): T => {
    if (found === undefined) throw damaged(`${what} has no value`);
    return found;
  };
  switch (kind) {
    case "float":
      return { kind, value: value(message.floats(2, 4).at(-1)) };
    case "int":
      // What is 0 may be left out.
      return { kind, value: message.int(3) ?? 0 };
    case "text":
      return { kind, value: message.text(4) };
    case "tensor":
      return { kind, value: storedTensor(value(message.messages(5, what).at(-1))) };
    case "floats":
      return { kind, value: message.floats(7, 4) };
    case "ints":
      return { kind, value: message.ints(8) };
    case "texts":
      return { kind, value: message.texts(9) };
    default:
      return { kind, value: null };
  }
}
