import ts from "typescript";
import { publicModule } from "./publicValues.ts";

/**
 * Where the values that a package exports from an entry of its take a key: `normal` for a function that does, `mlp().init` for one of what a
 * function returns, `moons.sample` for one of an object, `registry[].loss` for one of the entries of a record.
 */
export function keyTakers(folder: URL, entry = "index"): string[] {
  const { module, checker } = publicModule(folder, entry);
  const found = new Set<string>();

  const ofModule = (symbol: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(symbol)) {
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = `${prefix}${exported.name}`;
      if (target.flags & ts.SymbolFlags.ValueModule) ofModule(target, `${name}.`);
      else if (target.flags & ts.SymbolFlags.Value) ofType(checker.getTypeOfSymbol(target), name, []);
    }
  };

  const ofType = (type: ts.Type, path: string, outer: readonly ts.Type[]): void => {
    if (outer.includes(type) || outer.length > 3) return;
    const inner = [...outer, type];
    for (const signature of type.getCallSignatures()) {
      if (signature.parameters.some(takesKey)) found.add(path);
      ofType(checker.getReturnTypeOfSignature(signature), `${path}()`, inner);
    }
    const entries = type.getStringIndexType();
    if (entries !== undefined) ofType(entries, `${path}[]`, inner);
    if (isOurs(type) || type.getProperties().every((property) => isOurs(checker.getTypeOfSymbol(property)))) {
      for (const property of type.getProperties()) {
        ofType(checker.getTypeOfSymbol(property), `${path}.${property.name}`, inner);
      }
    }
  };

  const takesKey = (parameter: ts.Symbol): boolean => {
    const declaration = parameter.valueDeclaration;
    if (declaration === undefined || !ts.isParameter(declaration)) return false;
    if (isKey(declaration.type)) return true;
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
    const option = type.getProperty("key")?.valueDeclaration;
    return option !== undefined && ts.isPropertySignature(option) && isKey(option.type);
  };

  ofModule(module, entry === "index" ? "" : `${entry}.`);
  return [...found].sort();
}

function isKey(type: ts.TypeNode | undefined): boolean {
  return type?.getText() === "Key" || type?.getText() === "random.Key";
}

/** Whether a type is declared in the project, and is no tensor, whose methods take no key. */
function isOurs(type: ts.Type): boolean {
  const symbol = type.aliasSymbol ?? type.getSymbol();
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName ?? "";
  return file.includes("/packages/") && symbol?.name !== "Tensor";
}
