// Projects by `npm create scoretape`, from nothing to the first picture.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasChromium, opened } from "./pages.mjs";
import { installTarballs, run } from "./shell.mjs";

/** Seconds to the first picture. */
const LIMIT = 60;

const LIBRARIES = ["@scoretape/autograd", "@scoretape/score"];
const templates = {
  script: { needs: LIBRARIES, picture: ofScript },
  page: { needs: LIBRARIES, picture: ofPage },
  table: { needs: [...LIBRARIES, "scoretape"], picture: ofTable },
};

/**
 * Begins a project, installs the packed packages in the place of published ones, and waits for the first picture.
 * @param {import("./shell.mjs").Release} release
 * @param {"script" | "page" | "table"} template
 */
export async function created({ place, tarballs }, template) {
  if (template === "page" && !hasChromium) return "left out: there is no Chromium";
  const began = performance.now();
  const desk = join(place, `desk-${template}`);
  mkdirSync(desk);
  installTarballs(desk, tarballs, ["create-scoretape"]);
  const command = "node_modules/create-scoretape/dist/main.js";
  run(process.execPath, [command, `my-${template}`, "--template", template], desk);
  const folder = join(desk, `my-${template}`);
  const { needs, picture } = templates[template];
  installTarballs(folder, tarballs, needs);
  await picture(folder);
  const seconds = (performance.now() - began) / 1000;
  if (seconds > LIMIT) throw new Error(`the first picture took ${seconds.toFixed(0)} s, more than ${LIMIT}`);
  if (template === "table") asked(folder);
  return `first picture after ${seconds.toFixed(0)} s`;
}

/** @param {string} folder */
function ofScript(folder) {
  run("npm", ["start"], folder);
  expectFile(join(folder, "picture.svg"));
}

/** @param {string} folder */
async function ofPage(folder) {
  run("npm", ["run", "build"], folder);
  await opened(join(folder, "dist"), async (page) => {
    await page.waitForFunction(`document.querySelector("canvas").dataset.step > 0`, undefined, {
      timeout: 1000 * LIMIT,
    });
  });
}

/** @param {string} folder */
function ofTable(folder) {
  run("npm", ["run", "train"], folder);
  expectFile(join(folder, "model/scatter-matrix.png"));
}

/**
 * What else the project can do.
 * @param {string} folder
 */
function asked(folder) {
  for (const name of ["sample", "impute"]) run("npm", ["run", name], folder);
  for (const name of ["samples.csv", "filled.csv"]) expectFile(join(folder, name));
}

/** @param {string} path */
function expectFile(path) {
  if (!existsSync(path) || statSync(path).size < 100) throw new Error(`there is no ${path}`);
}
