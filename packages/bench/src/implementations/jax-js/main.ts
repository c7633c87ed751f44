import { serve } from "../../worker/serve.ts";
import { offerWorkers } from "./workers.ts";

// jax-js looks for workers when it is loaded.
if (process.argv.includes("--threads")) offerWorkers();
const { open } = await import("./open.ts");
await serve(open);
