// What a visitor's browser is sent, gzipped, against the budgets: `npm run site:measure`, after a build.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const site = fileURLToPath(new URL(".", import.meta.url));
const dist = join(site, "dist");
const assets = join(dist, "assets");

/** In bytes: a page with its scripts and styles, without fonts and pictures; a figure's engine; that of a figure of images. */
const BUDGETS = { page: 150_000, engine: 65_000, images: 80_000 };
/** The kinds of worker that draw images. */
const IMAGES = ["digits"];
/** What is sent when somebody asks for it: the code of figures. */
const ASKED = ["program"];

const sizes = new Map();
function size(file) {
  const known = sizes.get(file) ?? gzipSync(readFileSync(file), { level: 9 }).length;
  sizes.set(file, known);
  return known;
}

const BEFORE = /(?:from|import)\s*"(\.[^"]+\.js)"/g;
const BEFORE_AND_LATER = /(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"/g;

/** A script and all that it imports before it runs, or later too. */
function closure(file, imports = BEFORE, all = new Set()) {
  if (all.has(file) || !existsSync(file)) return all;
  all.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(imports)) {
    closure(resolve(dirname(file), path), imports, all);
  }
  return all;
}

const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0);

function page(name) {
  const html = join(dist, name);
  const files = new Set([html]);
  for (const [tag, path] of readFileSync(html, "utf8").matchAll(
    /<(?:script|link)[^>]*(?:src|href)="([^"]+\.(?:js|css))"[^>]*>/g,
  )) {
    if (/rel="prefetch"/.test(tag)) continue;
    const file = join(dist, path.slice(path.indexOf("assets/")));
    if (path.includes("assets/")) for (const one of closure(file)) files.add(one);
  }
  return files;
}

/** The script in a folder of the build that was made of a source. */
function built(folder, name) {
  const file = readdirSync(folder).find((each) => new RegExp(`^${name}[.-][\\w-]{8}\\.js$`).test(each));
  if (file === undefined) throw new Error(`${folder} has no script of ${name}`);
  return join(folder, file);
}

const rows = [];
const row = (what, bytes, budget) => rows.push({ what, bytes, budget });

const workers = readFileSync(join(site, "engine/workers.ts"), "utf8");
const kindOf = new Map([...workers.matchAll(/^ {2}(\w+): "(\w+)",$/gm)].map(([, job, kind]) => [job, kind]));
const course = page("course.html");

for (const name of readdirSync(dist).filter((file) => file.endsWith(".html") && file !== "404.html")) {
  row(`page ${name}`, total(page(name)), BUDGETS.page);
}
for (const file of readdirSync(join(site, "figures")).filter((each) => each.endsWith(".vue"))) {
  const name = basename(file, ".vue");
  const jobs = [...readFileSync(join(site, "figures", file), "utf8").matchAll(/\bask\(\s*"(\w+)"/g)];
  const kinds = [...new Set(jobs.map(([, job]) => kindOf.get(job)))];
  const own = [...closure(built(join(assets, "chunks"), name))].filter((each) => !course.has(each));
  row(`figure ${name}, drawn; its engine: ${kinds.join(", ")}`, total(own), undefined);
}
for (const kind of new Set(kindOf.values())) {
  const budget = IMAGES.includes(kind) ? BUDGETS.images : BUDGETS.engine;
  row(`engine ${kind}`, total(closure(built(assets, kind))), budget);
}
for (const kind of ASKED) {
  if (existsSync(join(site, `engine/workers/${kind}.ts`))) {
    row(`on a press of a button: ${kind}`, total(closure(built(assets, kind), BEFORE_AND_LATER)), undefined);
  }
}
const models = join(site, "pages/public/models");
for (const file of existsSync(models) ? readdirSync(models) : []) {
  if (file.endsWith(".safetensors")) row(`model ${file}`, size(join(models, file)), undefined);
}

const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(7);
for (const { what, bytes, budget } of rows) {
  const told = budget === undefined ? "" : `of ${kB(budget)}${bytes > budget ? "  BEYOND" : ""}`;
  console.log(`${what.padEnd(64)} ${kB(bytes)} kB ${told}`.trimEnd());
}
const beyond = rows.filter(({ bytes, budget }) => bytes > (budget ?? Number.POSITIVE_INFINITY));
if (beyond.length > 0) {
  console.error(`${beyond.length} beyond the budget: ${beyond.map(({ what }) => what).join("; ")}`);
  process.exitCode = 1;
}
