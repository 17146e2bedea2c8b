import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { Client, type Received } from "./jupyter-client";

let client: Client;
before(async () => {
  client = await Client.start();
});
after(() => client.close());

const types = (messages: Received[]) => messages.map(({ type, content }) => content.execution_state ?? type).join(" ");
const streams = (messages: Received[]) => messages.map(({ content }) => content.text ?? "").join("");

describe("a request", () => {
  test("of any type has busy and idle around it, under the kernel's own session", async () => {
    const requests: [string, object][] = [
      ["kernel_info_request", {}],
      ["complete_request", { code: "Math.sq", cursor_pos: 7 }],
      ["inspect_request", { code: "Math.sqrt", cursor_pos: 9, detail_level: 0 }],
      ["is_complete_request", { code: "1" }],
      ["history_request", { hist_access_type: "tail", n: 1, output: false, raw: true }],
      ["comm_info_request", {}],
      ["execute_request", { code: "", silent: true }],
    ];
    for (const [type, content] of requests) {
      const { reply, published } = await client.ask(type, content);
      assert.equal(reply.type, type.replace("_request", "_reply"));
      assert.equal(types(published), "busy idle");
      assert.notEqual(reply.header.session, client.session);
      assert.equal(reply.header.version, "5.3");
    }
  });

  test("of an unknown type, or with a wrong signature, is dropped and the kernel lives on", async () => {
    client.send("no_such_request", {});
    client.send("kernel_info_request", {}, "shell", "0".repeat(64));
    assert.equal((await client.ask("kernel_info_request", {})).reply.content.status, "ok");
    assert.match(client.stderr, /no_such_request[\s\S]*signature/);
  });

  test("is answered on the control channel and by the heartbeat while a cell loops", async () => {
    const id = client.send("execute_request", { code: "while (true) {}", silent: false });
    await client.wait((m) => m.type === "execute_input" && m.parent.msg_id === id);
    const started = performance.now();
    await client.ask("kernel_info_request", {}, "control");
    await client.ask("complete_request", { code: "Math.sq", cursor_pos: 7 });
    await client.heartbeat.send("beat");
    assert.equal(String((await client.heartbeat.receive())[0]), "beat");
    assert.ok(performance.now() - started < 1000);
    assert.equal((await client.ask("interrupt_request", {}, "control")).reply.content.status, "ok");
    const { reply, published } = await client.answer(id);
    assert.equal(reply.content.ename, "KeyboardInterrupt");
    assert.match(types(published), /error idle$/);
  });
});

