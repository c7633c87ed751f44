import { serve } from "../../worker/serve.ts";
import { open } from "./open.ts";

await serve(open);
