'use strict';
// What Node's trace events leave out: the line in which each thing was asked for, what was printed, and when a promise was settled.
// Times are on the clock of the trace. Nothing here schedules anything; what console.log does for itself is told by its times.
const { createHook } = require('node:async_hooks');
const { openSync, writeSync } = require('node:fs');
const { pathToFileURL } = require('node:url');

const { EVENT_LOOP_PROGRAM: program, EVENT_LOOP_NOTES: file } = process.env;
// Neither workers nor children of the program are to write there as well.
delete process.env.EVENT_LOOP_PROGRAM;
delete process.env.EVENT_LOOP_NOTES;
if (!file) return;
const notes = openSync(file, 'a');
const places = [`${pathToFileURL(program).href}:`, `${program}:`];
const now = () => Number(process.hrtime.bigint() / 1000n);
const note = (...what) => writeSync(notes, `${JSON.stringify(what)}\n`);
note('process', process.pid);

// The innermost line of the program that is running now, 0 if none is.
function line() {
  // Both may be the program's own; while we look, they are not.
  const { stackTraceLimit, prepareStackTrace } = Error;
  const prepares = Object.hasOwn(Error, 'prepareStackTrace');
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = undefined;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  if (prepares) Error.prepareStackTrace = prepareStackTrace;
  else delete Error.prepareStackTrace;
  if (typeof stack !== 'string') return 0;
  for (const place of places) {
    const at = stack.indexOf(place);
    if (at >= 0) return parseInt(stack.slice(at + place.length), 10);
  }
  return 0;
}

createHook({
  init(id, type, trigger, resource) {
    const at = line();
    if (at > 0) note('asked', id, at, Math.trunc(resource?._idleTimeout ?? 0));
  },
  promiseResolve(id) {
    note('settled', id, now());
  },
}).enable();

const { write } = process.stdout;
process.stdout.write = function (chunk, ...rest) {
  const [from, at] = [now(), line()];
  const result = write.call(this, chunk, ...rest);
  note('printed', from, now(), at, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
  return result;
};
