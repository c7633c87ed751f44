import { type Shape, showShape, sizeOf } from "../shape.ts";
import { Dense, type Tensor } from "../tensor.ts";
import { type ElementType, elementType } from "./elements.ts";
import { damaged, quoted, refused } from "./error.ts";
import { type Message, viewOf } from "./wire.ts";

/** A tensor that a model holds. */
export interface StoredTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** The elements in double precision, which has them all but for whole numbers above 2⁵³. */
  readonly values: Float64Array;
}

/** More axes than any network's tensor has. */
export const MOST_AXES = 32;

/** The tensor that a message says. @throws OnnxError for one that is damaged, elsewhere, or of another type */
export function storedTensor(message: Message): StoredTensor {
  const name = message.text(8);
  const what = `the tensor ${quoted(name)}`;
  if (message.int(14) === 1 || message.has(13)) {
    throw refused(
      `${what} is kept in another file`,
      "no file is read: save the model as one, in Python by onnx.save_model(onnx.load(path), path, save_as_external_data=False)",
    );
  }
  if (message.has(3)) throw refused(`${what} is cut into segments`, "save the model without them");
  const shape = message.ints(1);
  if (
    shape.length > MOST_AXES ||
    shape.some((size) => !(size >= 0 && size < 2 ** 31)) ||
    sizeOf(shape) > 2 ** 31
  ) {
    const shown = showShape(shape.slice(0, 8));
    throw damaged(`${what} has ${shape.length} axes of sizes ${shown}, which no tensor has`);
  }
  const type = elementType(message.int(2), name);
  return { name, type, shape, values: valuesOf(message, type, sizeOf(shape), what) };
}

function valuesOf(message: Message, type: ElementType, size: number, what: string): Float64Array {
  const raw = message.bytes(9).at(-1);
  if (raw !== undefined) {
    if (raw.length !== size * type.bytes) {
      throw damaged(`${what} has ${raw.length} bytes for ${size} elements of ${type.name}`);
    }
    const view = viewOf(raw);
    const values = new Float64Array(size);
    for (let i = 0; i < size; i++) values[i] = type.read(view, i * type.bytes);
    return values;
  }
  const { field, ofBits } = type;
  const listed =
    field === 4 || field === 10 ? message.floats(field, field === 4 ? 4 : 8) : message.ints(field);
  if (listed.length !== size) {
    throw damaged(`${what} has ${listed.length} elements, but its shape is one of ${size}`);
  }
  return Float64Array.from(ofBits === undefined ? listed : listed.map(ofBits));
}

/** A stored tensor in double precision, for what is computed ahead. */
export function exactTensor({ shape, values }: StoredTensor): Tensor {
  return new Dense(shape, values);
}

/** A stored tensor as a parameter, in float32. */
export function parameterTensor({ shape, values }: StoredTensor): Tensor {
  return new Dense(shape, Float32Array.from(values));
}
