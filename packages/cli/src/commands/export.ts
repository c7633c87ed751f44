import { exportModel } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { ensureApart } from "../files/apart.ts";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { openModel } from "../model/store.ts";

/** `scoretape export MODEL`: a model without its training. */
export function runExport({ operands: [path], flags: { out }, io }: Call<"export">): void {
  const { model, files } = openModel(path);
  ensureApart([out], files);
  ensureWritable(out);
  writeAtomically(out, exportModel(model));
  io.stdout.write(`${out}\n`);
}
