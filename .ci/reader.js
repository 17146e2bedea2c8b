// Stands in for the browser that Jupyter opens at the end of `npm start`: BROWSER="node --experimental-websocket
// .ci/reader.js DONE %s". Reads the page that Jupyter opens, follows its links to the notebooks, runs every cell of
// one through the server as the page does (the tests run them all), and shuts the server down. Where all went well it
// creates the file DONE.
const { readFileSync, writeFileSync } = require("node:fs");
const { fileURLToPath } = require("node:url");

/** Jupyter opens a file that leads on to its address, so that the token is in no list of processes. */
function addressIn(opened) {
  if (!opened.startsWith("file:")) return new URL(opened);
  const page = readFileSync(fileURLToPath(opened), "utf8");
  return new URL(/https?:\/\/[^"'\s<>]+/.exec(page)[0].replaceAll("&amp;", "&"));
}

function server(address) {
  const token = address.searchParams.get("token");
  const ask = async (path, method = "GET", body = undefined) => {
    const headers = { Authorization: `token ${token}` };
    const response = await fetch(new URL(path, address), { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path} was answered by ${response.status}`);
    const answer = await response.text();
    return answer && JSON.parse(answer);
  };
  const channels = (kernel) => {
    const { href } = new URL(`/api/kernels/${kernel}/channels?token=${token}`, address);
    return new WebSocket(href.replace(/^http/, "ws"));
  };
  return { ask, channels };
}

/** Runs a notebook's code cells one after another; throws on the first that fails. Gives the number of cells. */
async function runNotebook({ ask, channels }, path) {
  const { content } = await ask(`/api/contents/${path}`);
  const name = content.metadata.kernelspec.name;
  const session = await ask("/api/sessions", "POST", { path, name: path, type: "notebook", kernel: { name } });
  const socket = channels(session.kernel.id);
  await new Promise((open, failed) => Object.assign(socket, { onopen: open, onerror: failed }));
  const cells = content.cells.filter((cell) => cell.cell_type === "code" && cell.source.trim());
  for (const cell of cells) await runCell(socket, cell.source);
  socket.close();
  await ask(`/api/sessions/${session.id}`, "DELETE");
  return cells.length;
}

/** Resolves when the kernel has replied and is idle again, and so has sent all that the cell put out. */
function runCell(socket, code) {
  const msg_id = crypto.randomUUID();
  const header = { msg_id, msg_type: "execute_request", session: "reader", username: "", date: "", version: "5.3" };
  const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
  return new Promise((done, failed) => {
    const open = new Set(["execute_reply", "idle"]);
    socket.onclose = () => failed(new Error("The kernel's connection was closed"));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.parent_header?.msg_id !== msg_id) return;
      if (message.content.status === "error") failed(new Error(`${message.content.evalue}, in the cell\n${code}`));
      open.delete(message.msg_type === "status" ? message.content.execution_state : message.msg_type);
      if (open.size === 0) done();
    };
    const rest = { channel: "shell", parent_header: {}, metadata: {}, buffers: [] };
    socket.send(JSON.stringify({ header, content, ...rest }));
  });
}

/** The notebook that is run. */
const run = "notebooks/04-bptt.ipynb";

async function visit(opened, done) {
  const address = addressIn(opened);
  const jupyter = server(address);
  try {
    const page = (await fetch(address, { redirect: "follow" })).url;
    if (!page.includes("/notebooks/start.ipynb")) throw new Error(`Jupyter opened ${page}, not the start page`);
    const start = await jupyter.ask("/api/contents/notebooks/start.ipynb");
    const text = start.content.cells.map((cell) => cell.source).join("\n");
    const links = [...text.matchAll(/\]\(([^)]+\.ipynb)\)/g)].map(([, link]) => link);
    const paths = ["start.ipynb", ...links].map((link) => new URL(link, "file:///notebooks/").pathname.slice(1));
    if (!paths.includes(run)) throw new Error(`the start page has no link to ${run}`);
    for (const path of paths) {
      if (path === run) console.log(`${path}: ${await runNotebook(jupyter, path)} cells ran`);
      else console.log(`${(await jupyter.ask(`/api/contents/${path}`)).path} is there`);
    }
    writeFileSync(done, "ok\n");
  } catch (error) {
    console.error(`The reader stopped: ${error.message}`);
  } finally {
    await jupyter.ask("/api/shutdown", "POST");
  }
}

const [done, opened] = process.argv.slice(2);
visit(opened, done);
