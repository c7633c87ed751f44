import type { MarkdownEnv } from "vitepress";

interface Renderer {
  render(text: string, env: MarkdownEnv): string;
}

/**
 * What the search knows of a page: everything, but of a name of the API its title, its declaration and the first words on it. The
 * headings of these pages are all alike, and nobody looks for "Parameters".
 */
export function searchable(text: string, env: MarkdownEnv, md: Renderer): string {
  if (!env.relativePath.startsWith("api/")) return md.render(text, env);
  const page = text.slice(text.search(/^# /m));
  const end = page.indexOf("\n## ");
  return md.render(end === -1 ? page : page.slice(0, end), env);
}
