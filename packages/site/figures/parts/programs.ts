const sources = import.meta.glob<string>("../../programs/*.ts", { query: "?raw", import: "default" });

const pathOf = (name: string): string => `../../programs/${name}.ts`;

/** Whether a figure has a program. */
export const hasProgram = (name: string): boolean => pathOf(name) in sources;

/** The text of a figure's program. */
export async function programOf(name: string): Promise<string> {
  const load = sources[pathOf(name)];
  if (load === undefined) throw new RangeError(`there is no program of ${name}`);
  return load();
}
