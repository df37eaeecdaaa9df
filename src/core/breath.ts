/**
 * Long work that never waits for anything keeps this process from hearing signals, timers and servers. It takes a breath now
 * and then: the event loop turns once, and the work goes on.
 */

const WITHOUT_BREATH_MS = 100;

let last = performance.now();

/** To be awaited in a loop, as often as one likes: mostly it does nothing. */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - last < WITHOUT_BREATH_MS) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      last = performance.now();
      resolve();
    });
  });
}

/** What `make` makes of each of `items`, in order, with breaths in between. */
export async function gathered<Item, Made>(items: Iterable<Item>, make: (item: Item) => Made): Promise<Made[]> {
  const made: Made[] = [];
  for (const item of items) {
    made.push(make(item));
    await breathe();
  }
  return made;
}
