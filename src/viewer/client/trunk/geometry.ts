/**
 * Where everything of a trunk's picture stands, in pixels. Pure functions of the data: the picture only draws what they say.
 *
 * A state stands between two actions, so state `k` is at the left end of action `k`. Branches share that scale: a branch of five
 * actions is as long as five actions of the trunk.
 */
import { printable } from "../../../core/printable.ts";
import type { Branch, Trunk, TrunkState } from "../../api/expert.ts";
import type { StepLabel } from "../../api/shared.ts";

/** How wide one action is. Narrower, the counts of neighbouring states would touch. */
const NARROWEST = 36;
const WIDEST = 96;
/** From so many actions on, and on a phone, they may be narrower where no state is near another one. */
const LONG = 60;
const PHONE = 500;
const NARROWEST_LONG = 18;
/** Room for half a dot at the left, and for an end's mark at the right. */
const SIDE = 24;
/** An end's mark and its words, behind the longest branch. */
const END = 148;

/** The height of each band of the picture, from above. */
const RECOVER = 26;
const COUNTS = 18;
const TRUNK = 36;
const NAMES = 34;
const BRANCH = 24;
const BEFORE_CHART = 30;
const CHART = 128;
const AFTER_CHART = 8;

/** Of a letter in the smallest print. */
const LETTER = 6.4;

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** Of one action. */
  readonly pitch: number;
  readonly trunk: {
    readonly y: number;
    readonly actions: readonly PlacedAction[];
    readonly states: readonly PlacedState[];
    /** Where the run ends. */
    readonly endX: number;
  };
  readonly branches: readonly PlacedBranch[];
  /** null: no state was tried. */
  readonly chart: PlacedChart | null;
}

export interface PlacedAction {
  readonly index: number;
  readonly x: number;
  readonly width: number;
  readonly label: StepLabel;
  /** What kind of action it is, cut to fit; "" where nothing readable fits. */
  readonly name: string;
  /** Its place in the run, from 0, where there is room; "" otherwise. */
  readonly number: string;
  readonly needRecover: boolean;
}

export interface PlacedState {
  readonly state: TrunkState;
  readonly x: number;
  /** Grows with the number of students that tried. */
  readonly radius: number;
  /** From 0 to 1, how much of the dot is filled; null: nobody tried. */
  readonly level: number | null;
  readonly needRecover: boolean;
}

export interface PlacedBranch {
  readonly branch: Branch;
  /** From the state's dot down, then along. */
  readonly path: string;
  readonly endX: number;
  readonly y: number;
}

export interface PlacedChart {
  readonly top: number;
  readonly bottom: number;
  readonly right: number;
  /** Through the rates of the states that were tried. */
  readonly line: string;
  /** Around it, where there are intervals. */
  readonly band: string;
  readonly points: readonly {
    readonly state: TrunkState;
    readonly x: number;
    readonly y: number;
    readonly lowY: number | null;
    readonly highY: number | null;
  }[];
  /** Rollouts from the task's start; null if there are none. */
  readonly startY: number | null;
}

/** Whose branches are unfolded: those of the state before a step, of all states, of none. */
export type Open = number | "all" | null;

/** Of the branches only those of `iteration`, if it is given. `room` is the width that there is. */
export function placed(trunk: Trunk, room: number, open: Open, iteration: number | null): Placed {
  const pitch = pitchOf(trunk, room);
  const x = (step: number) => SIDE + step * pitch;
  const y = RECOVER + COUNTS + TRUNK / 2;
  const branchesTop = RECOVER + COUNTS + TRUNK + NAMES;
  // The last state's come first: so no branch crosses the way down to an earlier state's.
  const opened = trunk.states.filter(({ step }) => open === "all" || step === open).reverse();
  const unfolded = opened.flatMap((state) => branchesOf(state, iteration).map((branch) => ({ state, branch })));
  const branches = unfolded.map(({ state, branch }, index): PlacedBranch => {
    const fromX = x(state.step);
    const branchY = branchesTop + index * BRANCH + BRANCH / 2;
    const endX = fromX + Math.max(branch.steps, 1) * pitch;
    return { branch, y: branchY, endX, path: pathOf(fromX, y + radiusOf(state.of), endX, branchY) };
  });
  const branchesEnd = branchesTop + branches.length * BRANCH;
  const hasChart = trunk.states.some(({ of }) => of > 0);
  const right = Math.max(x(trunk.steps.length), ...branches.map(({ endX }) => endX));
  return {
    width: Math.max(right + END, room),
    height: branchesEnd + (hasChart ? BEFORE_CHART + CHART + AFTER_CHART : 0),
    pitch,
    trunk: { y, endX: x(trunk.steps.length), ...trunkOf(trunk, pitch, x) },
    branches,
    chart: hasChart ? chartOf(trunk, branchesEnd + BEFORE_CHART, x) : null,
  };
}

