import type { Candidate } from "../implementations/candidate.ts";
import type { Effort } from "../measure/effort.ts";
import type { Contestant } from "../wholeJob/contestants.ts";
import type { Rounds } from "../wholeJob/measure.ts";
import type { Workload } from "../workloads/workload.ts";

/** The time from the start of a process to its agreement with the reference, in seconds: by experience. */
function startSeconds({ family, variant }: Candidate): number {
  if (variant.startsWith("compiled")) return 15; // a C++ compiler runs
  return family === "PyTorch" || family === "JAX" ? 3.5 : 1;
}

/** The part of the time for it that a warm-up needs, and how much longer turns take than their least. */
const WARM_UP = 0.5;
const LONGER = 1.1;

/** Seconds of one step of a sampling, and of sampling images: their turns are longer than those of the others. */
const SAMPLING_STEP = 1e-3;
const IMAGE_SAMPLING = 5;

/** How long the candidates will take for a workload, in seconds: some a half, some twice as much. */
export function workloadSeconds(
  workload: Workload,
  candidates: readonly Candidate[],
  effort: Effort,
): number {
  const { rounds, leadInSeconds, roundSeconds, warmUpSeconds } = effort;
  const least =
    workload.kind === "sampling"
      ? workload.steps * SAMPLING_STEP
      : workload.kind === "image-sampling"
        ? IMAGE_SAMPLING
        : 0;
  const turn = LONGER * Math.max(leadInSeconds + roundSeconds, least);
  return present(candidates)
    .map((candidate) => startSeconds(candidate) + WARM_UP * warmUpSeconds + rounds * turn)
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** How long the starts of fresh processes will take, in seconds. */
export function startsSeconds(candidates: readonly Candidate[], { starts }: Effort): number {
  return present(candidates).reduce((sum, candidate) => sum + starts * (startSeconds(candidate) + 1), 0);
}

/** Seconds of a start, a step and the sampling of a whole job: of the slower ones. */
const JOB = { start: 4, step: 4e-3 };

/** How long so many whole jobs will take, each by everyone who can be started. */
export function jobsSeconds(
  contestants: readonly Contestant[],
  { rounds, steps }: Pick<Rounds, "rounds" | "steps">,
): number {
  return present(contestants).length * rounds * (JOB.start + JOB.step * steps);
}

function present<C extends Pick<Candidate, "launch">>(candidates: readonly C[]): readonly C[] {
  return candidates.filter(({ launch }) => !("absent" in launch));
}
