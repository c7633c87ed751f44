export type { Port, PortNames, Signature } from "./export/captured.ts";
export { type OnnxModel, type OnnxOptions, onnx } from "./export/onnx/model.ts";
export { type StableHlo, stableHlo } from "./export/stableHlo/module.ts";
