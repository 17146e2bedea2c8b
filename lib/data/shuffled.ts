import type { Random } from "../random";

/**
 * Lists the items in an order drawn at random, all orders equally likely, and leaves the given list as it is.
 *
 * Source: Fisher and Yates's shuffle.
 * @example
 * shuffled([1, 2, 3], random(7)).length; // 3
 */
export function shuffled<Item>(items: readonly Item[], uniform: Random): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(uniform() * (last + 1));
    [order[last], order[chosen]] = [order[chosen], order[last]];
  }
  return order;
}
