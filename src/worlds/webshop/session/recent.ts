/** A bounded memory of computed values: the one used longest ago is forgotten first. */

export interface RecentOptions<Key> {
  /** Most of the sum of `weight` over all keys. */
  readonly limit: number;
  /** Default 1 each: `limit` counts the values. */
  readonly weight?: (key: Key) => number;
}

/** `compute`, remembering its latest results. `compute` must be pure. */
export function remembering<Key, Value>(
  compute: (key: Key) => Value,
  { limit, weight = () => 1 }: RecentOptions<Key>,
): (key: Key) => Value {
  const values = new Map<Key, { readonly value: Value }>();
  let total = 0;
  return (key) => {
    const known = values.get(key);
    // A map keeps the order of insertion: what is used moves to its end.
    if (known) values.delete(key);
    else total += weight(key);
    const entry = known ?? { value: compute(key) };
    values.set(key, entry);
    for (const oldest of values.keys()) {
      if (total <= limit || values.size === 1) break;
      values.delete(oldest);
      total -= weight(oldest);
    }
    return entry.value;
  };
}
