/** How config.json says rotary positions, as any version of transformers writes them. */
import { isObject, type Members, type Stored } from "./config-members.ts";
import type { Rope, Scaling } from "./rope.ts";

const EXPECTED = "null, or default, linear or llama3 with all its numbers above 0 and nothing else";

/** The rope of every layer. `theta`: the family's own, where the file says none. */
export function storedRope(members: Members, theta: number): Rope {
  const scaling = members.object("rope_scaling");
  const parameters = members.object("rope_parameters");
  if (scaling && parameters) members.refuse("rope_scaling", "null where rope_parameters is there");
  return ropeOf(members, { in: scaling ? "rope_scaling" : "rope_parameters", theta, thetaIn: "rope_theta" });
}

/** The kinds of layers that some families have. */
export type LayerType = "full_attention" | "sliding_attention";

/** The ropes of a family that has one for each kind of layer. */
export function storedRopes(members: Members, thetas: Readonly<Record<LayerType, number>>): Record<LayerType, Rope> {
  const parameters = members.object("rope_parameters");
  const scaling = members.object("rope_scaling");
  if (!parameters) {
    return {
      full_attention: ropeOf(members, { in: "rope_scaling", theta: thetas.full_attention, thetaIn: "rope_theta" }),
      sliding_attention: { theta: members.number("rope_local_base_freq", thetas.sliding_attention), scaling: null },
    };
  }
  const { full_attention: full, sliding_attention: sliding, ...others } = parameters;
  if (scaling) members.refuse("rope_scaling", "null where rope_parameters is there");
  const areOnlyBoth = isObject(full) && isObject(sliding) && Object.keys(others).length === 0;
  if (!areOnlyBoth)
    return members.refuse("rope_parameters", "full_attention and sliding_attention with an object each");
  const rope = (stored: Stored, type: LayerType, thetaIn: string) =>
    checkedRope(members, stored, { in: "rope_parameters", theta: thetas[type], thetaIn });
  return {
    full_attention: rope(full, "full_attention", "rope_theta"),
    sliding_attention: rope(sliding, "sliding_attention", "rope_local_base_freq"),
  };
}

interface Place {
  /** The member with the rope's kind and numbers. */
  readonly in: string;
  /** Where neither it nor `thetaIn` says it. */
  readonly theta: number;
  /** The member that older versions have for it. */
  readonly thetaIn: string;
}

const ropeOf = (members: Members, place: Place): Rope => checkedRope(members, members.object(place.in) ?? {}, place);

function checkedRope(members: Members, stored: Stored, place: Place): Rope {
  const { rope_type, type, rope_theta, partial_rotary_factor, ...numbers } = stored;
  const older = members.number(place.thetaIn, (rope_theta as number | null) ?? place.theta);
  const theta = rope_theta ?? older;
  if (typeof theta !== "number" || !(theta > 0)) return members.refuse(place.in, "one with rope_theta above 0");
  // Versions of transformers differ in which of them counts.
  if (theta !== older) return members.refuse(place.thetaIn, `${theta}, as ${place.in} says`);
  if ((partial_rotary_factor ?? 1) !== 1) return members.refuse(place.in, "one whose partial_rotary_factor is 1");
  const isSaid = Object.keys(numbers).length > 0;
  const kind = rope_type ?? type ?? (isSaid ? undefined : "default");
  const scaling = kind === "default" && !isSaid ? null : scalingOf(kind, numbers);
  return scaling === undefined ? members.refuse(place.in, EXPECTED) : { theta, scaling };
}

/** Undefined for what is not one of the kinds that are known, whole and with nothing beside it. */
function scalingOf(kind: unknown, numbers: Stored): Scaling | undefined {
  if (!Object.values(numbers).every((value) => typeof value === "number" && value > 0)) return undefined;
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: firstLength,
    ...others
  } = numbers as Readonly<Record<string, number>>; // checked above
  if (factor === undefined || Object.keys(others).length > 0) return undefined;
  if (kind === "linear") return (low ?? high ?? firstLength) ? undefined : { kind, factor };
  if (kind !== "llama3" || low === undefined || high === undefined || firstLength === undefined) return undefined;
  return low < high ? { kind, factor, low, high, firstLength } : undefined;
}
