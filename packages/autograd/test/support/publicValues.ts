import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A value that a package exports, with the programs in its documentation. */
export interface PublicValue {
  /** Its name, behind that of its namespace or of its subpath. */
  readonly name: string;
  /** Whether it is declared as a function, not as a constant or a class. */
  readonly isFunction: boolean;
  /** The type of what a function returns, as it is written; empty for other values. */
  readonly returns: string;
  /** The file that declares it, below the package's src. */
  readonly file: string;
  readonly examples: readonly string[];
}

/** All values that the package in a folder exports from an entry of its, those in its namespaces too. */
export function publicValues(folder: URL, entry = "index"): PublicValue[] {
  const { module, checker } = publicModule(folder, entry);
  return valuesOf(module, entry === "index" ? "" : `${entry}.`, checker);
}

/** What the package in a folder exports from an entry of its, as the compiler sees it. */
export function publicModule(
  folder: URL,
  entry = "index",
): { readonly module: ts.Symbol; readonly checker: ts.TypeChecker } {
  const { fileNames, options } = compilerOptions(folder);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(fileURLToPath(new URL(`src/${entry}.ts`, folder)));
  const module = index === undefined ? undefined : checker.getSymbolAtLocation(index);
  if (module === undefined) throw new Error(`no src/${entry}.ts`);
  return { module, checker };
}

/** What the tsconfig.json in a folder says. */
export function compilerOptions(folder: URL): ts.ParsedCommandLine {
  const config = ts.getParsedCommandLineOfConfigFile(
    fileURLToPath(new URL("tsconfig.json", folder)),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  if (config === undefined) throw new Error("no tsconfig.json");
  return config;
}

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

function fileOf(symbol: ts.Symbol): string {
  return symbol.valueDeclaration?.getSourceFile().fileName.split("/src/").at(-1) ?? "";
}

function valuesOf(module: ts.Symbol, prefix: string, checker: ts.TypeChecker): PublicValue[] {
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const name = `${prefix}${symbol.name}`;
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.ValueModule) return valuesOf(target, `${name}.`, checker);
    if (!(target.flags & ts.SymbolFlags.Value)) return [];
    const examples = target
      .getJsDocTags(checker)
      .filter((tag) => tag.name === "example")
      .map(({ text }) => codeIn(ts.displayPartsToString(text)));
    const isFunction = (target.flags & ts.SymbolFlags.Function) !== 0;
    const [signature] = checker.getTypeOfSymbol(target).getCallSignatures();
    const returns = signature === undefined ? "" : checker.typeToString(signature.getReturnType());
    return [{ name, isFunction, returns, file: fileOf(target), examples }];
  });
}

/** The code of a fenced block. */
function codeIn(text: string): string {
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (code === undefined) throw new Error(`an example is a block of \`\`\`ts: ${text}`);
  return code;
}
