import { expose, transfer } from "comlink";
import { learn, modelFile, open, pause } from "./session.ts";
import { columnsOf } from "./table.ts";
import { density, field, fisher, report, samples, samplesTable } from "./views.ts";

const engine = {
  columnsOf,
  open,
  learn,
  pause,
  field,
  samples,
  samplesTable,
  density,
  fisher,
  report,
  modelFile() {
    const bytes = modelFile();
    return transfer(bytes, [bytes.buffer]);
  },
};

export type PlaygroundEngine = typeof engine;

// One for each training: when it ends, so does all the memory that its programs took.
expose(engine);
