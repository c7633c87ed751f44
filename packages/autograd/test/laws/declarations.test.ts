import ts from "typescript";
import { expect, test } from "vitest";
import { composites, opOf, registry } from "../support/registry.ts";

const sources = new URL("../../src/", import.meta.url);

/** Every constant of the engine's modules that is an op, or a function of one, by its type. */
function declarations(): { readonly file: string; readonly name: string }[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    new URL("../tsconfig.json", sources).pathname,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  if (config === undefined) throw new Error("the engine has no configuration of TypeScript");
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const isOp = (type: ts.Type): boolean => (type.aliasSymbol ?? type.symbol)?.name === "Op";
  return program.getSourceFiles().flatMap((source) =>
    source.fileName.startsWith(sources.pathname)
      ? source.statements
          .filter(ts.isVariableStatement)
          .flatMap(({ declarationList }) => declarationList.declarations)
          .filter(({ name }) => {
            const type = checker.getTypeAtLocation(name);
            const op = type.getProperty("op");
            return isOp(type) || (op !== undefined && isOp(checker.getTypeOfSymbol(op)));
          })
          .map(({ name }) => ({ file: source.fileName.slice(sources.pathname.length), name: name.getText() }))
      : [],
  );
}

test("the registry has every op that is declared in the sources, and nothing else", {
  timeout: 60_000,
}, async () => {
  const known = [...registry.values(), ...composites.values()];
  const declared = await Promise.all(
    declarations().map(async ({ file, name }) => {
      const module: unknown = await import(new URL(file, sources).href);
      // One that is not exported is not known either.
      return { where: `${name} of ${file}`, op: opOf(Reflect.get(Object(module), name)) };
    }),
  );
  expect(declared.filter(({ op }) => op === null || !known.includes(op)).map(({ where }) => where)).toEqual(
    [],
  );
  expect(known.map(({ name }) => name).sort()).toEqual(declared.map(({ op }) => op?.name).sort());
});
