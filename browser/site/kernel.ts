/** The course's kernel in the page: Jupyter's messages on one side, the kernel in its Web Worker on the other. */
import { PageConfig, PathExt } from "@jupyterlab/coreutils";
import { KernelMessage } from "@jupyterlab/services";
import { type IKernel, IKernelClient, IKernelSpecs } from "@jupyterlite/services";
import type { IPlugin } from "@lumino/coreutils";
import { Signal } from "@lumino/signaling";
import { type Content, describeKernel } from "../../kernel/front/content";
import { type BrowserKernel, type KernelOptions, prepareKernel, startKernel } from "../kernel";

type Message = KernelMessage.IMessage;
type Execute = KernelMessage.IExecuteRequestMsg;
type HistoryEntry = [session: number, count: number, input: string];

const option = (name: string) => PageConfig.getOption(name);
const absolute = (path: string) => new URL(path, PageConfig.getBaseUrl()).href;

const description = describeKernel(option("appVersion"), option("typescriptVersion"), "the browser");

const optionsIn = (folder: string): KernelOptions => ({
  workers: { cells: absolute(option("cellWorker")), types: absolute(option("typeWorker")) },
  files: absolute("files/"),
  folder,
});

/** Loads TypeScript for the notebook that the address names, while Jupyter itself is still being loaded. */
export function prepare(): void {
  const path = new URLSearchParams(location.search).get("path") ?? "";
  if (path.endsWith(".ipynb")) prepareKernel(optionsIn(PathExt.dirname(path)));
}

/**
 * One kernel. JupyterLite hands over the next message when the promise of the last has resolved, so a cell is queued
 * here and not awaited: completion answers while it runs.
 */
class Kernel implements IKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;
  readonly #send: IKernel.SendMessage;
  readonly #kernel: BrowserKernel;
  readonly #queue: Execute[] = [];
  readonly #history: HistoryEntry[] = [];
  #isRunning = false;
  #count = 0;
  #waitingForInput: ((line: string) => void) | undefined;

  constructor({ id, name, location, sendMessage }: IKernel.IOptions) {
    this.id = id;
    this.name = name;
    this.location = location;
    this.#send = sendMessage;
    this.#kernel = startKernel(optionsIn(location));
  }

  get ready(): Promise<void> {
    return this.#kernel.ready;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#kernel.shutdown();
    this.disposed.emit();
    Signal.clearData(this);
  }

  async handleMessage(message: Message): Promise<void> {
    const type = message.header.msg_type;
    if (type === "execute_request") this.#enqueue(message as Execute);
    else if (type === "input_reply") this.#takeInput(message);
    else if (Object.hasOwn(this.#handlers, type)) await this.#answer(message);
  }

  async interrupt(): Promise<void> {
    for (const request of this.#queue.splice(0)) this.#abort(request);
    await this.#kernel.interrupt();
  }

  #publish(type: string, content: Content, parent: Message): void {
    this.#message("iopub", type, content, parent);
  }

  #message(channel: "iopub" | "shell" | "stdin", msgType: string, content: Content, parent: Message): void {
    if (this.isDisposed) return;
    const { session } = parent.header;
    const options = { channel, msgType, session, parentHeader: parent.header, content };
    this.#send(KernelMessage.createMessage(options as never));
  }

  #reply(request: Message, content: Content): void {
    this.#message("shell", request.header.msg_type.replace(/_request$/, "_reply"), content, request);
  }

  /** Busy, the handler's reply, idle: around every request. */
  async #answer(request: Message): Promise<void> {
    this.#publish("status", { execution_state: "busy" }, request);
    const reply = await this.#handlers[request.header.msg_type](request.content as Content);
    this.#reply(request, reply);
    this.#publish("status", { execution_state: "idle" }, request);
  }

  readonly #handlers: Record<string, (content: Content) => Promise<Content> | Content> = {
    kernel_info_request: () => description,
    complete_request: ({ code, cursor_pos }) => this.#kernel.complete(String(code), Number(cursor_pos)),
    inspect_request: ({ code, cursor_pos }) => this.#kernel.inspect(String(code), Number(cursor_pos)),
    is_complete_request: ({ code }) => this.#kernel.isComplete(String(code)),
    history_request: ({ n }) => ({ status: "ok", history: this.#history.slice(-Number(n ?? this.#history.length)) }),
    comm_info_request: () => ({ status: "ok", comms: {} }),
  };

  // ------------------------------------------------------------------------------------------------ running cells

  #enqueue(request: Execute): void {
    this.#queue.push(request);
    if (!this.#isRunning) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await this.#run(next);
    this.#isRunning = false;
  }

  #abort(request: Execute): void {
    this.#publish("status", { execution_state: "busy" }, request);
    this.#reply(request, { status: "aborted", execution_count: this.#count });
    this.#publish("status", { execution_state: "idle" }, request);
  }

  async #run(request: Execute): Promise<void> {
    const { code, silent = false, store_history = true, stop_on_error = true } = request.content;
    this.#publish("status", { execution_state: "busy" }, request);
    if (!silent && store_history) {
      this.#count++;
      this.#history.push([1, this.#count, code]);
    }
    const execution_count = this.#count;
    if (!silent) this.#publish("execute_input", { code, execution_count }, request);
    const reply = await this.#kernel.execute(code, {
      name: `Cell In[${execution_count}]`,
      output: ({ type, content }) => {
        if (!silent)
          this.#publish(type, type === "execute_result" ? { ...content, execution_count } : content, request);
      },
      input: (prompt, password) => this.#ask(prompt, password, request),
    });
    this.#reply(request, { ...reply, execution_count });
    if (reply.status === "error" && stop_on_error) for (const queued of this.#queue.splice(0)) this.#abort(queued);
    this.#publish("status", { execution_state: "idle" }, request);
  }

  #ask(prompt: string, password: boolean, request: Execute): Promise<string> {
    if (request.content.allow_stdin === false) return Promise.resolve("");
    this.#message("stdin", "input_request", { prompt, password }, request);
    return new Promise((resolve) => {
      this.#waitingForInput = resolve;
    });
  }

  #takeInput({ content }: Message): void {
    this.#waitingForInput?.(String((content as { value?: unknown }).value ?? ""));
    this.#waitingForInput = undefined;
  }
}

const kernels = new Map<string, Kernel>();

const spec = {
  name: "unroll",
  display_name: "TypeScript (unroll)",
  language: "typescript",
  argv: [],
  resources: Object.fromEntries(
    ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"].map((name) => [
      name.replace(/\.\w+$/, ""),
      absolute(`static/${name}`),
    ]),
  ),
};

/** Registers the kernel under the name that the notebooks ask for. */
export const kernel: IPlugin<unknown, void> = {
  id: "unroll:kernel",
  autoStart: true,
  requires: [IKernelSpecs],
  activate: (_, specs: IKernelSpecs) =>
    specs.register({
      spec,
      create: async (options) => {
        const created = new Kernel(options);
        kernels.set(options.id, created);
        created.disposed.connect(() => kernels.get(options.id) === created && kernels.delete(options.id));
        return created;
      },
    }),
};

/** Lets an interrupt reach the kernel: JupyterLite's own only forgets the messages that wait. */
export const interrupter: IPlugin<unknown, void> = {
  id: "unroll:interrupter",
  autoStart: true,
  requires: [IKernelClient],
  activate: (_, client: IKernelClient) => {
    client.interrupt = async (id: string) => kernels.get(id)?.interrupt();
  },
};
