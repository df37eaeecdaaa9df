/**
 * The keyboard. A view says which keys it takes while it is on the screen: `$effect(() => takeKeys([…]))`. Two keys one after the
 * other are written with a blank: `g o`. Nothing is taken while someone types or holds Ctrl, Alt or Meta.
 */
import { createSubscriber } from "svelte/reactivity";

export interface Key {
  /** As `KeyboardEvent.key` names it. */
  readonly key: string;
  /** For the help: `next turn`. */
  readonly does: string;
  readonly run: () => void;
}

let taken: readonly (readonly Key[])[] = [];
let pending = "";
let changed = () => {};

const subscribe = createSubscriber((update) => {
  changed = update;
});

/** Takes `keys` until the function it gives is called. Later takers go first. */
export function takeKeys(keys: readonly Key[]): () => void {
  taken = [keys, ...taken];
  changed();
  return () => {
    taken = taken.filter((others) => others !== keys);
    changed();
  };
}

/** All that are taken now, the view's own first. */
export function keysTaken(): readonly Key[] {
  subscribe();
  return taken.flat();
}

/** For the window: `keydown`. */
export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (isTyping(event.target) || isPressing(event)) return;
  const typed = pending ? `${pending} ${event.key}` : event.key;
  const all = taken.flat();
  const hit = all.find(({ key }) => key === typed);
  pending = !hit && all.some(({ key }) => key.startsWith(`${typed} `)) ? typed : "";
  if (!hit) return;
  event.preventDefault();
  hit.run();
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("input:not([type=checkbox], [type=radio]), textarea, select") ||
    !!target.closest("dialog"));

/** Enter and the blank on a link or a button are its own. */
const isPressing = ({ key, target }: KeyboardEvent) =>
  (key === "Enter" || key === " ") &&
  target instanceof Element &&
  target.closest("a, button, summary, [role=button]") !== null;
