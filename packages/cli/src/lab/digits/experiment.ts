import { random, slice } from "@scoretape/autograd";
import { digitImages } from "../../images/digits.ts";
import { claimsOf, worthRows } from "../classes/claims.ts";
import { judgeOf, worthOf } from "../classes/judge.ts";
import { describeParts, drawImages, drawingSteps, learnParts, turns } from "../classes/learn.ts";
import { partsOf } from "../classes/parts.ts";
import { drawStrips } from "../classes/picture.ts";
import type { Experiment } from "../experiment.ts";

/** What samples may fall short of real digits; fixed before any were drawn. */
const ROOM = { share: 0.03, frechet: 1.3, accuracy: 0.99 };
const [SHOWN, ACROSS] = [100, 10];
/** Guided a little, by as many levels as time allows. */
const [GUIDANCE, LEVELS] = [0.5, 10];

/** A U-Net that is told which digit to draw, and a classifier that judges it. */
export const digits: Experiment = {
  name: "digits",
  summary:
    "a small U-Net draws each digit of 8×8 pixels so that a classifier takes it for real, and copies none",

  async run(lab) {
    const key = (i: number) => random.foldIn(lab.key, i);
    const sizes = { training: lab.size(1348, 60), test: lab.size(449, 30) };
    const parts = partsOf(digitImages(), sizes, key(0));
    const { training, test, shape } = parts;
    const judge = judgeOf(
      parts,
      { epochs: lab.size(80, 1), shift: 1, distortion: 0.2, splits: lab.size(20, 3) },
      key(1),
    );
    const description = describeParts(parts, {
      steps: lab.size(1200, 3),
      levels: LEVELS,
      ...(lab.quick ? { channels: [8, 8], levels: 3 } : {}),
    });
    const count = lab.size(2000, 60);
    const [model, samples] = await lab.track(
      description.steps + drawingSteps(description, count),
      async (advance) => {
        const learned = await learnParts(lab, description, training, { key: key(2) }, advance);
        return [
          learned,
          await drawImages(lab, { model: learned, count, guidance: GUIDANCE }, key(3), advance),
        ] as const;
      },
    );
    const worth = worthOf(samples, turns(parts, count), judge, parts, key(4));
    const some = (images: typeof samples) =>
      slice(images, [0, 0], [Math.min(SHOWN, images.shape[0] ?? 0), images.shape[1] ?? 0]);
    return {
      tables: [
        {
          title: `${count} digits by a U-Net of ${model.size} parameters after ${description.steps} steps, guidance ${GUIDANCE}`,
          rows: worthRows(judge, { samples: worth }),
        },
      ],
      claims: claimsOf(judge, worth, ROOM),
      pictures: [
        {
          name: "digits",
          svg: drawStrips(
            "Handwritten digits and samples of them",
            shape,
            [
              {
                title: "Digits",
                note: "held out from the training",
                images: some(test.images),
                columns: ACROSS,
              },
              { title: "Samples", note: "each column of one class", images: some(samples), columns: ACROSS },
            ],
            { across: 2, width: 420 },
          ),
        },
      ],
      numbers: {
        steps: description.steps,
        real: { confidence: judge.confidence, agreement: judge.agreement, floor: judge.floor },
        samples: worth,
      },
    };
  },
};
