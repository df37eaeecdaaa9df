/** Light or dark: what the system prefers, until someone switches. The choice is remembered where the browser allows it. */
import { createSubscriber } from "svelte/reactivity";

export type Theme = "light" | "dark";

const KEY = "gleaner-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

let chosen: Theme | null = remembered();
let changed = () => {};

const subscribe = createSubscriber((update) => {
  changed = update;
  prefersDark.addEventListener("change", update);
  return () => prefersDark.removeEventListener("change", update);
});

/** What is shown now. */
export function theme(): Theme {
  subscribe();
  return chosen ?? (prefersDark.matches ? "dark" : "light");
}

export function switchTheme(): void {
  chosen = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A page opened from a disk may be refused it; the switch then holds until the page is closed.
  }
  changed();
}

function remembered(): Theme | null {
  try {
    const theme = localStorage.getItem(KEY);
    if (theme !== "light" && theme !== "dark") return null;
    document.documentElement.dataset.theme = theme;
    return theme;
  } catch {
    return null;
  }
}

/** A design token (`--accent`) as a canvas takes it: what the browser makes of it in the current theme. */
export function colourOf(token: string): string {
  theme();
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