describe("execute", () => {
  test("publishes the input, the output in order, the result", async () => {
    const { reply, published } = await client.execute("console.log('a'); display(1); console.error('b'); 42");
    assert.equal(types(published), "busy execute_input stream display_data stream execute_result idle");
    const [, input, , shown, , result] = published;
    assert.equal(input.content.execution_count, reply.content.execution_count);
    assert.deepEqual(shown.content, { data: { "text/plain": "1" }, metadata: {}, transient: {} });
    assert.deepEqual(result.content.data, { "text/plain": "42" });
    assert.deepEqual([reply.content.payload, reply.content.user_expressions], [[], {}]);
  });

  test("tells an error in a message and in the reply, alike", async () => {
    const { reply, published } = await client.execute("throw new TypeError('on purpose')");
    const told = published.find(({ type }) => type === "error")?.content;
    assert.deepEqual([told?.ename, told?.evalue], ["TypeError", "on purpose"]);
    assert.deepEqual([reply.content.ename, reply.content.traceback], [told?.ename, told?.traceback]);
  });

  test("counts, unless it is silent or not stored", async () => {
    const count = async (options: object) => (await client.execute("1", options)).reply.content.execution_count;
    const first = await count({});
    assert.equal(await count({ silent: true }), first);
    assert.equal(await count({ store_history: false }), first);
    assert.equal(await count({}), first + 1);
  });

  test("says nothing when silent", async () => {
    assert.equal(types((await client.execute("console.log(1); 2", { silent: true })).published), "busy idle");
  });

  test("evaluates user expressions", async () => {
    const { reply } = await client.execute("const ux = 20", { user_expressions: { twice: "ux * 2", wrong: "nope" } });
    assert.equal(reply.content.user_expressions.twice.data["text/plain"], "40");
    assert.equal(reply.content.user_expressions.wrong.status, "error");
  });

  const queue = (options: object) =>
    ["throw new Error('first')", "'second'", "'third'"].map((code) =>
      client.send("execute_request", { code, silent: false, store_history: true, ...options }),
    );
  const statuses = async (ids: string[]) => {
    const answers = await Promise.all(ids.map((id) => client.answer(id)));
    return answers.map(({ reply }) => reply.content.status).join(" ");
  };

  test("aborts what is queued behind an error when stop_on_error is true", async () => {
    assert.equal(await statuses(queue({ stop_on_error: true })), "error aborted aborted");
    assert.equal((await client.execute("1")).reply.content.status, "ok");
  });

  test("runs what is queued behind an error when stop_on_error is false", async () => {
    assert.equal(await statuses(queue({ stop_on_error: false })), "error ok ok");
  });

  test("asks for input through the front end", async () => {
    const id = client.send("execute_request", {
      code: "'got ' + (await input('Name?'))",
      silent: false,
      allow_stdin: true,
    });
    const asked = await client.wait((m) => m.type === "input_request" && m.parent.msg_id === id);
    assert.deepEqual(asked.content, { prompt: "Name?", password: false });
    client.send("input_reply", { value: "Ada" }, "stdin");
    const { published } = await client.answer(id);
    assert.equal(published.find(({ type }) => type === "execute_result")?.content.data["text/plain"], "'got Ada'");
  });

  test("hands over 50 000 lines of one cell before its idle", async () => {
    const { published } = await client.execute("for (let i = 0; i < 50_000; i++) console.log('line ' + i)");
    assert.equal(streams(published).split("\n").length, 50_001);
    assert.equal(published.at(-1)?.content.execution_state, "idle");
  });

  test("shows late output under its own cell", async () => {
    const { id } = await client.execute("setTimeout(() => console.log('late'), 100); void 0");
    await client.execute("await new Promise((r) => setTimeout(r, 250))");
    assert.equal((await client.wait((m) => m.content.text === "late\n")).parent.msg_id, id);
  });

  test("clears, displays under an id, and updates", async () => {
    const { published } = await client.execute(
      "display('x', { id: 'one' }); display('y', { id: 'one' }); display.clear({ wait: true })",
    );
    assert.equal(types(published), "busy execute_input display_data update_display_data clear_output idle");
    assert.equal(published[3].content.transient.display_id, "one");
    assert.deepEqual(published[4].content, { wait: true });
    const later = await client.execute("display.update('z', { id: 'one' })");
    assert.equal(types(later.published), "busy execute_input update_display_data idle");
  });

  test("adds to a Plotly figure the HTML that draws it from the kernelspec's folder", async () => {
    const { published } = await client.execute(
      `({ [Symbol.for("Jupyter.display")]: () => ({ "application/vnd.plotly.v1+json": { data: [], layout: { title: "</script>" } }, "text/plain": "alt" }) })`,
    );
    const { data } = published[2].content;
    assert.deepEqual(Object.keys(data), ["application/vnd.plotly.v1+json", "text/plain", "text/html"]);
    assert.match(data["text/html"], /kernelspecs\/unroll\/plotly\.js/);
    assert.equal(data["text/html"].match(/<\/script>/g)?.length, 1);
  });
});

