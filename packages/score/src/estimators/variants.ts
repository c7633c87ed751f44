import { checkCount } from "../check.ts";
import { type ScoreMatchingObjectiveName, scoreMatchingObjectives } from "../objectives/registry.ts";
import { gaussian, rademacher, sphere } from "../probes.ts";
import type { ProbeLawName } from "./report.ts";

/** The laws of probes by their names. */
export const lawsByName = { rademacher, gaussian, sphere };

const allLaws: readonly ProbeLawName[] = ["rademacher", "gaussian", "sphere"];

/** One estimator as it is evaluated. */
export interface Variant {
  readonly estimator: ScoreMatchingObjectiveName;
  readonly law: ProbeLawName | null;
  readonly probes: number | null;
}

/** What is to be compared, each all that there are unless said. */
interface Choice {
  readonly estimators?: readonly ScoreMatchingObjectiveName[];
  readonly laws?: readonly ProbeLawName[];
  readonly probeCounts?: readonly number[];
}

/** The estimators with every law and number of probes, where they take probes. */
export function variantsOf(name: string, options: Choice): Variant[] {
  const all = Object.keys(scoreMatchingObjectives) as ScoreMatchingObjectiveName[];
  const comparable = all.filter((estimator) => {
    const { takes, needs } = scoreMatchingObjectives[estimator];
    return takes === "score" && !needs.includes("known score");
  });
  const { estimators = comparable, laws = allLaws, probeCounts = [1, 4] } = options;
  for (const probes of probeCounts) checkCount(name, probes, "a number of probes");
  for (const law of laws) {
    if (!allLaws.includes(law))
      throw new RangeError(`${name}: law "${law}" is none of ${allLaws.join(", ")}`);
  }
  const variants = estimators.flatMap((estimator): Variant[] => {
    if (!comparable.includes(estimator)) {
      throw new RangeError(`${name}: estimator "${estimator}" is none of ${comparable.join(", ")}`);
    }
    if (!scoreMatchingObjectives[estimator].needs.includes("probes")) {
      return [{ estimator, law: null, probes: null }];
    }
    return laws.flatMap((law) => probeCounts.map((probes) => ({ estimator, law, probes })));
  });
  if (variants.length === 0) {
    throw new RangeError(`${name}: there is nothing to compare; give at least one estimator, law and number`);
  }
  return variants;
}
