/** A list whose members are made when they are asked for, and again each time. For millions of goals that few look at. */

/** Reads like an array of `length` members (index, length, iteration and methods that only read); cannot be written to. */
export function lazyList<T>(length: number, at: (index: number) => T): readonly T[] {
  const indexOf = (key: string | symbol): number => {
    const index = typeof key === "string" && /^\d+$/.test(key) ? Number(key) : -1;
    return index < length ? index : -1;
  };
  const refuse = () => false;
  return new Proxy([] as T[], {
    get(target, key) {
      if (key === "length") return length;
      const index = indexOf(key);
      return index < 0 ? Reflect.get(target, key) : at(index);
    },
    has: (target, key) => indexOf(key) >= 0 || Reflect.has(target, key),
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
  });
}
