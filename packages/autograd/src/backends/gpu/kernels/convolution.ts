import type { ConvolutionSizes } from "../../convolutionSizes.ts";
import { sumOfShares } from "./matmul.ts";
import { digits, type KernelSource, kernel } from "./source.ts";

// A thread computes one element; row n·height·width + ... of an array are the channels of an image's element, and row
// (i·width + j)·c of a kernel those of its element.

/** The threads below which a GPU is half idle: the sums over images are then divided among more of them. */
const THREADS = 2 ** 16;

/** Statements in a block that is run where a condition holds. */
function where(condition: string, lines: readonly string[]): string[] {
  return [`if (${condition}) {`, ...lines.map((line) => `  ${line}`), "}"];
}

/** Statements for every i below a number. */
function each(i: string, count: number, lines: readonly string[]): string[] {
  return [`for (let ${i} = 0; ${i} < ${count}; ${i}++) {`, ...lines.map((line) => `  ${line}`), "}"];
}

const inside = (index: string, size: number): string => `${index} >= 0 && ${index} < ${size}`;

/** The group of a channel, and the first channel of that group in an array with so many to a group. */
function groupOf(channel: string, perGroup: number, { groups }: ConvolutionSizes) {
  return {
    lines: groups === 1 ? [] : [`const group = Math.floor((${channel} + 0.5) / ${perGroup});`],
    first: (count: number): string => (groups === 1 ? "" : `group * ${count} + `),
  };
}

/** For every element of the window, (i, j), that lies on the image at a place (py, px): its (row, column) there. */
function eachOnImage(sizes: ConvolutionSizes, py: string, px: string, lines: readonly string[]): string[] {
  const { image, stride, before, dilation, window } = sizes;
  const at = (place: string, k: string, axis: "height" | "width"): string =>
    `${place} * ${stride[axis]} + ${k} * ${dilation[axis]} - ${before[axis]}`;
  const columns = [`const column = ${at(px, "j", "width")};`, ...where(inside("column", image.width), lines)];
  const rows = each("j", window.width, columns);
  return each("i", window.height, [
    `const row = ${at(py, "i", "height")};`,
    ...where(inside("row", image.height), rows),
  ]);
}

/** y from x and the kernel. */
export function convSource(sizes: ConvolutionSizes): KernelSource {
  const { images, image, window, places, channels, channelsPerGroup, outputs, outputsPerGroup } = sizes;
  const place = digits("this.thread.y", "d", [images, places.height, places.width]);
  const [n = "0", py = "0", px = "0"] = place.names;
  const group = groupOf("this.thread.x", outputsPerGroup, sizes);
  const x = `a0[from][${group.first(channelsPerGroup)}c]`;
  const sum = [
    `const from = (${n} * ${image.height} + row) * ${image.width} + column;`,
    `const to = (i * ${window.width} + j) * ${channelsPerGroup};`,
    ...each("c", channelsPerGroup, [`sum += ${x} * a1[to + c][this.thread.x];`]),
  ];
  return kernel(
    [outputs, images * places.height * places.width],
    [
      [channels, images * image.height * image.width],
      [outputs, window.height * window.width * channelsPerGroup],
    ],
    [...place.lines, ...group.lines, "let sum = 0;", ...eachOnImage(sizes, py, px, sum), "return sum;"],
  );
}

/** x from y and the kernel: the places from which an element of the window lies on the image's element. */
export function convInputSource(sizes: ConvolutionSizes): KernelSource {
  const { images, image, window, places, stride, before, dilation } = sizes;
  const { channels, channelsPerGroup, outputs, outputsPerGroup } = sizes;
  const element = digits("this.thread.y", "d", [images, image.height, image.width]);
  const [n = "0", row = "0", column = "0"] = element.names;
  const group = groupOf("this.thread.x", channelsPerGroup, sizes);
  const c = sizes.groups === 1 ? "this.thread.x" : `this.thread.x - group * ${channelsPerGroup}`;
  const o = `${group.first(outputsPerGroup)}o`;
  /** The place p from which the window's element k lies on i, if there is one. */
  const placed = (p: string, i: string, k: string, axis: "height" | "width", lines: readonly string[]) =>
    each(k, window[axis], [
      `const ${p}Far = ${i} + ${before[axis]} - ${k} * ${dilation[axis]};`,
      `const ${p} = Math.floor((${p}Far + 0.5) / ${stride[axis]});`,
      ...where(`${inside(p, places[axis])} && ${p} * ${stride[axis]} == ${p}Far`, lines),
    ]);
  const sum = [
    `const from = (${n} * ${places.height} + py) * ${places.width} + px;`,
    `const to = (i * ${window.width} + j) * ${channelsPerGroup} + ${c};`,
    ...each("o", outputsPerGroup, [`sum += a0[from][${o}] * a1[to][${o}];`]),
  ];
  const columns = placed("px", column, "j", "width", sum);
  return kernel(
    [channels, images * image.height * image.width],
    [
      [outputs, images * places.height * places.width],
      [outputs, window.height * window.width * channelsPerGroup],
    ],
    [
      ...element.lines,
      ...group.lines,
      "let sum = 0;",
      ...placed("py", row, "i", "height", columns),
      "return sum;",
    ],
  );
}

/** The kernel from x and y; of few elements, it is summed in shares of the images, which the second kernel adds up. */
export function convKernelSources(sizes: ConvolutionSizes): KernelSource[] {
  const { images, image, window, places, stride, before, dilation } = sizes;
  const { channels, channelsPerGroup, outputs, outputsPerGroup } = sizes;
  const height = window.height * window.width * channelsPerGroup;
  const wanted = Math.max(1, Math.min(images, Math.floor(THREADS / (height * outputs))));
  const perShare = Math.ceil(images / wanted);
  const shares = Math.ceil(images / perShare);
  const element = digits("this.thread.y", "d", [shares, window.height, window.width, channelsPerGroup]);
  const [share = "0", i = "0", j = "0", c = "0"] = element.names;
  const group = groupOf("this.thread.x", outputsPerGroup, sizes);
  const columns = each("px", places.width, [
    `const column = px * ${stride.width} + ${j} * ${dilation.width} - ${before.width};`,
    ...where(inside("column", image.width), [
      `const from = (n * ${image.height} + row) * ${image.width} + column;`,
      `const to = (n * ${places.height} + py) * ${places.width} + px;`,
      `sum += a0[from][${group.first(channelsPerGroup)}${c}] * a1[to][this.thread.x];`,
    ]),
  ]);
  const rows = each("py", places.height, [
    `const row = py * ${stride.height} + ${i} * ${dilation.height} - ${before.height};`,
    ...where(inside("row", image.height), columns),
  ]);
  const isUneven = shares * perShare > images;
  const summed = each("k", perShare, [
    `const n = ${share} * ${perShare} + k;`,
    ...(isUneven ? where(`n < ${images}`, rows) : rows),
  ]);
  const source = kernel(
    [outputs, shares * height],
    [
      [channels, images * image.height * image.width],
      [outputs, images * places.height * places.width],
    ],
    [...element.lines, ...group.lines, "let sum = 0;", ...summed, "return sum;"],
  );
  return shares === 1 ? [source] : [source, sumOfShares(height, outputs, shares)];
}
