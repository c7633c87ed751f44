import { element, fieldOf, report, wholeNumber } from "../page.ts";
import { Artist } from "./artist.ts";
import { Brush } from "./brush.ts";
import type { Task } from "./messages.ts";
import { SheetPicture } from "./picture.ts";
import type { Place } from "./place.ts";
import { PEN_RADIUS, Sheet, type Tool } from "./sheet.ts";

const DIGITS = 10;

const canvas = element("sheet", HTMLCanvasElement);
const form = element("controls", HTMLFormElement);
const progress = element("progress", HTMLProgressElement);

const sheet = new Sheet();
const picture = new SheetPicture(canvas);
const artist = new Artist();
const brush = new Brush(canvas, use, draw);
/** One image is made at a time; until it is done, the sheet stays as it is. */
let isBusy = false;
let isToBeDrawn = false;
let seed = 0;

function toolInForm(): Tool {
  return fieldOf(form, "tool", RadioNodeList).value === "draw" ? "draw" : "erase";
}

function eraserInForm(): number {
  return fieldOf(form, "eraser", HTMLInputElement).valueAsNumber;
}

function use(place: Place): void {
  edit(() => sheet.touch(toolInForm(), place, eraserInForm()));
}

function edit(change: () => void): void {
  if (isBusy) return;
  change();
  drawSoon();
}

function draw(): void {
  isToBeDrawn = false;
  picture.draw(sheet, brush.cursor, toolInForm() === "erase" ? eraserInForm() : PEN_RADIUS);
}

/** Draws with the next frame, however often it is called until then. */
function drawSoon(): void {
  if (!isToBeDrawn) requestAnimationFrame(draw);
  isToBeDrawn = true;
}

/** Has the worker make an image, which is then shown in its place. */
async function make(task: Task, show: (pixels: Float32Array) => void, what: string): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  report("running", `${what} …`);
  const started = performance.now();
  try {
    const pixels = await artist.ask(task, (share, state) => {
      progress.value = share;
      if (state !== undefined) sheet.filling = state;
      drawSoon();
    });
    show(pixels);
    draw();
    report("done", `${what}: done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  } catch (error) {
    sheet.filling = null;
    draw();
    report("failed", error instanceof Error ? error.message : String(error));
  } finally {
    isBusy = false;
    seed += 1;
  }
}

function another(): Promise<void> {
  const label = Number(fieldOf(form, "digit", HTMLSelectElement).value);
  return make({ kind: "draw", label, seed }, (pixels) => sheet.show(pixels), `Drawing a ${label}`);
}

async function complete(): Promise<void> {
  const { pixels, known } = sheet;
  if (!known.includes(0)) return report("done", "Nothing is erased yet: erase a part of the digit.");
  const { value } = fieldOf(form, "label", HTMLSelectElement);
  const label = value === "" ? null : Number(value);
  await make(
    { kind: "complete", pixels, known, label, seed },
    (whole) => (sheet.filling = whole),
    "Completing",
  );
}

function onClick(name: string, act: () => void): void {
  fieldOf(form, name, HTMLButtonElement).addEventListener("click", act);
}

onClick("half", () => edit(() => sheet.eraseRight()));
onClick("restore", () => edit(() => sheet.restore()));
onClick("clear", () => edit(() => sheet.clear()));
onClick("another", another);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  complete();
});

for (const name of ["digit", "label"]) {
  const options = Array.from({ length: DIGITS }, (_, digit) => new Option(String(digit)));
  fieldOf(form, name, HTMLSelectElement).append(...options);
}
try {
  const query = new URLSearchParams(location.search);
  seed = wholeNumber(query, "seed", 0, [0]);
  fieldOf(form, "digit", HTMLSelectElement).value = String(wholeNumber(query, "digit", 3, [0, DIGITS - 1]));
  await another();
} catch (error) {
  report("failed", error instanceof Error ? error.message : String(error));
}
