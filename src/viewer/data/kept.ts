/** What was computed of a view is kept until its store has changed. */
import type { View } from "../view.ts";

/** `compute`, done once for each view and key while nothing is added to the store. */
export function keptByView<Value>(compute: (view: View, key: string) => Value): (view: View, key: string) => Value {
  const known = new WeakMap<View, { readonly changes: number; readonly values: Map<string, Value> }>();
  return (view, key) => {
    const changes = view.changes();
    let kept = known.get(view);
    if (kept?.changes !== changes) {
      kept = { changes, values: new Map() };
      known.set(view, kept);
    }
    if (!kept.values.has(key)) kept.values.set(key, compute(view, key));
    return kept.values.get(key)!;
  };
}
