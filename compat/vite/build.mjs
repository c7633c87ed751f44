import { build } from "vite";

await build({
  base: "./",
  logLevel: "warn",
  worker: { format: "es" },
  build: { target: "es2022", outDir: "dist" },
});
