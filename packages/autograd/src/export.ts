export type { Port, PortNames, Signature } from "./export/captured.ts";
export { type StableHlo, stableHlo } from "./export/stableHlo/module.ts";
