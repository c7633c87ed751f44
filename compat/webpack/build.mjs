import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import webpack from "webpack";

const compiler = webpack({
  mode: "production",
  entry: "./page.mjs",
  performance: { hints: false },
  output: { path: resolve("dist"), filename: "page.js", module: true, publicPath: "auto" },
  experiments: { outputModule: true },
});
const stats = await new Promise((done, failed) => {
  compiler.run((error, result) => (error ? failed(error) : done(result)));
});
// All that webpack has to say is that an optional package of @scoretape/autograd/gpu is not there.
const said = [...stats.compilation.errors, ...stats.compilation.warnings].map(({ message }) => message);
if (stats.hasErrors() || said.length !== 1 || !said[0].includes("Can't resolve 'gpu.js'")) {
  console.error(said.join("\n"));
  process.exit(1);
}
cpSync("index.html", "dist/index.html");
writeFileSync("dist/index.html", readFileSync("dist/index.html", "utf8").replace("page.mjs", "page.js"));
