import type { KernelName } from "../../backend.ts";
import type { Application } from "../../program/passes/rewriter.ts";
import type { Builder } from "../builder.ts";
import type { Value } from "../primitives.ts";

/** Writes an application of an op in primitives, and says which value is its result. */
export type Rule<K extends KernelName> = (b: Builder, equation: Application<K>, ...inputs: Value[]) => Value;

/** A rule for each of some ops: a table that lacks one is a type error. */
export type Rules<K extends KernelName> = { readonly [P in K]: Rule<P> };
