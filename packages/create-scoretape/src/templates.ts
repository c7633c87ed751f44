import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a project may begin as, and how it is run after `install`. */
export const templates = {
  script: { about: "a script that learns points in the plane and draws new ones", run: ["start"] },
  page: { about: "a page, by Vite, that shows samples of a network as it learns", run: ["run dev"] },
  table: {
    about: "a table that the command learns, draws rows like and fills the gaps of",
    run: ["run train", "run impute"],
  },
} as const;

export type TemplateName = keyof typeof templates;

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(templates, name);
}

/** The name that the templates go by themselves. */
const PLACEHOLDER = "my-thing";

/** The file names that npm would not pack, or would read itself, go by others. */
const renamed: Readonly<Record<string, string>> = { _gitignore: ".gitignore" };

/**
 * The files of a project, by their paths from its folder.
 *
 * @param name - That of the project.
 * @param version - That of scoretape: all its packages have the same.
 */
export function filesOf(
  template: TemplateName,
  { name, version }: { name: string; version: string },
): Map<string, string> {
  const folder = fileURLToPath(new URL(`../templates/${template}`, import.meta.url));
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    const path = join(entry.parentPath.slice(folder.length + 1), renamed[entry.name] ?? entry.name);
    const own = text.replaceAll(PLACEHOLDER, name);
    files.set(path, path === "package.json" ? ofVersion(own, version) : own);
  }
  return files;
}

/** A package.json that asks for the packages of scoretape in a version. */
function ofVersion(manifest: string, version: string): string {
  return manifest.replaceAll(/("(?:@scoretape\/\w+|scoretape)": )"[^"]*"/g, `$1"^${version}"`);
}
