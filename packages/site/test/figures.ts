import { readFileSync } from "node:fs";
import { jobs } from "../engine/jobs.ts";
import { estimated, shown } from "../figures/parts/numbers.ts";

type Numbers = Readonly<Record<string, string>>;

/** What the figures of the course say when they are opened, by the library in Node; a stopwatch says nothing before it ran. */
export const figuresOfCourse: Readonly<Record<string, () => Numbers>> = {
  "fisher-divergence": () => {
    const { divergence, gradient } = jobs.fisher({ mean: [2, -2], deviation: 1 });
    return { divergence: shown(divergence), gradient: gradient.map(shown).join(", ") };
  },
  "integration-by-parts": () => {
    const { objective, shifted, difference } = jobs.parts({ mean: [2, -2], deviation: 1 });
    return {
      objective: estimated(objective),
      shifted: estimated(shifted),
      difference: estimated(difference),
    };
  },
  slicing: () => {
    const thrown = jobs.slices({ law: "rademacher", dimension: 8, count: 64 });
    const { trace, measured, variance } = thrown;
    return {
      trace: shown(trace),
      mean: estimated(thrown),
      measured: shown(measured),
      variance: shown(variance),
    };
  },
  "trace-cost": () => ({}),
  denoising: () => {
    const { plain, controlled } = jobs.targets({ sigma: 10 ** -0.5 });
    return {
      loss: shown(plain.mean),
      deviation: shown(plain.deviation),
      controlled: shown(controlled.mean),
      "controlled-deviation": shown(controlled.deviation),
    };
  },
  tweedie: () => ({
    mean: jobs
      .posterior({ point: [0.6, -0.4], sigma: 1 })
      .mean.map(shown)
      .join(", "),
  }),
  langevin: () => {
    const { measured, expected } = jobs.step({ stepSize: 0.5 });
    return { measured: shown(measured), expected: shown(expected) };
  },
  manifold: () => {
    const { last, least, across, exactAcross } = jobs.manifold({ sigma: 0 });
    return { loss: shown(last), least: shown(least), across: shown(across), exact: shown(exactAcross) };
  },
  "rare-data": () => {
    const { relative, rarest, between } = jobs.rareData({ sigma: 0 });
    return { relative: shown(relative), rarest: shown(rarest), between: shown(between) };
  },
  "slow-mixing": () => ({ weight: shown(jobs.mixing({ annealed: false }).weight) }),
  annealing: () => {
    const { plain, annealed } = jobs.annealing({});
    const weight = (chains: typeof plain): string => shown(chains.weights.at(-1)?.weight ?? 0);
    return { plain: weight(plain), annealed: weight(annealed) };
  },
  diffusion: () => ({ frames: String(jobs.diffusion({ flow: false }).frames.length) }),
  likelihood: () => {
    const { nats, exact, path } = jobs.likelihood({ point: [-2.4, 0.2] });
    return { nats: shown(nats), exact: shown(exact), latent: (path[0] ?? []).map(shown).join(", ") };
  },
};

const bytes = readFileSync(new URL("../pages/public/models/digits.safetensors", import.meta.url));
const model = `data:application/octet-stream;base64,${bytes.toString("base64")}`;

/** What the figures of the page of digits say when they are opened. */
export const figuresOfDigits: Readonly<Record<string, () => Promise<Numbers>>> = {
  "drawn-digits": async () => {
    const { spread } = await jobs.drawDigits({ model, label: 3, guidance: 1, seed: 0, count: 12 });
    return { spread: shown(spread) };
  },
  "erased-digit": async () => {
    const { images } = await jobs.drawDigits({ model, label: 5, guidance: 1, seed: 0, count: 1 });
    const { spread } = await jobs.completeDigit({
      model,
      pixels: images[0] ?? [],
      known: Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0)),
      label: null,
      seed: 0,
      count: 6,
    });
    return { spread: shown(spread) };
  },
};
