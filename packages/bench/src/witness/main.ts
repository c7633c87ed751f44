import { Command, InvalidArgumentError } from "commander";
import { carryOut } from "../command/carryOut.ts";
import { python } from "../implementations/runtimes.ts";
import { type Trial, tryBoth } from "./measure.ts";
import { peerModules, pyTorch } from "./peer.ts";
import { compare, mostSeeds, tableOf } from "./report.ts";
import { sets, taskOf } from "./task.ts";

interface Flags {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly steps: number;
  readonly rows: number;
  readonly points: number;
  readonly set?: readonly string[];
  readonly python: string;
}

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };

function setsWith(text: string, former: readonly string[] = []): readonly string[] {
  if (sets.some((set) => set === text)) return [...former, text];
  throw new InvalidArgumentError(`Choose ${sets.join(", ")}.`);
}

async function witness(flags: Flags): Promise<void> {
  const runtime = python(flags.python, peerModules);
  const missing = peerModules.filter((name) => (runtime?.modules[name] ?? null) === null);
  if (missing.length > 0) {
    console.log(
      `${flags.python} has no ${missing.join(", ")}, so that scoretape is alone: ` +
        "pip install -r packages/bench/python/requirements.txt, or give --python PATH",
    );
  }
  const peer = missing.length === 0 ? pyTorch(flags.python) : null;
  const trials: Trial[] = [];
  for (const set of flags.set ?? sets) {
    for (let seed = flags.firstSeed; seed < flags.firstSeed + flags.seeds; seed++) {
      const trial = await tryBoth(taskOf(set, seed, flags), peer);
      console.log(`${set}, seed ${seed}: ${trial.own.toFixed(4)}, PyTorch ${trial.peers?.toFixed(4) ?? "–"}`);
      trials.push(trial);
    }
  }
  const found = compare(trials);
  const versions = missing.length === 0 ? `, PyTorch ${runtime?.modules.torch}` : "";
  console.log(`\n${tableOf(found)}\n\nNode ${process.versions.node}${versions}`);
  if (found.some(({ verdict }) => verdict === "worse")) process.exitCode = 1;
}

const command = new Command("witness")
  .description(
    "Trains the same small networks here and in PyTorch, and compares how far their scores are from the exact ones.",
  )
  .exitOverride()
  .option("--seeds <count>", "how many seeds", whole(1, mostSeeds), 5)
  .option("--first-seed <seed>", "the first of them", whole(0), 10)
  .option("--steps <count>", "steps of each training", whole(1), 4000)
  .option("--rows <count>", "rows of each set", whole(100), 10_000)
  .option("--points <count>", "points of each noise level to compare the scores on", whole(10), 2000)
  .option("--set <name>", "only this set; may be repeated", setsWith)
  .option("--python <path>", "the Python that may have torch", "python3")
  .action(witness);

await carryOut(command);
