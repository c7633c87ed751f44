/** The libraries that have pages of their own for each name. */
export type Library = "autograd" | "score";

/**
 * The address of a public name's page below the site's root: `apiPage("autograd", "grad")`, `apiPage("autograd", "random.normal")` of a
 * namespace, `apiPage("score", "tables.readTable")` of a subpath. Values stand beside their namespace, types in a folder, for
 * `tensor` and `Tensor` are one file on some disks.
 */
export function apiPage(library: Library, name: string): string {
  return `/api/${library}/${fileOf(name)}`;
}

/** The file of a name below its library's folder, without an ending. */
export function fileOf(name: string): string {
  const path = name.split(".");
  const last = path.at(-1) ?? "";
  const isType = /^[A-Z]/.test(last);
  return [...path.slice(0, -1), ...(isType ? ["types"] : []), last].join("/");
}
