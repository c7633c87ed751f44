import { exportModel } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { functionOf } from "../exporting/function.ts";
import { ensureApart } from "../files/apart.ts";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { checkNetworkFlags } from "../flags/network.ts";
import type { FormatName } from "../flags/table.ts";
import { openModel } from "../model/store.ts";
import { note } from "../terminal/note.ts";

const files: Readonly<Record<FormatName, string>> = {
  safetensors: "exported.safetensors",
  onnx: "exported.onnx",
  stablehlo: "exported.mlir",
};

/** `scoretape export MODEL`: a model without its training, or a function of it for another engine. */
export async function runExport({ operands: [path], flags, given, io }: Call<"export">): Promise<void> {
  const { model, files: read } = openModel(path);
  const { format, out = files[format] } = flags;
  checkNetworkFlags(path, model.description.network.kind, given);
  ensureApart([out], read);
  ensureWritable(out);
  if (format === "safetensors") {
    writeAtomically(out, exportModel(model));
    io.stdout.write(`${out}\n`);
    return;
  }
  const { content, told } = await functionOf(path, model, format, flags);
  writeAtomically(out, content);
  io.stdout.write(`${out}\n`);
  note(io, told);
}
