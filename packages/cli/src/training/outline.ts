import { basename } from "node:path";
import type { Description } from "@scoretape/score/model";
import { kindsRemark } from "../data/kinds.ts";
import type { FlagsOf } from "../flags/table.ts";
import { shapeInWords } from "../images/shape.ts";
import { settingsIn } from "../model/settings.ts";
import { modelFile } from "../model/store.ts";
import { resultFiles } from "../report/write.ts";
import { inWords, memoryOf, needsOf, networkSizes } from "./needs.ts";
import type { Plan } from "./plan.ts";

/** A plan in words, for people to read before it is carried out. */
export function outlineOf({ source, description, directory, resume }: Plan, flags: FlagsOf<"train">): string {
  const { steps } = description;
  const [rows = 0] = source.values.shape;
  const settings = settingsIn(description);
  const sizes = networkSizes(description);
  const { program, total } = needsOf({ trains: true, rows, samples: flags.samples, settings, ...sizes });
  const { levels, sigmaMax, sigmaMin, batch, loss, validation } = settings;
  const number = (value: number): string => value.toLocaleString("en");
  const kinds = source.schema === undefined ? null : kindsRemark(source.schema);
  const from = resume === null ? "" : `, from step ${number(resume.step)}`;
  return [
    `data      ${source.name}: ${number(rows)} ${contentOf(description)}`,
    ...(kinds === null ? [] : [`columns   ${kinds}`]),
    `network   ${number(sizes.network.parameters)} parameters, ${layersOf(description)}`,
    ...(description.target === undefined
      ? []
      : [`target    ${description.target.join(", ")}, given ${(description.given ?? []).join(", ")}`]),
    `noise     ${number(levels)} levels from ${sigmaMax} to ${sigmaMin}`,
    `training  ${number(steps)} steps${from} of ${number(batch)} rows, loss ${loss}, ${100 * validation} % of the rows kept aside`,
    `samples   ${number(flags.samples)}`,
    `memory    about ${inWords(total)} of ${inWords(memoryOf())}, the step's program ${inWords(program)} of it`,
    `files     ${[modelFile(directory), ...resultFiles(directory)]
      .map((file) => basename(file))
      .join(", ")} in ${directory}`,
    "Nothing was written.",
    "",
  ].join("\n");
}

function layersOf({ network }: Description): string {
  return network.kind === "unet"
    ? `a U-Net with ${network.channels.join("-")} channels`
    : `${network.kind === "energy-mlp" ? "an energy, " : ""}hidden layers ${network.hidden.join("-")}`;
}

function contentOf({ image, classes, columns }: Description): string {
  if (image === undefined) return `rows, ${columns.length} columns (${columns.join(", ")})`;
  const images = `images of ${shapeInWords(image)}`;
  return classes === undefined ? images : `${images} in ${classes.length} classes`;
}
