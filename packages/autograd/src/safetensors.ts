export { type Safetensors, SafetensorsError } from "./safetensors/format.ts";
export { read } from "./safetensors/read.ts";
export { write } from "./safetensors/write.ts";
