/** `loop`: where a loop is. */
import { isEqual } from "./numbers.ts";
import { callable, type Loop, tuple, undefinedAs, type Value } from "./values.ts";

/** The loop over `items`, at an index. */
export function loopOf(items: readonly Value[]): (index: number) => Loop {
  let before: Value | undefined;
  const changed = callable("changed", (args) => {
    const now = tuple(args);
    const isSame = before !== undefined && isEqual(before, now);
    before = now;
    return !isSame;
  });
  return (index) => ({
    kind: "loop",
    get(name) {
      switch (name) {
        case "index":
          return index + 1;
        case "index0":
          return index;
        case "revindex":
          return items.length - index;
        case "revindex0":
          return items.length - index - 1;
        case "first":
          return index === 0;
        case "last":
          return index === items.length - 1;
        case "length":
          return items.length;
        case "previtem":
          return index === 0 ? undefinedAs("there is no previous item") : items[index - 1]!;
        case "nextitem":
          return index === items.length - 1 ? undefinedAs("there is no next item") : items[index + 1]!;
        case "changed":
          return changed;
        case "cycle":
          return callable("cycle", (args) => {
            if (args.length === 0) throw new Error("no items for cycling given");
            return args[index % args.length]!;
          });
        case "depth":
        case "depth0":
          throw new Error(`loop.${name} is not known here`);
        default:
          return undefined;
      }
    },
  });
}
