import { philox } from "../../js/philox.ts";
import { drawKernel, roundKeys } from "../kernels/draws.ts";
import type { ComputeDevice } from "./contract.ts";

/** Whether the device's kernels draw the reference's bits: tried on one key, over a few blocks. */
export async function drawsRight(device: Pick<ComputeDevice, "load">): Promise<boolean> {
  const [key0, key1, blocks] = [0xdeadbeef, 0x1badf00d, 16];
  const size = 4 * blocks;
  const program = await device.load({
    places: [40, size],
    commands: [{ source: drawKernel("uniform", size), inputs: [0], output: 1 }],
  });
  try {
    program.write(0, roundKeys(key0, key1));
    program.run(0);
    const found = await program.read(1, size);
    const words = new Uint32Array(4);
    return Array.from({ length: blocks }, (_, block) => block).every((block) => {
      philox(words, block, 0, 0, 0, key0, key1);
      return words.every((word, lane) => found[4 * block + lane] === (word >>> 8) * 2 ** -24);
    });
  } finally {
    program.dispose();
  }
}
