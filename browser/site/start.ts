/** Starts one of Jupyter's applications in the page, with the course's own plugins. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { PageConfig } from "@jupyterlab/coreutils";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { IServiceManager } from "@jupyterlab/services";
import { type IPlugin, PluginRegistry } from "@lumino/coreutils";
import { course } from "./course";
import { interrupter, kernel, prepare } from "./kernel";
import { plotly } from "./plotly";
import { select } from "./select";

type Plugin = IPlugin<JupyterFrontEnd, unknown>;
type MimeExtension = IRenderMime.IExtensionModule;
/** What an extension's package exports: a plugin or several. */
type Extension = Plugin | Plugin[];
type Options = { pluginRegistry: unknown; serviceManager: unknown; mimeExtensions: MimeExtension[] };
type Application = new (options: Options) => JupyterFrontEnd;

/** Those of Jupyter's extensions that draw outputs are made otherwise: they have a factory and are no plugins. */
const isPlugin = (one: Plugin | IRenderMime.IExtension): one is Plugin => !("rendererFactory" in one);

/** Has the site kept for days without a network, once the page that the reader waits for is there. */
function keepForOffline(): void {
  // There is no service worker where the site is neither on https nor on this machine.
  // By itself the browser looks for a newer version only in visits that last, and at most once a day.
  navigator.serviceWorker
    ?.register(new URL("service-worker.js", PageConfig.getBaseUrl()))
    .then((registration) => registration.update())
    .catch(console.warn);
  void navigator.storage?.persist?.(); // Else the browser may clear it, and the student's work, when its disk is full.
}

/** Starts the application with the plugins of these extensions, those in `without` left out. */
export async function start(Application: Application, extensions: Extension[], without: string[]): Promise<void> {
  prepare();
  const all = [...extensions, kernel, interrupter, ...course].flat().filter(({ id }) => !without.includes(id));
  const pluginRegistry = new PluginRegistry<JupyterFrontEnd>();
  pluginRegistry.registerPlugins(select(all.filter(isPlugin)));
  const serviceManager = await pluginRegistry.resolveRequiredService(IServiceManager);
  const drawers = all.filter((one) => !isPlugin(one)) as unknown as IRenderMime.IExtension[];
  const mimeExtensions = [...drawers, plotly].map((one) => ({ default: one, __esModule: true as const }));
  const app = new Application({ pluginRegistry, serviceManager, mimeExtensions });
  Object.assign(app, { name: "unroll" }); // The title of the window ends in it.
  Object.assign(globalThis, { jupyterapp: app }); // As Jupyter does where a page asks for it: for the tests.
  await app.start();
  await app.restored;
  keepForOffline();
}
