// The types of the packages as somebody gets them: packed, unpacked into a folder of its own, and used by a program that
// imports every subpath, under several compilers, both ways of resolving modules, and optional properties exact or not.
// The declarations themselves are checked too (skipLibCheck: false).
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const { devDependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

const settings = [
  { module: "NodeNext", moduleResolution: "NodeNext" },
  { module: "ESNext", moduleResolution: "Bundler" },
].flatMap((modules) =>
  [true, false].map((exactOptionalPropertyTypes) => ({ ...modules, exactOptionalPropertyTypes })),
);

const common = {
  target: "ES2023",
  lib: ["ES2023", "DOM"],
  types: [],
  strict: true,
  skipLibCheck: false,
  noEmit: true,
};

/**
 * Packs a package and unpacks it where a program would find it.
 * @param {string} name
 * @param {string} folder
 */
function unpack(name, folder) {
  const source = join(root, "packages", name);
  const packed = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", folder], {
      cwd: source,
      encoding: "utf8",
    }),
  );
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  const target = join(folder, "node_modules/@scoretape", name);
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", target, "--strip-components=1"]);
  return JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
}

/**
 * What a compiler says of the program; nothing where it is content.
 * @param {string} compiler
 * @param {string} project
 * @returns {Promise<string>}
 */
function complaintsOf(compiler, project) {
  return new Promise((resolve, reject) => {
    const tsc = spawn(process.execPath, [join(here, "node_modules", compiler, "bin/tsc"), "-p", project]);
    let said = "";
    tsc.stdout.on("data", (text) => {
      said += text;
    });
    tsc.stderr.on("data", (text) => {
      said += text;
    });
    tsc.on("error", reject);
    tsc.on("close", (code) => resolve(code === 0 ? "" : said || `ends with ${code}`));
  });
}

const folder = mkdtempSync(join(tmpdir(), "scoretape-types-"));
let failures = 0;
try {
  const manifests = ["autograd", "score"].map((name) => unpack(name, folder));
  const needed = new Set(
    manifests.flatMap(({ dependencies = {}, peerDependencies = {} }) =>
      Object.keys({ ...dependencies, ...peerDependencies }),
    ),
  );
  for (const name of [...needed].filter((name) => !name.startsWith("@scoretape/"))) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  const subpaths = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((path) => path !== "./package.json")
      .map((path) => name + path.slice(1)),
  );
  const imports = subpaths.map((path, i) => `import * as m${i} from "${path}";`);
  const uses = subpaths.map((_, i) => `export const n${i}: number = Object.keys(m${i}).length;`);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "every.ts"), [...imports, ...uses, ""].join("\n"));
  writeFileSync(join(folder, "consumer.ts"), readFileSync(join(here, "consumer.ts")));
  for (const compiler of Object.keys(devDependencies)) {
    const found = await Promise.all(
      settings.map(async (setting, i) => {
        const project = join(folder, `tsconfig.${i}.json`);
        const compilerOptions = { ...common, ...setting };
        writeFileSync(project, JSON.stringify({ compilerOptions, files: ["every.ts", "consumer.ts"] }));
        const said = await complaintsOf(compiler, project);
        const exact = setting.exactOptionalPropertyTypes ? "exact" : "loose";
        return { title: `${compiler}, ${setting.moduleResolution}, ${exact}`, said };
      }),
    );
    for (const { title, said } of found) {
      console.log(`${title}: ${said === "" ? "right" : `wrong\n${said}`}`);
      if (said !== "") failures += 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;
