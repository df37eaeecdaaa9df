/** Whether a run's figures can be trusted. Apart from its overview, since every example that was learned from is read. */
import { leakageOf } from "../../analysis/leakage.ts";
import { materialOf } from "../../analysis/material.ts";
import { alarmText, leakageText } from "../../reports/leakage-text.ts";
import type { Leakage } from "../api/project.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";

const MOST_RUNS = 200;

/** null: there is no such run. */
export const leakageIn = (view: View, run: string): Leakage | null => kept(view, run);

const kept = keptByRun(({ repository }, run): Leakage | null => {
  if (!repository.run(run)) return null;
  const material = materialOf(repository, [run]);
  if (material.methods.length === 0) return { run, alarm: null, notes: [] };
  const leakage = leakageOf(material);
  const alarm = alarmText(leakage);
  return { run, alarm: alarm === null ? null : `${alarm}.`, notes: leakageText(leakage) };
}, MOST_RUNS);
