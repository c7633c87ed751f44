import type { Kernel, MatmulParameters, Operand } from "../../backend.ts";
import type { Values } from "../../dtype.ts";
import { sizeAt } from "../../shape.ts";
import { productSizes } from "../productSizes.ts";

/** A matrix inside an array, read by strides, so that a transposed one needs no copy. */
interface Matrix {
  readonly data: Values;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Below this many multiplications the packing costs more than it saves. */
const PACKING_PAYS = 2048;

/** Batched products of matrices, x and y read transposed as the parameters say; sums in double precision. */
export const matmul: Kernel<MatmulParameters> = (output, parameters, x, y) => {
  const { transposeX, transposeY } = parameters;
  const { batches, rows, columns, depth } = productSizes(parameters, x.shape, output.shape);
  const multiply = rows * columns * depth < PACKING_PAYS ? multiplyDirectly : multiplyPacked;
  for (let batch = 0; batch < batches; batch++) {
    const a = matrixOf(x, batch * rows * depth, transposeX);
    const b = matrixOf(y, batch * depth * columns, transposeY);
    multiply(output.data, batch * rows * columns, a, b, rows, columns, depth);
  }
};

function matrixOf(x: Operand, offset: number, transposed: boolean): Matrix {
  const width = sizeAt(x.shape, x.shape.length - 1);
  return transposed
    ? { data: x.data, offset, rowStride: 1, columnStride: width }
    : { data: x.data, offset, rowStride: width, columnStride: 1 };
}

function multiplyDirectly(
  c: Values,
  cOffset: number,
  a: Matrix,
  b: Matrix,
  rows: number,
  columns: number,
  depth: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      let at = a.offset + i * a.rowStride;
      let bt = b.offset + j * b.columnStride;
      for (let k = 0; k < depth; k++) {
        sum += (a.data[at] as number) * (b.data[bt] as number);
        at += a.columnStride;
        bt += b.rowStride;
      }
      c[cOffset + i * columns + j] = sum;
    }
  }
}

/**
 * Blocks of 4×4 sums held in registers. Four rows of a and four columns of b at a time are packed side by
 * side along the inner axis, padded with zeros, so that the inner loop reads memory in order.
 */
function multiplyPacked(
  c: Values,
  cOffset: number,
  a: Matrix,
  b: Matrix,
  rows: number,
  columns: number,
  depth: number,
): void {
  const panels = Math.ceil(columns / 4);
  const packedB = new Float64Array(panels * 4 * depth);
  for (let panel = 0; panel < panels; panel++) {
    const width = Math.min(4, columns - panel * 4);
    pack(
      packedB,
      panel * 4 * depth,
      b.data,
      b.offset + panel * 4 * b.columnStride,
      b.columnStride,
      b.rowStride,
      width,
      depth,
    );
  }
  const packedA = new Float64Array(4 * depth);
  for (let i = 0; i < rows; i += 4) {
    const height = Math.min(4, rows - i);
    if (height < 4) packedA.fill(0);
    pack(packedA, 0, a.data, a.offset + i * a.rowStride, a.rowStride, a.columnStride, height, depth);
    for (let panel = 0; panel < panels; panel++) {
      const j = panel * 4;
      tile(
        c,
        cOffset + i * columns + j,
        columns,
        height,
        Math.min(4, columns - j),
        packedA,
        packedB,
        panel * 4 * depth,
        depth,
      );
    }
  }
}

/** Interleaves `lines` ≤ 4 lines of a matrix: element k of line l goes to 4k + l. */
function pack(
  packed: Float64Array,
  start: number,
  data: Values,
  offset: number,
  lineStride: number,
  stepStride: number,
  lines: number,
  depth: number,
): void {
  for (let line = 0; line < lines; line++) {
    let from = offset + line * lineStride;
    let to = start + line;
    for (let k = 0; k < depth; k++) {
      packed[to] = data[from] as number;
      from += stepStride;
      to += 4;
    }
  }
}

/** One 4×4 block of the product, of which `height`×`width` elements exist. */
function tile(
  c: Values,
  cOffset: number,
  columns: number,
  height: number,
  width: number,
  a: Float64Array,
  b: Float64Array,
  bStart: number,
  depth: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let k = 0, at = 0, bt = bStart; k < depth; k++, at += 4, bt += 4) {
    const b0 = b[bt] as number;
    const b1 = b[bt + 1] as number;
    const b2 = b[bt + 2] as number;
    const b3 = b[bt + 3] as number;
    const a0 = a[at] as number;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[at + 1] as number;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[at + 2] as number;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[at + 3] as number;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  store(c, cOffset, width, c00, c01, c02, c03);
  if (height > 1) store(c, cOffset + columns, width, c10, c11, c12, c13);
  if (height > 2) store(c, cOffset + 2 * columns, width, c20, c21, c22, c23);
  if (height > 3) store(c, cOffset + 3 * columns, width, c30, c31, c32, c33);
}

function store(c: Values, at: number, width: number, v0: number, v1: number, v2: number, v3: number): void {
  c[at] = v0;
  if (width > 1) c[at + 1] = v1;
  if (width > 2) c[at + 2] = v2;
  if (width > 3) c[at + 3] = v3;
}
