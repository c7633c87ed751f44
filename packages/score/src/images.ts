// A small classifier of images, and what it says of samples: `@scoretape/score/images`.

export {
  type FrechetReference,
  type FrechetReferenceOptions,
  frechetReference,
} from "./images/frechetReference.ts";
export {
  type ImageClassifier,
  type ImageClassifierOptions,
  type ImageClassifierParams,
  imageClassifier,
} from "./images/imageClassifier.ts";
export {
  type BesideReal,
  type ImageQuality,
  type ImageQualityOptions,
  imageQuality,
  type LabelledImages,
} from "./images/imageQuality.ts";
export { type ImageJudgement, type JudgeImagesOptions, judgeImages } from "./images/judgeImages.ts";
export { type TrainImageClassifierOptions, trainImageClassifier } from "./images/trainImageClassifier.ts";
