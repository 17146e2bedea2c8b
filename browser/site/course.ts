/** What the course adds to Jupyter: hand in an exercise, begin a notebook again, and tell of a newer version. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Dialog, Notification, showDialog } from "@jupyterlab/apputils";
import { PageConfig, PathExt } from "@jupyterlab/coreutils";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { type INotebookModel, INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { type Contents, IDefaultDrive } from "@jupyterlab/services";
import type { IPlugin } from "@lumino/coreutils";

type Context = DocumentRegistry.IContext<INotebookModel>;
/** A file of the course in `api/contents`. JupyterLite copies `courseVersion` into what it stores, once, when it does. */
type CourseFile = { name: string; courseVersion?: string };

const isExercise = (path: string) => PathExt.dirname(path) === "work";

/** The version of a notebook that the course has now, or undefined for a notebook of the student's own. */
async function courseVersion(path: string): Promise<string | undefined> {
  const listing = await fetch(`${PageConfig.getBaseUrl()}api/contents/${PathExt.dirname(path)}/all.json`);
  if (!listing.ok) return undefined;
  const { content } = (await listing.json()) as { content: CourseFile[] };
  return content.find(({ name }) => name === PathExt.basename(path))?.courseVersion;
}

async function handIn(context: Context): Promise<void> {
  await context.save();
  const name = PathExt.basename(context.path);
  const text = `${JSON.stringify(context.model.toJSON(), null, 1)}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // Some browsers read it after the click.
  Notification.success(`${name} is in your downloads. Send this file to your teacher.`, { autoClose: 10_000 });
}

async function reset(context: Context, drive: Contents.IDrive): Promise<void> {
  const name = PathExt.basename(context.path);
  const answer = await showDialog({
    title: `Reset ${name}?`,
    body: `Everything that you wrote in ${name} is deleted, and the course's version takes its place. This cannot be undone. To keep yours, cancel, and download it first (File, Download).`,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Reset" })],
    defaultButton: 0,
  });
  if (!answer.button.accept) return;
  await drive.delete(context.localPath); // What was stored: the course's own file shows again.
  await context.revert();
}

/** Tells of a newer version of a notebook that the student has changed; theirs stays until they ask for the new one. */
async function tellOfNewer(context: Context, drive: Contents.IDrive): Promise<void> {
  const { courseVersion: begun } = (await drive.get(context.localPath)) as CourseFile;
  const current = await courseVersion(context.localPath);
  if (!begun || !current || begun === current) return;
  Notification.info("The course has a newer version of this notebook. Yours is as you left it.", {
    autoClose: false,
    actions: [{ label: "Reset", callback: () => void reset(context, drive) }],
  });
}

const courseCommands: IPlugin<JupyterFrontEnd, void> = {
  id: "unroll:course",
  autoStart: true,
  requires: [INotebookTracker, IDefaultDrive],
  activate: ({ commands }, notebooks: INotebookTracker, drive: Contents.IDrive) => {
    const ofCourse = new Set<string>();
    const current = () => notebooks.currentWidget?.context;
    commands.addCommand("unroll:hand-in", {
      label: "Hand in",
      caption: "Save this exercise and download it, to be sent to your teacher",
      isVisible: () => isExercise(current()?.localPath ?? ""),
      execute: () => current() && handIn(current() as Context),
    });
    commands.addCommand("unroll:reset", {
      label: "Reset",
      caption: "Put the course's version in the place of this notebook (asks first)",
      isVisible: () => ofCourse.has(current()?.localPath ?? ""),
      execute: () => current() && reset(current() as Context, drive),
    });
    // Named one by one: a button does not hear that any command may have changed.
    const lookAgain = () => {
      for (const id of ["unroll:hand-in", "unroll:reset"]) commands.notifyCommandChanged(id);
    };
    const look = async ({ context }: NotebookPanel) => {
      await context.ready;
      if (await courseVersion(context.localPath)) ofCourse.add(context.localPath);
      lookAgain();
      await tellOfNewer(context, drive);
    };
    notebooks.widgetAdded.connect((_, panel) => void look(panel));
    notebooks.currentChanged.connect(lookAgain);
  },
};

/** The plugins of the course. */
export const course = [courseCommands];
