import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** SwiftShader's driver for Vulkan, as Debian's package chromium brings it. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";

// Read when WebGPU starts, in this process: before that it can be said here.
if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver;
process.env.XDG_RUNTIME_DIR ??= mkdtempSync(join(tmpdir(), "scoretape-"));

const isWebgpuDue = existsSync(driver) || process.env.SCORETAPE_REQUIRE_CHROMIUM !== undefined;

/**
 * The modes that tests try, and how often each property: WebGPU wherever the driver is, or is required
 * (SCORETAPE_REQUIRE_CHROMIUM), WebAssembly everywhere.
 */
export const modes: readonly { readonly mode: "webasm" | "webgpu"; readonly count: number }[] = [
  { mode: "webasm", count: 8 },
  ...(isWebgpuDue ? [{ mode: "webgpu" as const, count: 8 }] : []),
];
