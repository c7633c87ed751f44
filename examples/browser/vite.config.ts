import { defineConfig } from "vite";

// Pages that are isolated so may share memory between threads.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  build: { target: "es2022", rolldownOptions: { input: ["index.html", "complete.html"] } },
  worker: { format: "es" },
  server: { headers },
  preview: { headers },
});
