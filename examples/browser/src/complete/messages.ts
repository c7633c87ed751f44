/** The sides of an image of MNIST. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** What the page asks of the worker. Pixels are from −1, black, to 1, white. */
export type Task =
  | { readonly kind: "draw"; readonly label: number; readonly seed: number }
  | {
      readonly kind: "complete";
      readonly pixels: Float32Array;
      /** 1 where a pixel is known, 0 where it was erased. */
      readonly known: Uint8Array;
      /** What the digit is to be; null where that is not known. */
      readonly label: number | null;
      readonly seed: number;
    };

/** What the worker answers: states on the way, and then the image or what went wrong. */
export type Reply =
  | { readonly kind: "step"; readonly share: number; readonly pixels?: Float32Array }
  | { readonly kind: "done"; readonly pixels: Float32Array }
  | { readonly kind: "failed"; readonly message: string };
