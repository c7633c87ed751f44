import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import webpack from "webpack";

const compiler = webpack({
  mode: "production",
  entry: "./page.mjs",
  performance: { hints: false },
  // An optional package of @scoretape/autograd/gpu: webpack is to be told where it is not installed.
  resolve: { fallback: { "gpu.js": false } },
  output: { path: resolve("dist"), filename: "page.js", module: true, publicPath: "auto" },
  experiments: { outputModule: true },
});
const stats = await new Promise((done, failed) => {
  compiler.run((error, result) => (error ? failed(error) : done(result)));
});
console.log(stats.toString({ preset: "errors-warnings" }));
if (stats.hasErrors()) process.exit(1);
cpSync("index.html", "dist/index.html");
writeFileSync("dist/index.html", readFileSync("dist/index.html", "utf8").replace("page.mjs", "page.js"));
