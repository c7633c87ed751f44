// Joins the built modules of the libraries into a few files for Node, where every module that has to be found and read
// makes the start of a process longer. Bundlers still take the modules, so that a page carries only what it uses.
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/** What Node loads by name, and `worker` by its address beside the rest. */
const libraries = {
  autograd: {
    index: "index.js",
    gpu: "gpu.js",
    export: "export.js",
    onnx: "onnx.js",
    safetensors: "safetensors.js",
    worker: "compile/threads/worker.js",
  },
  score: {
    index: "index.js",
    images: "images.js",
    tables: "tables.js",
    synthetic: "synthetic.js",
    model: "model.js",
    export: "export.js",
  },
};

for (const [name, entries] of Object.entries(libraries)) {
  const built = fileURLToPath(new URL(`../packages/${name}/dist`, import.meta.url));
  const build = await rolldown({
    cwd: built,
    input: Object.fromEntries(Object.entries(entries).map(([entry, module]) => [entry, `./${module}`])),
    platform: "node",
    // Other packages.
    external: /^[^./]/,
  });
  const { output } = await build.write({
    dir: `${built}/node`,
    cleanDir: true,
    format: "esm",
    chunkFileNames: "[name].js",
    codeSplitting: { groups: [{ name: "common", minShareCount: 2 }] },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
  // What is joined is the package's own: nothing of others is published with it, and no licence but its own.
  const foreign = output
    .flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))
    .filter((id) => !id.startsWith(built) && !id.startsWith("\0rolldown/"));
  if (foreign.length > 0) throw new Error(`dist/node of ${name} would carry ${foreign.join(", ")}`);
}
