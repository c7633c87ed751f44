export { type DenseOptions, type DenseParams, dense } from "./dense.ts";
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