/** Those of `iteration`, all for null: won ones first, then by length. */
export function branchesOf({ branches }: TrunkState, iteration: number | null): readonly Branch[] {
  return branches
    .filter((branch) => iteration === null || branch.iteration === iteration)
    .sort((a, b) => Number(b.won) - Number(a.won) || a.steps - b.steps || a.iteration - b.iteration);
}

/** The longest branch fits if it can. It does not depend on what is unfolded: nothing moves sideways at a click. */
function pitchOf(trunk: Trunk, room: number): number {
  const ends = trunk.states.flatMap(({ step, branches }) => branches.map((branch) => step + branch.steps));
  const longest = ends.reduce((most, end) => Math.max(most, end), Math.max(trunk.steps.length, 1));
  return Math.min(WIDEST, Math.max(narrowestFor(trunk, room), Math.floor((room - SIDE - END) / longest)));
}

function narrowestFor({ steps, states }: Trunk, room: number): number {
  if (steps.length < LONG && room > PHONE) return NARROWEST;
  const gaps = states.slice(1).map(({ step }, index) => step - states[index]!.step);
  return Math.max(NARROWEST_LONG, Math.ceil(NARROWEST / Math.max(1, Math.min(...gaps))));
}

function trunkOf(trunk: Trunk, pitch: number, x: (step: number) => number) {
  const recover = new Set(trunk.steps.filter(({ needRecover }) => needRecover).map(({ index }) => index));
  const every = pitch >= 40 ? 1 : 5;
  const actions = trunk.steps.map(({ index, label, kind, needRecover }): PlacedAction => {
    const number = index % every === 0 ? String(index) : "";
    return {
      index,
      x: x(index),
      width: pitch,
      label,
      name: pitch < NARROWEST ? "" : fitting(printable(kind), pitch - 4),
      number,
      needRecover,
    };
  });
  const states = trunk.states.map((state): PlacedState => {
    const level = state.of > 0 ? state.won / state.of : null;
    return { state, x: x(state.step), radius: radiusOf(state.of), level, needRecover: recover.has(state.step) };
  });
  return { actions, states };
}

/** From 6 to 14 pixels: the area grows with the count. */
export const radiusOf = (tries: number): number => Math.min(14, Math.round(10 * (5 + 1.8 * Math.sqrt(tries))) / 10);

/** As much of `text` as `width` pixels hold; "" if that is not even three letters and `text` is longer. */
export function fitting(text: string, width: number): string {
  const letters = Math.floor(width / LETTER);
  const characters = [...text];
  if (characters.length <= letters) return text;
  return letters < 4 ? "" : `${characters.slice(0, letters - 1).join("")}…`;
}

/** The part of a dot that is filled, from below, up to `level` of its height; "" for none. */
export function fillOf(x: number, y: number, radius: number, level: number): string {
  if (level <= 0) return "";
  if (level >= 1)
    return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  const angle = Math.acos(1 - 2 * level);
  const [half, top] = [radius * Math.sin(angle), y + radius * Math.cos(angle)];
  return `M${x - half} ${top}A${radius} ${radius} 0 ${level > 0.5 ? 1 : 0} 0 ${x + half} ${top}Z`;
}

function pathOf(x: number, top: number, endX: number, y: number): string {
  const bend = Math.min(8, y - top, endX - x);
  return `M${x} ${top}V${y - bend}q0 ${bend} ${bend} ${bend}H${endX}`;
}

function chartOf(trunk: Trunk, top: number, x: (step: number) => number): PlacedChart {
  const bottom = top + CHART;
  const y = (rate: number) => Math.round(10 * (bottom - rate * CHART)) / 10;
  const at = (rate: number | null) => (rate === null ? null : y(rate));
  const tried = trunk.states.filter(({ of }) => of > 0);
  const points = tried.map((state) => ({
    state,
    x: x(state.step),
    y: y(state.won / state.of),
    lowY: at(state.low),
    highY: at(state.high),
  }));
  const edges = points.filter(({ lowY, highY }) => lowY !== null && highY !== null);
  const there = edges.map(({ x, highY }) => `${x},${highY}`);
  const back = edges.map(({ x, lowY }) => `${x},${lowY}`).reverse();
  return {
    top,
    bottom,
    right: x(trunk.steps.length),
    line: points.map(({ x, y }) => `${x},${y}`).join(" "),
    band: edges.length > 1 ? [...there, ...back].join(" ") : "",
    points,
    startY: points.find(({ state }) => state.step === 0)?.y ?? null,
  };
}
