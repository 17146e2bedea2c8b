/** Bundles the site's scripts and styles by esbuild. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { type Application, applications } from "./pages";

const site = join(__dirname, "site");
const packages = join(__dirname, "node_modules");

/** The script of an application: imports its extensions and their styles, and starts it. */
function entry({ packageName, className, extensions, without }: Application): string {
  const styles = extensions.map((name) => `${name}/style/index.js`).filter((path) => existsSync(join(packages, path)));
  return `
    ${styles.map((path) => `import "${path}";`).join("\n")}
    ${extensions.map((name, i) => `import e${i} from "${name}";`).join("\n")}
    import { ${className} } from "${packageName}";
    import { start } from "./start";
    import "./course.css";
    void start(${className}, [${extensions.map((_, i) => `e${i}`)}], ${JSON.stringify(without)});`;
}

/**
 * What Jupyter's packages import and the site does not use: JupyterLite's service worker (the course has its own), the
 * diagrams of Mermaid (6 MB), and the icon font of JupyterLab 3 (3 MB).
 */
const unused = /\?text$|^mermaid$|^@mermaid-js\/|^~?@fortawesome\//;

/**
 * What esbuild must be told of Jupyter's packages, which are written for another bundler. (One thing stands in
 * package.json: version 2.50.0 of @microsoft/fast-foundation never comes to an end when it colours a toolbar.)
 */
const jupyter: Plugin = {
  name: "jupyter",
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: /^entry:/ }, ({ path }) => ({ path, namespace: "entry" }));
    onLoad({ filter: /^entry:/, namespace: "entry" }, ({ path }) => ({
      contents: entry(applications[path.slice("entry:".length) as keyof typeof applications]),
      resolveDir: site,
    }));
    // Style sheets name packages with a tilde.
    onResolve({ filter: /^~/ }, ({ path, kind, resolveDir }) => resolve(path.slice(1), { kind, resolveDir }));
    // An icon is imported as its text by a script, and as a picture by a style sheet.
    onResolve({ filter: /\.svg$/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== "url-token" || pluginData) return undefined;
      const found = await resolve(path, { kind, resolveDir, pluginData: true });
      return { path: found.path, namespace: "picture" };
    });
    onLoad({ filter: /.*/, namespace: "picture" }, ({ path }) => ({ contents: readFileSync(path), loader: "dataurl" }));
    onResolve({ filter: unused }, ({ path, kind }) => ({ path: `${kind}:${path}`, namespace: "nothing" }));
    onLoad({ filter: /^import-rule:/, namespace: "nothing" }, () => ({ contents: "", loader: "css" }));
    onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: 'export default "";' }));
    // MathJax's modules are CommonJS: a bundle's `import()` of one gives its exports under the name `default`.
    onLoad({ filter: /mathjax-extension[\\/]lib[\\/]index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        /import\((['"]mathjax-full[^)]*)\)/g,
        "import($1).then((m) => m.default)",
      ),
    }));
  },
};

/** Names of files that were written, relative to the site, and what went into them. */
export type Bundle = { script: string; style: string };

/** Bundles the applications into the folder `build` of the site. */
export async function bundlePages(
  folder: string,
): Promise<{ bundles: Record<keyof typeof applications, Bundle>; metafile: Metafile }> {
  const names = Object.keys(applications) as (keyof typeof applications)[];
  const { metafile } = await build({
    entryPoints: names.map((name) => ({ in: `entry:${name}`, out: name })),
    outdir: join(folder, "build"),
    absWorkingDir: join(__dirname, ".."),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    metafile: true,
    legalComments: "none", // All licences are in one file: see licences.ts.
    logLevel: "error",
    nodePaths: [packages],
    loader: {
      ".svg": "text",
      ".woff2": "file",
      ".woff": "file",
      ".ttf": "file",
      ".png": "file",
      ".gif": "file",
      ".md": "text",
    },
    inject: [join(site, "process.ts")],
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis", __dirname: '"/"' },
    // The module file of json5 has no names that an `import * as` could take.
    alias: { json5: join(packages, "json5/dist/index.js") },
    plugins: [jupyter],
  });
  const bundles = Object.fromEntries(
    names.map((name) => {
      const written = Object.entries(metafile.outputs).find(
        ([, { entryPoint }]) => entryPoint === `entry:entry:${name}`,
      );
      if (!written?.[1].cssBundle) throw new Error(`Cannot find what esbuild made of the page ${name}`);
      const inSite = (path: string) => `build/${basename(path)}`;
      return [name, { script: inSite(written[0]), style: inSite(written[1].cssBundle) }];
    }),
  );
  return { bundles: bundles as Record<keyof typeof applications, Bundle>, metafile };
}
