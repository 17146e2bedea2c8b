import type { IPlugin, Token } from "@lumino/coreutils";

type Plugin = Pick<IPlugin<never, unknown>, "provides" | "requires">;

/** The value under each key that comes last. */
const last = <T>(values: T[], key: (value: T) => unknown) => new Map(values.map((value) => [key(value), value]));

/**
 * Selects the plugins that work together: of those that provide the same service the last, and of the rest those whose
 * required services are all provided.
 */
export function select<P extends Plugin>(plugins: P[]): P[] {
  const providers = last(
    plugins.filter(({ provides }) => provides),
    ({ provides }) => provides,
  );
  let selected = plugins.filter((plugin) => !plugin.provides || providers.get(plugin.provides) === plugin);
  for (;;) {
    const provided = new Set<Token<unknown> | null | undefined>(selected.map(({ provides }) => provides));
    const able = selected.filter(({ requires }) => (requires ?? []).every((service) => provided.has(service)));
    if (able.length === selected.length) return able;
    selected = able;
  }
}
