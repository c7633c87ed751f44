import type { Network } from "@scoretape/score/model";
import { UserError } from "../terminal/user-error.ts";
import { type Flag, optionOf } from "./flag.ts";
import { flags } from "./table.ts";

const names = { mlp: "a perceptron", unet: "a U-Net" } as const;

/**
 * @param what what has the network, for messages
 * @throws UserError if a flag was given that means nothing to a kind of network
 */
export function checkNetworkFlags(what: string, kind: Network["kind"], given: ReadonlySet<string>): void {
  const found = kind === "unet" ? "unet" : "mlp";
  for (const [name, { onlyFor }] of Object.entries<Flag<unknown>>(flags)) {
    if (!given.has(name) || onlyFor === undefined || onlyFor.network === found) continue;
    throw new UserError(
      `${optionOf(name)} is for ${names[onlyFor.network]}, and ${what} is ${names[found]}; leave it out: ${onlyFor.instead}`,
    );
  }
}
