import { type Reflection, ReflectionKind } from "typedoc";
import { MemberRouter } from "typedoc-plugin-markdown";
import { fileOf } from "./address.ts";

/** A page for each name, at the address that `apiPage` tells without having seen it. */
export class PublicNames extends MemberRouter {
  override getIdealBaseName(reflection: Reflection): string {
    if (reflection.kindOf(ReflectionKind.Module | ReflectionKind.Namespace)) {
      return `${folderOf(reflection)}/index`;
    }
    return `${folderOf(reflection.parent)}/${fileOf(reflection.name)}`;
  }
}

/** The folder of a module, called `@scoretape/autograd/gpu`, or of a namespace in one. */
export function folderOf(reflection: Reflection | undefined): string {
  if (reflection === undefined) throw new Error("a name of no module has no page");
  if (reflection.kindOf(ReflectionKind.Module)) return reflection.name.replace("@scoretape/", "");
  return `${folderOf(reflection.parent)}/${reflection.name}`;
}
