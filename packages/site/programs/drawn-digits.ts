import { clamp, mean, mul, portable, random, sqrt, square, sub, tensor } from "@scoretape/autograd";
import { classifierFreeGuidance, dpmSolver, karrasSchedule } from "@scoretape/score";
import { loadModel, restored } from "@scoretape/score/model";

const [count, label, guidance] = [12, 3, 1];

// Addresses are those of this site.
const response = await fetch("models/digits.safetensors");
const { conditionalScore, description } = loadModel(await response.arrayBuffer());
if (conditionalScore === undefined) throw new Error("the model was told no classes");
const { sigmaMin, sigmaMax } = description.settings;

const score = classifierFreeGuidance(conditionalScore, {
  condition: tensor(new Uint32Array(count).fill(label)),
  scale: guidance,
});
const noise = random.normal(random.foldIn(random.key(0), 0), [count, 64]);
const { samples } = dpmSolver(score, mul(portable.hypot(1, sigmaMax), noise), {
  sigmas: karrasSchedule({ sigmaMin, sigmaMax, steps: 24 }),
});
const images = clamp(restored(description.standardization, samples), -1, 1);
console.log("spread", sqrt(mean(square(sub(images, mean(images, { axis: 0 }))))).item());

// The first of them.
for (let row = 0; row < 8; row++) {
  const pixels = Array.from(images.data.slice(8 * row, 8 * row + 8));
  console.log(pixels.map((value) => " .:-=+*#%@"[Math.min(9, Math.floor(5 * (value + 1)))]).join(""));
}