describe("questions about the code", () => {
  test("count in code points, also after an emoji", async () => {
    const { reply } = await client.ask("complete_request", { code: "'😀'; Math.sq", cursor_pos: 12 });
    assert.deepEqual([reply.content.matches, reply.content.cursor_start, reply.content.cursor_end], [["sqrt"], 10, 12]);
    const [first] = reply.content.metadata._jupyter_types_experimental;
    assert.deepEqual(first, { start: 10, end: 12, text: "sqrt", type: "method" });
    const inspected = await client.ask("inspect_request", { code: "'😀'; Math.sqrt", cursor_pos: 12, detail_level: 0 });
    assert.equal(inspected.reply.content.found, true);
    assert.match(inspected.reply.content.data["text/plain"], /Math\.sqrt/);
  });

  test("of what nobody knows are answered with found: false", async () => {
    const { reply } = await client.ask("inspect_request", { code: "   ", cursor_pos: 1, detail_level: 0 });
    assert.deepEqual([reply.content.status, reply.content.found], ["ok", false]);
  });

  test("recall history by range, by pattern and from its end", async () => {
    const { execution_count: n } = (await client.execute("'alpha' + 1")).reply.content;
    await client.execute("'beta' + 2");
    const recall = async (content: object) =>
      (await client.ask("history_request", { output: false, raw: true, session: 0, ...content })).reply.content.history;
    assert.deepEqual(await recall({ hist_access_type: "range", start: n, stop: n + 1 }), [[1, n, "'alpha' + 1"]]);
    assert.deepEqual(await recall({ hist_access_type: "search", pattern: "*beta*", n: 1 }), [[1, n + 1, "'beta' + 2"]]);
    assert.deepEqual(await recall({ hist_access_type: "tail", n: 1, output: true }), [
      [1, n + 1, ["'beta' + 2", "'beta2'"]],
    ]);
  });

  test("a comm for an unknown target is closed", async () => {
    const id = client.send("comm_open", { comm_id: "c1", target_name: "nobody", data: {} });
    const closed = await client.wait((m) => m.type === "comm_close" && m.parent.msg_id === id);
    assert.equal(closed.content.comm_id, "c1");
  });
});

describe("the end", () => {
  test("an interrupt by signal stops the cell and keeps the variables", async () => {
    await client.execute("let kept = 5");
    const id = client.send("execute_request", { code: "while (true) {}", silent: false });
    await client.wait((m) => m.type === "execute_input" && m.parent.msg_id === id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.process.kill("SIGINT");
    assert.equal((await client.answer(id)).reply.content.ename, "KeyboardInterrupt");
    assert.equal((await client.execute("kept")).published[2].content.data["text/plain"], "5");
  });

  test("a worker that dies costs a sentence, not the kernel", async () => {
    const { reply } = await client.execute("process.exit(7)");
    assert.match(reply.content.evalue, /process\.exit\(7\).*variables are gone/);
    assert.equal((await client.execute("1 + 1")).reply.content.status, "ok");
  });

  test("a shutdown is answered with its restart flag, and the process ends with code 0", async () => {
    const other = await Client.start();
    other.send("execute_request", { code: "while (true) {}", silent: false });
    const ended = once(other.process, "exit");
    const id = other.send("shutdown_request", { restart: true }, "control");
    const reply = await other.wait((m) => m.channel === "control" && m.parent.msg_id === id);
    assert.deepEqual(reply.content, { status: "ok", restart: true });
    assert.deepEqual(await ended, [0, null]);
    await other.close();
  });

  test("of all this, every message was as the specification has it", () => {
    const kinds = new Set(client.received.map(({ type }) => type));
    assert.ok(kinds.size >= 18, [...kinds].join(" "));
    assert.deepEqual(client.violations, []);
  });

  test("a kernel without a connection file says what it wants", async () => {
    const { spawnSync } = await import("node:child_process");
    const { status, stderr } = spawnSync(process.execPath, ["kernel/boot.js"], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [1, "Cannot start the kernel: it wants the path of a connection file\n"]);
  });
});
