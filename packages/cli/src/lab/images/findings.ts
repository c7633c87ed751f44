import type { Model } from "@scoretape/score/model";
import { type Claim, claim, control } from "../claim.ts";
import { claimsOf, worthRows } from "../classes/claims.ts";
import type { Judge, Worth } from "../classes/judge.ts";
import type { Findings } from "../experiment.ts";
import { goal, shifted } from "../goal.ts";
import { showEstimate } from "../numbers.ts";
import type { Inpainting } from "./inpaint.ts";
import type { Source } from "./source.ts";

/** What samples may fall short of real images; fixed before any were drawn. */
const ROOM = { share: 0.02, frechet: 1.5 };

/** What came of the training of a network on images. */
export interface Course {
  readonly source: Pick<Source, "name" | "accuracy">;
  readonly model: Model;
  readonly judge: Judge;
  readonly worth: Worth;
  readonly inpainting: Inpainting;
  readonly pictures: Findings["pictures"];
  /** How many samples were drawn, and how many right halves. */
  readonly counts: { readonly samples: number; readonly halves: number };
  /** How long the training took. */
  readonly seconds: number;
}

export function findings({
  source,
  model,
  judge,
  worth,
  inpainting,
  pictures,
  counts,
  seconds,
}: Course): Findings {
  const { steps } = model.description;
  const { ofWhole, ofDrawn, ofCopied, copies, wholeCopies } = inpainting;
  return {
    tables: [
      {
        title: `${counts.samples} images like ${source.name} by a U-Net of ${model.size} parameters, after ${steps} steps in ${Math.round(seconds)} s, guidance 1`,
        rows: worthRows(judge, { samples: worth }),
      },
      {
        title: `Right halves of ${counts.halves} test images, drawn without their classes being told`,
        rows: [
          ["", "test images", "drawn", "copied from the nearest left half"],
          ["classifier sees their class in", ...[ofWhole, ofDrawn, ofCopied].map(showEstimate)],
          [
            "nearer to a training half than 99 % of test halves",
            ...[wholeCopies, copies].map(showEstimate),
            "",
          ],
        ],
      },
    ],
    claims: [
      ...claimsOf(judge, worth, { ...ROOM, accuracy: source.accuracy }),
      ...inpaintingClaims(inpainting, counts.halves),
    ],
    pictures,
    numbers: {
      data: source.name,
      steps,
      trainingSeconds: seconds,
      real: { confidence: judge.confidence, agreement: judge.agreement, floor: judge.floor },
      samples: worth,
      inpainting: { ofWhole, ofDrawn, ofCopied, copies },
    },
  };
}

function inpaintingClaims({ ofDrawn, ofCopied, copies, wholeCopies }: Inpainting, count: number): Claim[] {
  const { value } = ofCopied;
  const error = Math.sqrt((value * (1 - value)) / count);
  return [
    goal({
      what: "inpainting: share of images in which the classifier sees the class of the whole",
      measured: ofDrawn,
      relation: "at least",
      limit: shifted(ofCopied, -2 * error),
      origin: control("the right half copied from the nearest left half, less two standard errors"),
    }),
    claim({
      what: "inpainting: share of right halves nearer to a training image's than 99 % of test images'",
      measured: copies,
      relation: "at most",
      limit: wholeCopies,
      origin: control("test images"),
    }),
  ];
}
