/**
 * What the messages of a kernel must hold. Source: "Messaging in Jupyter", 5.3 and 5.4.
 * A field's form is the name of its type, a list of what it may be, or `[form]` for an array of such.
 */
type Form = string | string[] | { arrayOf: string };
type Fields = Record<string, Form>;

const mime = { data: "object", metadata: "object" };
const failure = { ename: "string", evalue: "string", traceback: { arrayOf: "string" } };
const ok = { status: ["ok", "error"] };

const published: Record<string, Fields> = {
  status: { execution_state: ["busy", "idle", "starting"] },
  execute_input: { code: "string", execution_count: "number" },
  stream: { name: ["stdout", "stderr"], text: "string" },
  display_data: { ...mime, transient: "object" },
  update_display_data: { ...mime, transient: "object" },
  execute_result: { ...mime, execution_count: "number" },
  error: failure,
  clear_output: { wait: "boolean" },
  comm_close: { comm_id: "string", data: "object" },
};

const replies: Record<string, Fields> = {
  kernel_info_reply: {
    ...ok,
    protocol_version: "string",
    implementation: "string",
    implementation_version: "string",
    language_info: "object",
    banner: "string",
    help_links: { arrayOf: "object" },
  },
  execute_reply: { status: ["ok", "error", "aborted"], execution_count: "number" },
  complete_reply: {
    ...ok,
    matches: { arrayOf: "string" },
    cursor_start: "number",
    cursor_end: "number",
    metadata: "object",
  },
  inspect_reply: { ...ok, found: "boolean", ...mime },
  is_complete_reply: { status: ["complete", "incomplete", "invalid", "unknown"] },
  history_reply: { ...ok, history: { arrayOf: "object" } },
  comm_info_reply: { ...ok, comms: "object" },
  interrupt_reply: ok,
  shutdown_reply: { ...ok, restart: "boolean" },
  input_request: { prompt: "string", password: "boolean" },
};

const header: Fields = {
  msg_id: "string",
  session: "string",
  username: "string",
  date: "string",
  msg_type: "string",
  version: "string",
};

/** What depends on a reply's status. */
const conditional = (type: string, content: Record<string, unknown>): Fields => {
  if (content.status === "error" && type !== "is_complete_reply") return failure;
  if (type === "execute_reply" && content.status === "ok")
    return { payload: { arrayOf: "object" }, user_expressions: "object" };
  if (type === "is_complete_reply" && content.status === "incomplete") return { indent: "string" };
  return {};
};

const fits = (value: unknown, form: Form): boolean =>
  Array.isArray(form)
    ? form.includes(value as string)
    : typeof form === "object"
      ? Array.isArray(value) && value.every((entry) => fits(entry, form.arrayOf))
      : typeof value === form && value !== null;

const wrong = (content: Record<string, unknown>, fields: Fields, type: string): string[] =>
  Object.entries(fields)
    .filter(([name, form]) => !fits(content[name], form))
    .map(([name, form]) => `${type}.${name} is ${JSON.stringify(content[name])}, wanted ${JSON.stringify(form)}`);

type Message = { channel: string; header: Record<string, string>; content: Record<string, unknown> };

/** Says in what a message is not as specified: nothing where it is. */
export function violations({ channel, header: found, content }: Message): string[] {
  const type = found.msg_type;
  const fields = (channel === "iopub" ? { ...published, shutdown_reply: replies.shutdown_reply } : replies)[type];
  if (!fields) return [`${type} came on ${channel}`];
  const isDated = Number.isNaN(Date.parse(found.date)) ? [`${type}: date is ${found.date}`] : [];
  return [
    ...wrong(found, header, type),
    ...isDated,
    ...wrong(content, { ...fields, ...conditional(type, content) }, type),
  ];
}
