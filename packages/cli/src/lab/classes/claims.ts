import { type Claim, claim, control } from "../claim.ts";
import { goal, shifted } from "../goal.ts";
import { showEstimate } from "../numbers.ts";
import { exactly, scaled } from "../statistics.ts";
import type { Judge, Worth } from "./judge.ts";

/** How far samples may fall short of real images. */
export interface Room {
  /** Of the shares that the classifier is sure of, and sees the right class in. */
  readonly share: number;
  /** Times the floor of the Fréchet distance. */
  readonly frechet: number;
  /** How often the classifier must see the class of a real image; null where it is not known how hard the images are. */
  readonly accuracy: number | null;
}

/** What samples of images by class are to reach: goals, which were set before they were drawn. */
export function claimsOf(judge: Judge, worth: Worth, { share, frechet, accuracy }: Room): Claim[] {
  const lessRoom = control(`real test images, less ${share}`);
  return [
    ...(accuracy === null
      ? []
      : [
          goal({
            what: "share of test images in which the classifier sees their class",
            measured: judge.agreement,
            relation: "at least",
            limit: exactly(accuracy),
            origin: control("what makes it fit to judge, set beforehand"),
          }),
        ]),
    goal({
      what: "share of samples of which the classifier is sure",
      measured: worth.confidence,
      relation: "at least",
      limit: shifted(judge.confidence, -share),
      origin: lessRoom,
    }),
    goal({
      what: "share of samples in which the classifier sees their class",
      measured: worth.agreement,
      relation: "at least",
      limit: shifted(judge.agreement, -share),
      origin: lessRoom,
    }),
    goal({
      what: "Fréchet distance of samples to test images",
      measured: worth.frechet,
      relation: "at most",
      limit: scaled(judge.floor, frechet),
      origin: control(`${frechet} times that between random halves of the test images`),
    }),
    claim({
      what: "share of samples nearer to a training image than 99 % of test images",
      measured: worth.copies,
      relation: "at most",
      limit: judge.copies,
      origin: control("test images"),
    }),
  ];
}

/** The rows of a table: real test images beside samples. */
export function worthRows(judge: Judge, samples: Readonly<Record<string, Worth>>): string[][] {
  const all = Object.values(samples);
  const row = (words: string, real: string, of: (worth: Worth) => string): string[] => [
    words,
    real,
    ...all.map(of),
  ];
  return [
    ["", "test images", ...Object.keys(samples)],
    row("classifier is sure of", showEstimate(judge.confidence), ({ confidence }) =>
      showEstimate(confidence),
    ),
    row("classifier sees their class in", showEstimate(judge.agreement), ({ agreement }) =>
      showEstimate(agreement),
    ),
    row("Fréchet distance to half of the test images", showEstimate(judge.floor), ({ frechet }) =>
      showEstimate(frechet),
    ),
    row("median distance to a training image, over that of test images", "1", ({ nearness }) =>
      nearness.toFixed(3),
    ),
    row("nearer to one than 99 % of test images", showEstimate(judge.copies), ({ copies }) =>
      showEstimate(copies),
    ),
  ];
}
