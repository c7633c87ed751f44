// What a package exports, as text: for each entry point the declarations that TypeScript sees there, without comments,
// sorted by name, then those that these name and nobody exports. Private members are left out.
import { readFileSync } from "node:fs";
import { join, sep } from "node:path";
import ts from "typescript";
import { declarationText, namesIn } from "./declaration.mjs";

/**
 * The reports of a package's entry points, by the names of their files.
 * @param {string} directory
 * @returns {Map<string, string>}
 */
export function reportsOf(directory) {
  const { name, exports } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  /** @type {[string, string][]} */
  const entries = Object.entries(exports).flatMap(([path, { types }]) =>
    types === undefined ? [] : [[path.slice(2), join(directory, types)]],
  );
  const program = ts.createProgram({
    rootNames: entries.map(([, file]) => file),
    options: { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [], noEmit: true },
  });
  const checker = program.getTypeChecker();
  const modules = entries.map(([, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file}: no module is there; npm run build makes it`);
    return module;
  });
  const surface = new Surface(checker, modules, directory + sep);
  return new Map(
    entries.map(([path], i) => {
      const title = `${name}${path === "" ? "" : `/${path}`}`;
      const head = `// The public names of ${title}, written by npm run api.`;
      const lines = [head, "", ...surface.linesOf(modules[i])];
      return [`${path === "" ? "index" : path}.txt`, `${lines.join("\n")}\n`];
    }),
  );
}

/** What the modules of a package show. */
class Surface {
  /**
   * @param {ts.TypeChecker} checker
   * @param {readonly ts.Symbol[]} modules
   * @param {string} directory of the package
   */
  constructor(checker, modules, directory) {
    this.checker = checker;
    this.directory = directory;
    /** @type {Set<ts.Symbol>} */
    this.exported = new Set();
    for (const module of modules) this.note(module);
  }

  /**
   * Notes what a module exports, and its namespaces.
   * @param {ts.Symbol} module
   */
  note(module) {
    for (const symbol of this.checker.getExportsOfModule(module)) {
      const target = this.targetOf(symbol);
      this.exported.add(target);
      if (target.flags & ts.SymbolFlags.ValueModule) this.note(target);
    }
  }

  /**
   * The lines of a module.
   * @param {ts.Symbol | undefined} module
   * @returns {string[]}
   */
  linesOf(module) {
    if (module === undefined) return [];
    /** @type {Set<ts.Symbol>} */
    const reached = new Set();
    const lines = this.exports(module, reached);
    // What these name in turn is the package's own affair.
    const hidden = [...reached].map((symbol) => this.textOf(symbol, symbol.name, new Set()).join("\n"));
    if (hidden.length === 0) return lines;
    return [...lines, "", "// Named above without being exported:", "", ...hidden.toSorted()];
  }

  /**
   * The declarations that a module exports, sorted by name.
   * @param {ts.Symbol} module
   * @param {Set<ts.Symbol>} reached takes what they name and nobody exports
   * @returns {string[]}
   */
  exports(module, reached) {
    return this.checker
      .getExportsOfModule(module)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((symbol) => {
        const target = this.targetOf(symbol);
        if (!(target.flags & ts.SymbolFlags.ValueModule)) return this.textOf(target, symbol.name, reached);
        return [
          `namespace ${symbol.name} {`,
          ...this.exports(target, reached).map((line) => `  ${line}`),
          "}",
        ];
      });
  }

  /** @param {ts.Symbol} symbol */
  targetOf(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  /**
   * The lines that declare a symbol.
   * @param {ts.Symbol} symbol
   * @param {string} name under which it is exported
   * @param {Set<ts.Symbol>} reached
   * @returns {string[]}
   */
  textOf(symbol, name, reached) {
    const declarations = symbol.declarations ?? [];
    if (declarations.length === 0) throw new Error(`${name} is exported, and declared nowhere`);
    if (!declarations.some((declaration) => this.isOurs(declaration)))
      return [`export { ${name} } of another package`];
    for (const declaration of declarations) {
      for (const used of namesIn(declaration)) this.reach(used, reached);
    }
    const renamed = symbol.name === name ? [] : [`export { ${symbol.name} as ${name} }`];
    return [...renamed, ...declarations.flatMap(declarationText)];
  }

  /**
   * Notes what a name stands for where the package declares it and nobody can import it.
   * @param {ts.Node} name
   * @param {Set<ts.Symbol>} reached
   */
  reach(name, reached) {
    const symbol = this.checker.getSymbolAtLocation(name);
    const target = symbol && this.targetOf(symbol);
    if (!target || this.exported.has(target)) return;
    const kinds =
      ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class | ts.SymbolFlags.Variable;
    if (!(target.flags & kinds)) return;
    if (target.declarations?.some((declaration) => this.isOurs(declaration))) reached.add(target);
  }

  /** @param {ts.Declaration} declaration */
  isOurs(declaration) {
    return declaration.getSourceFile().fileName.startsWith(this.directory);
  }
}
