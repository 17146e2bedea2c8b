/** The pages of the site, and of which of Jupyter's extensions each is made. */

export type Application = { packageName: string; className: string; extensions: string[]; without: string[] };

const jupyterLab = [
  "application",
  "apputils",
  "cell-toolbar",
  "codemirror",
  "completer",
  "console",
  "docmanager",
  "documentsearch",
  "filebrowser",
  "fileeditor",
  "json",
  "mainmenu",
  "markdownviewer",
  "markedparser",
  "mathjax",
  "metadataform",
  "notebook",
  "rendermime",
  "services",
  "shortcuts",
  "theme-dark",
  "theme-light",
  "toc",
  "tooltip",
  "translation",
  "ui-components",
].map((name) => `@jupyterlab/${name}-extension`);

const onlyLab = ["help", "inspector", "launcher", "running", "settingeditor", "statusbar"].map(
  (name) => `@jupyterlab/${name}-extension`,
);

const jupyterNotebook = ["application", "docmanager", "help", "notebook"].map(
  (name) => `@jupyter-notebook/${name}-extension`,
);

const jupyterLite = ["services", "apputils", "application"].map((name) => `@jupyterlite/${name}-extension`);

/** What asks a server, which there is none; or stands in the way of JupyterLite's plugin of the same name. */
const withoutServer = [
  "@jupyterlab/apputils-extension:announcements",
  "@jupyterlab/apputils-extension:licenses-plugin",
  "@jupyterlab/application-extension:logo",
  "@jupyterlab/application-extension:tree-resolver",
  "@jupyterlab/docmanager-extension:download",
  "@jupyterlab/filebrowser-extension:download",
  "@jupyterlab/filebrowser-extension:share-file",
  "@jupyterlab/help-extension:about",
  "@jupyterlab/help-extension:licenses-commands",
  "@jupyterlite/application-extension:service-worker-manager",
];

/** What wants JupyterLab's own window, or what Jupyter Notebook and JupyterLite do in its place. */
const labShell = [
  "@jupyterlab/application-extension:shell",
  "@jupyterlab/application-extension:dirty",
  "@jupyter-notebook/application-extension:opener",
  "@jupyterlite/notebook-application-extension:logo", // Jupyter's own is there.
  "@jupyter-notebook/notebook-extension:tab-icon", // The page has the course's icons.
  "@jupyter-notebook/notebook-extension:checkpoints", // It tells the age of the course's file, not of the student's work.
];

const notebook: Application = {
  packageName: "@jupyter-notebook/application",
  className: "NotebookApp",
  extensions: [...jupyterLab, ...jupyterNotebook, ...jupyterLite, "@jupyterlite/notebook-application-extension"],
  without: [...withoutServer, ...labShell],
};

/**
 * The applications, each with its extensions. Where two plugins provide the same service, the later extension's is
 * taken; a plugin that requires a service which nobody provides is left out (see `site/select.ts`). What these two
 * rules do not decide is named in `without`.
 */
export const applications = {
  notebook,
  tree: { ...notebook, extensions: [...notebook.extensions, "@jupyter-notebook/tree-extension"] },
  lab: {
    packageName: "@jupyterlab/application",
    className: "JupyterLab",
    extensions: [...jupyterLab, ...onlyLab, ...jupyterLite],
    without: withoutServer,
  },
} satisfies Record<string, Application>;

/** The pages by folder. */
export const pages: Record<string, keyof typeof applications> = {
  tree: "tree",
  notebooks: "notebook",
  edit: "notebook",
  lab: "lab",
};
