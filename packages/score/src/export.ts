export {
  type ExportedFunction,
  type ExportedPart,
  type ExportFunctionOptions,
  exportFunction,
} from "./export/exportFunction.ts";
export type { Metadata } from "./export/metadata.ts";
export type { FloatType } from "./export/units.ts";
