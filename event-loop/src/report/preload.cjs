'use strict';
// Tells what happens in a program: what it asks for and in which line, what runs in which phase, and what is printed. One line of JSON for
// each event, written at once, so that nothing is lost however the program ends. Nothing here schedules anything.
const { createHook, executionAsyncId } = require('node:async_hooks');
const { openSync, writeSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { pathToFileURL } = require('node:url');

const { EVENT_LOOP_PROGRAM: program, EVENT_LOOP_NOTES: file } = process.env;
// Neither workers nor children of the program are to write there as well.
delete process.env.EVENT_LOOP_PROGRAM;
delete process.env.EVENT_LOOP_NOTES;
if (!file) return;

const notes = openSync(file, 'a');
const note = (event, more) => writeSync(notes, `${JSON.stringify({ event, at: Number(process.hrtime.bigint() / 1000n), ...more })}\n`);
note('node', { text: process.versions.node });
// Any other is not followed: the program does not begin.
if (!/^(22|24|26)\./.test(process.versions.node)) process.exit();

const KINDS = { TickObject: 'Tick', Microtask: 'Microtask', PROMISE: 'Task', Immediate: 'Immediate', Timeout: 'Timer' };
// What libuv does on a thread of its pool; which one, Node does not tell.
const POOL = /^(FSREQ|FILEHANDLECLOSEREQ|GETADDRINFO|GETNAMEINFO|ZLIB|PBKDF2|SCRYPT|RANDOM)/;

// All that is there: its kind, whether the program has asked for it, and if so in which line.
const resources = new Map();
// Promises that are not settled yet, and the promises that wait for them.
const pending = new Map();
// The callbacks that are running, the outermost first.
const running = [];
const timers = new WeakMap();
let printing = false;

// ---- The phase: what kind of callback is outermost tells it, and each turn of the loop polls once. A tick or a microtask runs in any phase.

let phase = { kind: 'Main', turn: 0 };
let told = phase;
let began = false;

function see(kind) {
  if (!began || !kind || kind === 'Tick' || kind === 'Microtask' || kind === 'Task') return;
  const turn = performance.nodeTiming.uvMetricsInfo.loopCount;
  const of = kind === 'Timer' ? 'Timers' : kind === 'Immediate' ? 'Check' : 'Poll';
  if (of !== phase.kind || turn !== phase.turn) phase = { kind: of, turn };
}

function tell(event, more) {
  began = true;
  if (phase !== told) note('enters', { kind: phase.kind, turns: phase.turn !== told.turn });
  told = phase;
  note(event, more);
}

// The innermost line of the program that is running now, 0 if none is.
const places = [`${pathToFileURL(program).href}:`, `${program}:`];
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

// The program's body is a callback of Node's loader: the one in which the program does something first.
function takeBody() {
  const id = running.at(-1);
  if (id === undefined || resources.get(id)?.known) return;
  const { kind } = resources.get(id) ?? { kind: 'Task' };
  resources.set(id, { kind, known: true, line: undefined, pool: false });
  tell('runs', { id, kind });
}

createHook({
  init(id, type, trigger, resource) {
    const kind = KINDS[type] ?? 'JobDone';
    const made = { kind, known: false, line: undefined, pool: POOL.test(type) };
    resources.set(id, made);
    if (type === 'PROMISE') pending.set(id, []);
    if (printing) return; // what console.log needs for itself is not the program's
    const asked = line();
    // One call of the program may take several requests, each asked for by the one before.
    const by = resources.get(executionAsyncId());
    if (asked > 0) takeBody();
    else if (!by?.line) return;
    made.known = true;
    made.line = asked || by.line;
    if (type === 'PROMISE') {
      // One that is not made of another, by then or await, has the running callback as its trigger. What may run it one day is not known.
      if (trigger === executionAsyncId()) return;
      // The other one has to be settled first.
      if (pending.has(trigger)) return void pending.get(trigger).push(id);
    }
    tell('schedules', { id, kind, line: made.line });
    if (kind !== 'Timer') return;
    timers.set(resource, id);
    tell('sets', { id, ms: Math.trunc(resource._idleTimeout) });
  },
  before(id) {
    const resource = resources.get(id);
    if (running.length === 0) see(resource?.kind);
    running.push(id);
    if (!resource?.known) return;
    tell('runs', { id, kind: resource.kind, line: resource.line });
    if (resource.pool) tell('job');
  },
  after(id) {
    if (running.pop() === id && resources.get(id)?.known) tell('ends', { id });
  },
  promiseResolve(id) {
    const waiting = pending.get(id) ?? [];
    pending.delete(id);
    for (const one of waiting) tell('wakes', { id: one, kind: 'Task' });
  },
  destroy(id) {
    const resource = resources.get(id);
    if (resource?.known && resource.kind !== 'Task') tell('gone', { id });
    resources.delete(id);
    pending.delete(id);
  },
}).enable();

// What async_hooks does not tell of a timer.
const some = setTimeout(() => {}, 0);
clearTimeout(some);
const { unref } = Object.getPrototypeOf(some);
Object.getPrototypeOf(some).unref = function () {
  if (timers.has(this)) tell('unrefs', { id: timers.get(this) });
  return unref.call(this);
};

const { write } = process.stdout;
process.stdout.write = function (chunk, ...rest) {
  const at = line();
  printing = true;
  const result = write.call(this, chunk, ...rest);
  printing = false;
  if (at > 0) takeBody();
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  tell('prints', { text: text.toWellFormed().replace(/\n+$/, ''), line: at || undefined });
  return result;
};
