/**
 * Thoughts that stand in an agent's text, between tags: `<think>…</think>` and its like in front of what it says. Chat
 * templates put the first tag into the prompt, so that the text may have the second one only.
 */
const PAIRS: readonly (readonly [string, string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
];

/** Pairs whose first tag a template writes. */
const PROMPTED = PAIRS.filter(([open]) => open !== "<thought>" && open !== "<reasoning>" && open !== "<thinking>");

/** An agent's text in two. */
export interface Split {
  /** undefined: no tags in front. */
  readonly thought?: string;
  /** What is said behind the thought, without the line breaks between. */
  readonly rest: string;
}

/**
 * The thought in front of a text. A thought that is never closed goes to the end: the model was cut off in it. Several in a
 * row are one, with an empty line between.
 */
export function thoughtBefore(text: string): Split {
  const told: string[] = [];
  let rest = text;
  for (;;) {
    const start = rest.trimStart();
    const pair = PAIRS.find(([open]) => start.startsWith(open));
    if (!pair) break;
    const [open, close] = pair;
    const end = start.indexOf(close, open.length);
    told.push(withoutLines(start.slice(open.length, end < 0 ? undefined : end)));
    rest = end < 0 ? "" : start.slice(end + close.length);
  }
  if (told.length === 0) return { rest: text };
  const thought = told.filter((one) => one.trim() !== "").join("\n\n");
  return { thought, rest: rest.replace(/^\n+/, "") };
}

/** The thought before a closing tag whose opening one stood in the prompt; undefined where there is none. */
export function promptedThought(text: string): Split | undefined {
  for (const [open, close] of PROMPTED) {
    const end = text.indexOf(close);
    if (end < 0 || text.slice(0, end).includes(open)) continue;
    return {
      thought: withoutLines(text.slice(0, end)),
      rest: text.slice(end + close.length).replace(/^\n+/, ""),
    };
  }
  return undefined;
}

/** A template's line breaks around a thought are no part of it. */
function withoutLines(text: string): string {
  let [from, to] = [0, text.length];
  while (text[from] === "\n") from++;
  while (to > from && text[to - 1] === "\n") to--;
  return text.slice(from, to);
}

/** Whether a closing tag without its opening one ends a line, as a thought does and a remark about the tag does not. */
export const endsThought = (text: string): boolean =>
  PROMPTED.some(([open, close]) => {
    const end = text.indexOf(close);
    if (end < 0 || text.slice(0, end).includes(open)) return false;
    const before = text.slice(text.lastIndexOf("\n", end) + 1, end);
    const [behind = ""] = text.slice(end + close.length).split("\n", 1);
    return before.trim() === "" || behind.trim() === "";
  });
