/**
 * Lets JavaScript be terminated anywhere while an AsyncLocalStorage is in use. Node checks that the stack of its async
 * hooks unwinds properly, and aborts the process where a terminated callback did not pop its entry. The checks are
 * fields of an internal binding (hence the flag --expose-internals); a Node without them needs none of this.
 */

type AsyncWrap = { async_hook_fields: Uint32Array; constants: Record<string, number>; clearAsyncIdStack(): void };

function asyncWrap(): AsyncWrap | undefined {
  try {
    const { internalBinding } = require("internal/test/binding") as { internalBinding(name: string): AsyncWrap };
    return internalBinding("async_wrap");
  } catch {
    return undefined;
  }
}
const binding = asyncWrap();

/** Turns the checks off; call it once an AsyncLocalStorage has been used, which turns them on. */
export function allowTermination(): void {
  if (!binding) return;
  const { async_hook_fields: fields, constants } = binding;
  fields[constants.kCheck] = 0;
  fields[constants.kTotals] = 0;
}

/** Drops what a terminated callback has left on the stack. */
export function afterTermination(): void {
  binding?.clearAsyncIdStack();
}
