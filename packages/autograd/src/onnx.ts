export { OnnxError } from "./onnx/error.ts";
export { fromOnnx } from "./onnx/fromOnnx.ts";
export type { FromOnnxOptions, OnnxFunction, OnnxParams, OnnxPort } from "./onnx/imported.ts";
