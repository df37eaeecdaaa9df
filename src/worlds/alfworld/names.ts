/**
 * What objects are called in the text: `keychain_bar__plus_01_dot_20…` → "keychain 1". Objects of a kind are numbered
 * downwards in the order of their ids, as the original's demangler does.
 */

const KIND_ENDS = "_bar_";

/** The name of each id. `ids` must be sorted. Ids without coordinates keep a blank at their end, where the number would be. */
export function namesOf(ids: readonly string[]): string[] {
  const kinds = ids.map(kindOf);
  const left = new Map<string, number>();
  for (const kind of kinds) if (kind !== null) left.set(kind, (left.get(kind) ?? 0) + 1);
  return ids.map((id, i) => {
    const kind = kinds[i] ?? null;
    if (kind === null) return `${plain(id)} `;
    const number = left.get(kind)!;
    left.set(kind, number - 1);
    return `${plain(kind)} ${number}`;
  });
}

function kindOf(id: string): string | null {
  const end = id.indexOf(KIND_ENDS);
  if (end < 0) return null;
  return id.slice(0, end) + (id.includes("basin") ? "basin" : "");
}

function plain(text: string): string {
  return text.replaceAll("_minus_", "-").replaceAll("_plus_", "+").replaceAll("_dot_", ".").replaceAll("_comma_", ",");
}
