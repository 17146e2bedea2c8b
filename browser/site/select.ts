/** What plugins are selected by: the services that they provide and require, each known by its token. */
type Plugin = { provides?: object | null; requires?: object[] };

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
    const provided = new Set(selected.map(({ provides }) => provides));
    const able = selected.filter(({ requires }) => (requires ?? []).every((service) => provided.has(service)));
    if (able.length === selected.length) return able;
    selected = able;
  }
}
