import type { Backend, Key, ProgramBackend } from "@scoretape/autograd";
import type { Picture } from "../report/pictures.ts";
import type { Claim } from "./claim.ts";

/** A question to the theory of score matching that a computation of minutes answers. */
export interface Experiment {
  readonly name: string;
  /** What it shows, in one line. */
  readonly summary: string;
  /** Whether it takes many minutes: such are done by name, not with all, and on the machine's threads unless told otherwise. */
  readonly isLong?: true;
  run(lab: Laboratory): Promise<Findings>;
}

/** What an experiment works with. */
export interface Laboratory {
  /** All that is random comes from here. */
  readonly key: Key;
  /** Whether to be done in a moment: the same computation on sizes too small to judge by. */
  readonly quick: boolean;
  /** What runs the compiled steps. */
  readonly backend: Backend | ProgramBackend;
  /** The directory of a trained model to look at, where one was given. */
  readonly model: string | null;
  /** The path of images to learn from, where one was given. */
  readonly data: string | null;
  /** One of two sizes: the first, or the second where it must be quick. */
  size(full: number, quick: number): number;
  /** Does work of so many steps, with a progress bar. */
  track<T>(steps: number, work: (advance: Advance) => Promise<T>): Promise<T>;
}

/**
 * Counts steps that are done, and shows the loss if there is one. The promise, where there is one, is to be awaited:
 * it lets the terminal be drawn and signals be heard.
 *
 * @throws Interrupted if the program was asked to end
 */
export type Advance = (steps: number, loss?: number) => Promise<void> | undefined;

/** What came out of an experiment. */
export interface Findings {
  /** Tables for people to read: a heading, then rows of cells, of which the first row heads the columns. */
  readonly tables: readonly { readonly title: string; readonly rows: readonly (readonly string[])[] }[];
  readonly claims: readonly Claim[];
  readonly pictures: readonly Picture[];
  /** All numbers, for the JSON file. */
  readonly numbers: Readonly<Record<string, unknown>>;
}
