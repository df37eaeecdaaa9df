/**
 * Whether a run's figures can be trusted. Apart from its overview, since every example that was learned from is read:
 * in pieces, between which the server answers others.
 */
import { leakageInPieces } from "../../analysis/leakage.ts";
import { materialInPieces } from "../../analysis/material.ts";
import { breathe } from "../../core/breath.ts";
import { alarmText, leakageText } from "../../reports/leakage-text.ts";
import type { Leakage } from "../api/project.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";

const MOST_RUNS = 200;

/** null: there is no such run. */
export const leakageIn = (view: View, run: string): Promise<Leakage | null> => kept(view, run);

const kept = keptByRun(async ({ repository }, run): Promise<Leakage | null> => {
  if (!repository.run(run)) return null;
  const material = await unhurried(materialInPieces(repository, [run]));
  if (material.methods.length === 0) return { run, alarm: null, notes: [] };
  const leakage = await unhurried(leakageInPieces(material));
  const alarm = alarmText(leakage);
  return { run, alarm: alarm === null ? null : `${alarm}.`, notes: leakageText(leakage) };
}, MOST_RUNS);

/** What `pieces` come to, with breaths in between. */
async function unhurried<Found>(pieces: Generator<void, Found, void>): Promise<Found> {
  let piece = pieces.next();
  for (; !piece.done; piece = pieces.next()) await breathe();
  return piece.value;
}
