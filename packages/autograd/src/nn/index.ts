export { type AttentionOptions, type AttentionParams, attention } from "./attention.ts";
export { type ConvLayerOptions, type ConvParams, conv } from "./convolution.ts";
export { type DenseOptions, type DenseParams, dense } from "./dense.ts";
export { type EmbeddingOptions, type EmbeddingParams, embedding } from "./embedding.ts";
export { type GroupNormParams, groupNorm } from "./groupNorm.ts";
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  zeros,
} from "./initializers.ts";
export {
  type Activation,
  type ActivationName,
  type DivergenceOptions,
  type Mlp,
  type MlpOptions,
  mlp,
} from "./mlp.ts";
export type { Module } from "./module.ts";
