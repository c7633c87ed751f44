import type { Library } from "./library.ts";

/** The names of renderers that are programs of the processor's. */
export const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** The parts of a WebGL context in use. */
interface GlContext {
  getParameter(name: number): unknown;
  getExtension(name: string): unknown;
  isContextLost?(): boolean;
}

const RENDERER = 0x1f01;
const UNMASKED_RENDERER_WEBGL = 0x9246;

/** What the driver of a library's WebGL context calls itself; `null` before there is one. */
export function rendererOf(library: Library): string | null {
  const context = contextOf(library);
  if (context === null) return null;
  const unmasked = context.getExtension("WEBGL_debug_renderer_info") !== null;
  const renderer = context.getParameter(unmasked ? UNMASKED_RENDERER_WEBGL : RENDERER);
  return typeof renderer === "string" ? renderer : null;
}

/** The WebGL context that all kernels of a library share. */
export function contextOf(library: Library): GlContext | null {
  const context: unknown = library.context;
  return isGlContext(context) ? context : null;
}

function isGlContext(context: unknown): context is GlContext {
  return (
    typeof context === "object" && context !== null && "getParameter" in context && "getExtension" in context
  );
}
