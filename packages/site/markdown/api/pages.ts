import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Application,
  Comment,
  type DeclarationReflection,
  ReflectionKind,
  TSConfigReader,
  type TypeDocOptions,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import type { DefaultTheme } from "vitepress";
import { folderOf, PublicNames } from "./router.ts";

type Sidebar = DefaultTheme.SidebarItem[];

const packages = fileURLToPath(new URL("../../..", import.meta.url));
const libraries = ["autograd", "score"].map((name) => `${packages}${name}`);

/**
 * Writes a page for each name that the libraries export, unless they are there and newer than what they are made of.
 *
 * @param folder where they come, `api` in that of the site's pages
 * @returns the modules and their namespaces, whose pages list the names
 */
export async function writeApiPages(folder: string): Promise<Sidebar> {
  const made = `${folder}/sidebar.json`;
  const sources = [...libraries.map((library) => `${library}/src`), `${packages}site/markdown/api`];
  if (existsSync(made) && Math.max(...sources.map(newest)) < statSync(made).mtimeMs) {
    return JSON.parse(readFileSync(made, "utf8"));
  }
  rmSync(folder, { recursive: true, force: true });
  // All options stand here: the root's typedoc.json is for pages of another form.
  const app = await Application.bootstrapWithPlugins(optionsFor(folder), [new TSConfigReader()]);
  app.renderer.defineRouter("public-names", PublicNames);
  const project = await app.convert();
  if (project === undefined) throw new Error("the sources have no documentation");
  const modules = project.children ?? [];
  for (const module of modules) {
    module.name = moduleName(module.name);
    module.comment = new Comment([{ kind: "text", text: subjectOf(module.name) }]);
  }
  modules.sort((a, b) => (a.name < b.name ? -1 : 1));
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("the API has faults, told above");
  const sidebar = modules.map(itemOf);
  writeFileSync(made, JSON.stringify(sidebar));
  return sidebar;
}

function optionsFor(folder: string): TypeDocOptions & PluginOptions {
  return {
    name: "API",
    plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme"],
    entryPoints: libraries.flatMap(entriesOf),
    basePath: packages,
    tsconfig: fileURLToPath(new URL("../../tsconfig.api.json", import.meta.url)),
    // `npm run typecheck` has seen them.
    skipErrorChecking: true,
    router: "public-names",
    out: folder,
    readme: "none",
    logLevel: "Warn",
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false, rewrittenLink: true },
    hidePageHeader: true,
    groupOrder: ["Namespaces", "Functions", "Variables", "Classes", "Interfaces", "Type Aliases"],
    expandParameters: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    indexFormat: "table",
    useCodeBlocks: true,
    pageTitleTemplates: { index: "API", module: "{name}", member: "{name}" },
  };
}

/** The files of what a package exports. */
function entriesOf(library: string): string[] {
  const { exports } = JSON.parse(readFileSync(`${library}/package.json`, "utf8"));
  return Object.keys(exports)
    .filter((path) => !path.endsWith(".json"))
    .map((path) => `${library}/src/${path === "." ? "index" : path.slice(2)}.ts`);
}

/** What each module is for. */
const subjects: Readonly<Record<string, string>> = {
  "@scoretape/autograd": "Tensors, derivatives, compilation, randomness, layers and optimisers.",
  "@scoretape/autograd/export": "Functions as StableHLO for XLA, and as ONNX.",
  "@scoretape/autograd/gpu": "Programs on a GPU, through GPU.js and WebGPU.",
  "@scoretape/autograd/onnx": "Models of ONNX as functions that differentiate.",
  "@scoretape/autograd/safetensors": "Tensors in files.",
  "@scoretape/score": "Objectives, training, samplers, data with exact scores, and metrics.",
  "@scoretape/score/export": "A model's score, denoiser or sampler for other engines.",
  "@scoretape/score/images": "Samples of images, judged by a network that is trained for it.",
  "@scoretape/score/model": "Models in files, as the command writes them.",
  "@scoretape/score/synthetic": "How good samples are in the place of a table's rows.",
  "@scoretape/score/tables": "Tables of numbers, labels and dates as points, and back.",
};

function subjectOf(module: string): string {
  const subject = subjects[module];
  if (subject === undefined) throw new Error(`what is ${module} for? Say it in subjects`);
  return subject;
}

/** `@scoretape/autograd/gpu` of the module autograd/src/gpu. */
function moduleName(path: string): string {
  return `@scoretape/${path.replace("/src", "")}`;
}

function itemOf(module: DeclarationReflection): Sidebar[number] {
  const namespaces = (module.children ?? []).filter((child) => child.kindOf(ReflectionKind.Namespace));
  const items = namespaces.map(itemOf);
  return {
    text: module.name.replace("@scoretape/", ""),
    link: `/api/${folderOf(module)}/`,
    ...(items.length > 0 && { items, collapsed: true }),
  };
}

/** When the newest file of a folder was written. */
function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return Math.max(...files.map((file) => statSync(`${folder}/${file}`).mtimeMs));
}
