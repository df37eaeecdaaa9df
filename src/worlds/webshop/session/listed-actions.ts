/**
 * The actions that an agent is offered on a page, each written as it would send it:
 * - `click[…]` for every clickable that a click can reach. `click[search]` is refused, and a label with a line feed or
 *   an opening bracket does not survive the grammar.
 * - Where there is a search bar, searches. All texts can be searched for and cannot be listed, so a few stand for them:
 *   those that a customer would make of the instruction on the page (requests.ts), which is all that a policy sees.
 */
import { readRequest, searchesFor } from "../requests.ts";
import { clickAction, parseAction, searchAction } from "./actions.ts";
import { clickablesOf, hasSearchBar } from "./clickables.ts";
import type { View } from "./view.ts";

/** Empty on the last page. */
export function listedActions(view: View): readonly string[] {
  const clicks = clickablesOf(view).filter(canBeClicked).map(clickAction);
  return hasSearchBar(view) ? [...searchesOf(view.instruction).map(searchAction), ...clicks] : clicks;
}

function canBeClicked(label: string): boolean {
  const action = parseAction(clickAction(label));
  return action?.name === "click" && action.argument === label && label !== "search";
}

/** An instruction that says nothing leaves one search to make. */
function searchesOf(instruction: string): readonly string[] {
  const searches = searchesFor(readRequest(instruction));
  return searches.length > 0 ? searches : ["anything"];
}
