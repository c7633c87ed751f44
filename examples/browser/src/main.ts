import type { Tensor } from "@scoretape/autograd";
import { objectiveNames } from "@scoretape/score";
import { backendNames, chooseBackend } from "./backend.ts";
import { element, report } from "./page.ts";
import { Picture } from "./picture.ts";
import { dataNames, readSettings, type Settings } from "./settings.ts";
import { type Display, run } from "./training.ts";

/** The page stays responsive: so many milliseconds of work from one breath to the next. */
const BREATH = 12;

const form = element("settings", HTMLFormElement);
const canvas = element("picture", HTMLCanvasElement);
const status = element("status", HTMLElement);

function fillForm(settings: Settings): void {
  const choices = { data: dataNames, objective: objectiveNames, backend: backendNames };
  for (const [name, options] of Object.entries(choices)) {
    const select = form.elements.namedItem(name);
    if (!(select instanceof HTMLSelectElement)) throw new Error(`the form has no ${name}`);
    select.replaceChildren(...options.map((option) => new Option(option)));
  }
  for (const [name, value] of Object.entries(settings)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = String(value);
  }
}

async function start(settings: Settings): Promise<void> {
  const chosen = await chooseBackend(settings.backend, settings.software);
  const { label } = chosen;
  status.title = chosen.reason;
  const started = performance.now();
  let breathed = started;
  let picture: Picture | undefined;
  let points: Tensor | undefined;
  const display: Display = {
    begin(all) {
      points = all;
      picture = new Picture(canvas, all);
    },
    show(step, samples) {
      if (points !== undefined) picture?.draw(points, samples);
      canvas.dataset["step"] = String(step);
    },
    progress(step, loss) {
      const now = performance.now();
      if (now - breathed < BREATH) return;
      const perSecond = (1000 * step) / (now - started);
      report(
        "running",
        `${label}: step ${step} of ${settings.steps}, loss ${loss.toFixed(3)}, ${perSecond.toFixed(0)} steps a second`,
      );
      return new Promise((resolve) => {
        setTimeout(() => {
          breathed = performance.now();
          resolve();
        });
      });
    },
  };
  await run(settings, chosen.backend, display, { aborted: false });
  await chosen.dispose();
  const seconds = (performance.now() - started) / 1000;
  report("done", `${label}: ${settings.steps} steps in ${seconds.toFixed(1)} s`);
}

try {
  const settings = readSettings(new URLSearchParams(location.search));
  fillForm(settings);
  report("running", "Starting");
  await start(settings);
} catch (error) {
  report("failed", error instanceof Error ? error.message : String(error));
}
