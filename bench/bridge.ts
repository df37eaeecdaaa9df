/** Worlds of other programs: what a step over the bridge costs, beside the same step without it. */
import { openenvBridge } from "./parts/bridge-openenv.ts";
import { pythonBridge } from "./parts/bridge-python.ts";
import type { Findings } from "./parts/result.ts";

/** Measured one after the other; their findings are put together. */
const PARTS: readonly (() => Promise<Findings>)[] = [pythonBridge, openenvBridge];

export async function run(): Promise<Findings> {
  const found: Findings[] = [];
  for (const part of PARTS) found.push(await part());
  const missing = found.flatMap((part) => part.missing ?? []).join("; ");
  const all = <Member extends "settings" | "versions" | "figures" | "ratios">(member: Member) =>
    Object.assign({}, ...found.map((part) => part[member])) as NonNullable<Findings[Member]>;
  const findings = {
    settings: all("settings"),
    versions: all("versions"),
    figures: all("figures"),
    ratios: all("ratios"),
  };
  return missing ? { ...findings, missing } : findings;
}
