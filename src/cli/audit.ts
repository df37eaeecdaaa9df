/** How an audit of a world is told: its progress, and what it found. */
import { WAY_NAMES } from "../core/audit.ts";
import type { Progress } from "../engine/experiment/progress.ts";
import type { Audit } from "../worlds/audit/audit.ts";
import { type Fault, firstOfEach } from "../worlds/audit/fault.ts";
import { excerpts } from "./differences.ts";
import { table } from "./table.ts";
import { printable } from "./terminal.ts";

/** Shows `say` of an audit as a phase. */
export function checksTold(progress: Progress): (done: number, of: number) => void {
  const since = performance.now();
  let phase: ReturnType<Progress["phase"]> | undefined;
  return (done, of) => {
    phase ??= progress.phase("audit", of, "checks", since);
    phase.advance(done);
    if (done === of) phase.end();
  };
}

export function auditText(name: string, audit: Audit): string {
  const { walks, steps, guided, rewarded, ended, repeats, ways, restore, notes } = audit;
  const rows = [
    ["the same actions again", repeats.length === 0 ? "lead to the same" : elsewhere(repeats, walks)],
    ...ways.map(({ way, fault, walks: tried }) => {
      const exact = tried > 0 ? "goes on as if it had never left" : "not tried";
      return [`put back by ${WAY_NAMES[way]}`, fault ? fault.kind : exact];
    }),
    ...(ways.length === 0 ? [["put back", "this world saves no states"]] : []),
  ];
  const faults = firstOfEach([...repeats, ...ways.flatMap(({ fault }) => fault ?? [])]);
  const verdict =
    restore === "none"
      ? "restore: none. Episodes of this world cannot be continued from the middle exactly."
      : `restore: ${restore}. No difference in ${walks} walks of ${steps} steps.`;
  return [
    `${printable(name)}: ${walksText(walks, guided)}, ${steps} steps; ${rewarded} saw a reward, ${ended} reached an end`,
    table([], rows),
    ...faults.map((fault) => faultText(fault)),
    ...notes.map(({ text }) => `Note: ${text}.`),
    verdict,
  ].join("\n");
}

const walksText = (walks: number, guided: number) =>
  `${walks} ${walks === 1 ? "walk" : "walks"}${guided > 0 ? ` (${guided} behind its expert)` : ""}`;

const elsewhere = (repeats: readonly Fault[], walks: number) =>
  `lead elsewhere in ${repeats.length} of ${walks} walks: ${firstOfEach(repeats)
    .map(({ kind }) => kind)
    .join(", ")}`;

/** In three lines: the kind and the place, what was expected, and what was found. */
export function faultText({ kind, task, step, from, what, expected, found }: Fault): string {
  const where = `${printable(task)}, after ${step} ${step === 1 ? "action" : "actions"}`;
  const back = from === undefined ? "" : `, put back to where it was after ${from}`;
  const [before, now] = excerpts(expected, found);
  return `${kind}: ${where}${back}: the ${what}\n  expected  ${before}\n  found     ${now}`;
}
