/** A state that shows what a section of the course tells. */
export interface Preset {
  /** The heading of the section. */
  readonly section: string;
  /** What to look at. */
  readonly text: string;
  /** The state, as an address has it. */
  readonly hash: string;
}

export const presets: readonly Preset[] = [
  {
    section: "The Fisher divergence",
    text: "two modes, whose exact score is known: the curve of the divergence shows where the network is wrong",
    hash: "data=two-modes",
  },
  {
    section: "Integration by parts",
    text: "the exact objective, which needs no noise to be known: its gradient takes two derivatives",
    hash: "data=8gaussians&loss=exact&steps=1000",
  },
  {
    section: "Slicing",
    text: "one probe of a row beside eight: the curve of the loss is less rough",
    hash: "data=8gaussians&loss=sliced&steps=1000&b&b.probes=8",
  },
  {
    section: "Denoising",
    text: "sliced score matching with less variance beside denoising",
    hash: "data=2spirals&loss=sliced-vr&b&b.loss=denoising",
  },
  {
    section: "Tweedie's formula",
    text: "at a large σ the score points to the mean of all data, at a small one to the nearest",
    hash: "data=rings",
  },
  {
    section: "Sampling",
    text: "an energy, whose gradient the score is, beside a score",
    hash: "steps=1000&learn=energy&b&b.learn=score",
  },
  {
    section: "Data on a surface",
    text: "points on a line without thickness: the smallest noise is what the network learns",
    hash: "data=line",
  },
  {
    section: "Where data are rare",
    text: "small noise alone beside levels from wide to small: between the modes the first knows nothing",
    hash: "data=two-modes&levels=1&sigmaMax=0.1&sigmaMin=0.1&b&b.levels=auto&b.sigmaMax=auto&b.sigmaMin=auto",
  },
  {
    section: "Slow mixing",
    text: "the weight of the larger mode is 0.8: the report tells that of the samples",
    hash: "data=two-modes&steps=2500",
  },
  {
    section: "Noise levels",
    text: "four levels beside as many as the library takes",
    hash: "data=25gaussians&steps=2500&levels=4&b&b.levels=auto",
  },
  {
    section: "Annealed Langevin sampling",
    text: "samples on the way: move the slider of the steps",
    hash: "data=swissroll&steps=2500",
  },
  {
    section: "Diffusion",
    text: "the log-density that the probability flow gives",
    hash: "data=pinwheel&steps=2500",
  },
];
