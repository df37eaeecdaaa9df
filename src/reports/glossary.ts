/** The words of reports, one sentence each. Every format prints them from here. */
import type { Term } from "./document.ts";

export const GLOSSARY: readonly Term[] = [
  { word: "rollout", meaning: "One episode that the student plays, from the start of a task or from a later state." },
  { word: "held-out task", meaning: "A task kept aside for the final test; nothing is ever learned from it." },
  {
    word: "BC",
    meaning: "Behaviour cloning: the student imitates the expert's won runs. Every method starts from it.",
  },
  {
    word: "RFT×N",
    meaning:
      "Rejection-sampling fine-tuning: the student plays every training task N times from the start, then imitates its own " +
      "wins and the expert's.",
  },
  {
    word: "probe",
    meaning:
      "A rollout that starts in the middle of an expert's run: the world is put back into that state and the student finishes.",
  },
  {
    word: "EEF",
    meaning:
      "Exploring expert failures: the student also probes states along the expert's runs, won and lost, and learns from where it " +
      "wins.",
  },
  { word: "harmful", meaning: "Actions of the expert before which a probe won and after which one lost." },
  { word: "beneficial", meaning: "Actions of the expert before which a probe lost and after which one won." },
  {
    word: "need-recover state",
    meaning: "The state right after the first harmful actions of a run: EEF teaches the student to win from there.",
  },
  {
    word: "solution",
    meaning:
      "A won trajectory through a state. “One solution” learns a single one for each task, the one with the fewest expert actions.",
  },
  {
    word: "mask",
    meaning: "The marks on an example that say which messages are learned; the others are context only.",
  },
  {
    word: "fairest control",
    meaning:
      "The method most like EEF that probes nothing: RFT×N with one solution if the run has it, then RFT×N with as many rollouts, " +
      "then BC.",
  },
  {
    word: "95 % interval",
    meaning: "Where the figure would probably lie if tasks, and seeds where there are several, were drawn anew.",
  },
];
