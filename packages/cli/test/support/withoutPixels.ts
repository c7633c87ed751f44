import { vi } from "vitest";

// Drawing pixels takes a good part of a short training, and few tests look at them: those say `vi.unmock`.
vi.mock("../../src/plots/png.ts", () => ({ toPng: (svg: string) => Buffer.from(svg) }));
