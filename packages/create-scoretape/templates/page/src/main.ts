import { random } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { learn } from "./learn.ts";
import { draw } from "./picture.ts";

const canvas = document.querySelector("canvas");
const status = document.querySelector("#status");
if (canvas === null || status === null) throw new Error("index.html has lost its canvas or its status");

// Points of your own: tensor([[1.2, 0.3], [0.7, 1.9], ...]), of @scoretape/autograd too.
const points = data.eightGaussians.sample(random.key(0), 2000);
await learn(points, {
  key: random.key(1),
  steps: 2000,
  count: 500,
  show(step, samples) {
    draw(canvas, points, samples);
    status.textContent = `Step ${step}`;
    canvas.dataset.step = String(step);
  },
});
status.textContent = "Learned";
