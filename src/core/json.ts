/** JSON values, and the one way of writing them that makes equal values equal bytes. */

/** A value that JSON can write and give back unchanged; `readonly` all the way down. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `value` as JSON with the keys of every object sorted: equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/**
 * The scalars of `value` by their path: `{ a: { b: 1 } }` gives `a.b` → 1. An array of scalars is one leaf, other
 * arrays are numbered (`methods.0.name`); empty objects and a scalar itself are leaves too, the latter at path "".
 */
export function leaves(value: Json, path = ""): ReadonlyMap<string, Json> {
  const isScalar = (inner: Json) => inner === null || typeof inner !== "object";
  const isLeaf = Array.isArray(value) ? value.every(isScalar) : isScalar(value) || Object.keys(value!).length === 0;
  if (isLeaf) return new Map([[path, value]]);
  return new Map(
    Object.entries(value as object).flatMap(([key, inner]) => [
      ...leaves(inner as Json, path ? `${path}.${key}` : key),
    ]),
  );
}
