import { equal } from "../../ops/choice.ts";
import { not } from "../../ops/logic.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";
import { elementType, type Kind } from "../elements.ts";
import { truncated } from "./pointwise.ts";

/** x as elements of another kind: what is cut off is the fraction; the width of numbers is that of all. */
function converted(x: Tensor, from: Kind, to: Kind): Tensor {
  if (to === "bool") return not(equal(x, 0));
  return to === "int" && from === "float" ? truncated(x) : x;
}

/** The kind that an attribute `to` names. */
function target(call: Call): Kind {
  return elementType(call.attribute("to", 0), call.node.name).kind;
}

/** What leaves elements as they are, or makes them of another kind. */
export const kinds: Rules = {
  Identity: { inputs: [1, 1], apply: (call) => call.x(0) },
  Cast: {
    inputs: [1, 1],
    attributes: { to: "int", saturate: "int", round_mode: "text" },
    kind: target,
    apply: (call) => converted(call.x(0), call.kind(0), target(call)),
  },
  CastLike: {
    inputs: [2, 2],
    attributes: { saturate: "int", round_mode: "text" },
    kind: (call) => call.kind(1),
    apply: (call) => converted(call.x(0), call.kind(0), call.kind(1)),
  },
};
