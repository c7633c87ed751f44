// Learns the score of some points, ∇ log p(x), draws new points by following it, and draws both.
import { writeFileSync } from "node:fs";
import { random } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { learn } from "./learn.js";
import { picture } from "./picture.js";

// Points of your own: tensor([[1.2, 0.3], [0.7, 1.9], ...]), of @scoretape/autograd too.
const points = data.moons.sample(random.key(0), 2000);
const samples = await learn(points, { key: random.key(1), steps: 2000, count: 1000 });

writeFileSync("picture.svg", picture(points, samples));
console.log("picture.svg: data in grey, samples of the learned score in blue");
