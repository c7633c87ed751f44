import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["page.mjs"],
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  target: "es2022",
  outdir: "dist",
  logLevel: "warning",
});
writeFileSync("dist/index.html", readFileSync("index.html", "utf8").replace("page.mjs", "page.js"));
