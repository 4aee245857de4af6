'use strict';
// Tells what happens in a program: what it asks for and in which line, what runs in which phase, and what is printed. One line of JSON for
// each event, written at once, so that nothing is lost however the program ends. Nothing here schedules anything.
const { AsyncResource, createHook, executionAsyncId, executionAsyncResource } = require('node:async_hooks');
const { subscribe } = require('node:diagnostics_channel');
const { openSync, readFileSync, writeSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { dirname, isAbsolute, relative, sep } = require('node:path');
const { performance } = require('node:perf_hooks');
const timersModule = require('node:timers');
const { fileURLToPath } = require('node:url');
const { getCallSites, inspect, stripVTControlCharacters } = require('node:util');

const { EVENT_LOOP_PROGRAM, EVENT_LOOP_NOTES: file } = process.env;
// Neither workers nor children of the program are to write there as well; a child may outlive this file.
delete process.env.EVENT_LOOP_PROGRAM;
delete process.env.EVENT_LOOP_NOTES;
const own = process.execArgv.indexOf(__filename);
if (own > 0) process.execArgv.splice(own - 1, 2);
if (!file) return;
// Without the prefix of a long path on Windows.
const program = EVENT_LOOP_PROGRAM.replace(/^\\\\\?\\/, '');

const notes = openSync(file, 'a');
const note = (event, more) => writeSync(notes, `${JSON.stringify({ event, at: Number(process.hrtime.bigint() / 1000n), ...more })}\n`);
note('node', { text: process.versions.node });
// Any other is not followed: the program does not begin.
if (!/^(22|24|26)\./.test(process.versions.node)) process.exit();

const KINDS = { TickObject: 'Tick', Microtask: 'Microtask', PROMISE: 'Task', Immediate: 'Immediate', Timeout: 'Timer' };
// What libuv does on a thread of its pool; which one, Node does not tell.
const POOL = /^(FSREQ|FILEHANDLECLOSEREQ|GETADDRINFO|GETNAMEINFO|ZLIB|PBKDF2|SCRYPT|RANDOM)/;

// The requests of HTTP that the program has made, and where.
const requests = new WeakMap();

// What is opened when it is first used is opened now: it is not the program's.
const streams = [process.stdout, process.stderr];

// All that is there: its kind, whether the program has asked for it, and if so in which place.
const resources = new Map();
// Promises that are not settled yet, and the promises that wait for them.
const pending = new Map();
// The callbacks that are running, the outermost first.
const running = [];
const timers = new WeakMap();
let printing = false;

// ---- The phase: what kind of callback is outermost tells it, and each turn of the loop polls once. A tick or a microtask runs in any phase.
// What comes after the check phase of a turn and is no timer, the closing of a handle has brought: a request that it cancels, for instance.

let phase = { kind: 'Main', turn: 0 };
let told = phase;
let began = false;

function see(kind) {
  if (!began || !kind || kind === 'Tick' || kind === 'Microtask' || kind === 'Task') return;
  const turn = performance.nodeTiming.uvMetricsInfo.loopCount;
  const isAfterCheck = turn === phase.turn && (phase.kind === 'Check' || phase.kind === 'Close');
  const others = kind === 'CloseCallback' || isAfterCheck ? 'Close' : 'Poll';
  const of = kind === 'Timer' ? 'Timers' : kind === 'Immediate' ? 'Check' : others;
  if (of !== phase.kind || turn !== phase.turn) phase = { kind: of, turn };
}

function tell(event, more) {
  began = true;
  if (phase !== told) note('enters', { kind: phase.kind, turns: phase.turn !== told.turn });
  told = phase;
  note(event, more);
}

// ---- Places: a file of the program, which is any but Node's own and those of packages, and a line in it. The program itself has no name.

const names = new Map();

// The name of a file of the program, from its folder; nothing for any other.
function nameOf(script) {
  if (names.has(script)) return names.get(script);
  let path = script;
  try {
    if (script.startsWith('file:')) path = fileURLToPath(script);
  } catch {
    // No file of this machine.
  }
  let name;
  if (path === program) name = '';
  else if (isAbsolute(path) && path !== __filename && !path.includes(`${sep}node_modules${sep}`)) {
    name = relative(dirname(program), path).replaceAll(sep, '/');
  }
  names.set(script, name);
  if (!name) return name;
  try {
    note('source', { file: name, text: readFileSync(path, 'utf8').toWellFormed() });
  } catch {
    // It has been removed: its lines are known all the same.
  }
  return name;
}

const placeIn = (name, line) => (name === '' ? { line } : { file: name, line });

// The innermost place of the program that is running now, if one is. The program's own `Error` is not touched.
function place() {
  for (const { scriptName, lineNumber } of getCallSites(50)) {
    const name = nameOf(scriptName);
    if (name !== undefined) return placeIn(name, lineNumber);
  }
  return undefined;
}

// The innermost place that the stack of an error tells.
function placeOf(stack) {
  for (const [, script, line] of stack.matchAll(/((?:file:|\/|[A-Z]:\\)[^()\n]*?):(\d+)(?::\d+)?\)?$/gm)) {
    const name = nameOf(script);
    if (name !== undefined) return placeIn(name, Number(line));
  }
  return undefined;
}

// The program's body is a callback of Node's loader: the one in which the program does something first.
function takeBody() {
  const id = running.at(-1);
  if (id === undefined || resources.get(id)?.known) return;
  const { kind } = resources.get(id) ?? { kind: 'Task' };
  resources.set(id, { kind, known: true });
  tell('runs', { id, kind });
}

// Node calls back when a handle is closed, and from then on for nothing else.
const isClosing = () => Object.getOwnPropertySymbols(executionAsyncResource()).some(({ description }) => description === 'handle_onclose');

createHook({
  init(id, type, trigger, resource) {
    const by = resources.get(executionAsyncId());
    if (resource instanceof AsyncResource && type !== 'Microtask') {
      // A name for what somebody else calls, like any function: no callback of the loop.
      resources.set(id, { isCall: true, known: false, place: by?.place });
      return;
    }
    const kind = KINDS[type] ?? 'JobDone';
    const made = { kind, known: false, place: undefined, pool: POOL.test(type) };
    resources.set(id, made);
    if (type === 'PROMISE') pending.set(id, []);
    if (printing) return; // what console.log needs for itself is not the program's
    const asked = place();
    // One call of the program may take several requests, each asked for by the one before.
    if (asked) takeBody();
    made.place = asked ?? requests.get(resource.req) ?? by?.place;
    if (!made.place) return;
    made.known = true;
    if (type === 'PROMISE') {
      // One that is not made of another, by then or await, has the running callback as its trigger. What may run it one day is not known.
      if (trigger === executionAsyncId()) return;
      // The other one has to be settled first.
      if (pending.has(trigger)) return void pending.get(trigger).push(id);
    }
    tell('schedules', { id, kind, ...made.place });
    if (kind !== 'Timer') return;
    timers.set(resource, id);
    tell('sets', { id, ms: Math.trunc(resource._idleTimeout) });
  },
  before(id) {
    const resource = resources.get(id);
    if (resource?.isCall) return;
    const closes = resource?.kind === 'JobDone' && isClosing();
    if (running.length === 0) see(closes ? 'CloseCallback' : resource?.kind);
    running.push(id);
    if (!resource?.known) return;
    // Where the handle was made is not where it was closed.
    if (closes) return tell('runs', { kind: 'CloseCallback' });
    tell('runs', { id, kind: resource.kind, ...resource.place });
    if (resource.pool) tell('job');
  },
  after(id) {
    const resource = resources.get(id);
    if (resource?.isCall || running.pop() !== id || !resource?.known) return;
    const timer = resource.kind === 'Timer' ? executionAsyncResource() : undefined;
    tell('ends', { id, fired: timer?._repeat === null && timer._destroyed });
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

// ---- A connection that is kept has one request after the other: its callbacks are those of the last one.

function makesRequest({ request }) {
  requests.set(request, place() ?? resources.get(executionAsyncId())?.place);
}

function sendsRequest({ request, socket = request.socket }) {
  const id = socket?._handle?.getAsyncId?.();
  const connection = resources.get(id);
  const asked = requests.get(request);
  if (!connection?.known || !asked) return;
  const isFirst = !connection.isUsed && connection.place.line === asked.line && connection.place.file === asked.file;
  Object.assign(connection, { place: asked, isUsed: true });
  if (!isFirst) tell('schedules', { id, kind: connection.kind, ...asked });
}

for (const [channel, listener] of [
  ['http.client.request.created', makesRequest],
  ['http.client.request.start', sendsRequest],
  ['undici:request:create', makesRequest],
  ['undici:client:sendHeaders', sendsRequest],
]) subscribe(channel, listener);

// ---- What async_hooks does not tell of a timer

const some = setTimeout(() => {}, 0);
clearTimeout(some);
const ofTimers = Object.getPrototypeOf(some);
for (const [name, event] of [['ref', 'refs'], ['unref', 'unrefs'], ['refresh', 'sets']]) {
  const method = ofTimers[name];
  ofTimers[name] = function () {
    const result = method.call(this);
    if (timers.has(this) && !this._destroyed) tell(event, { id: timers.get(this), ms: Math.trunc(this._idleTimeout) });
    return result;
  };
}

// It tells so only some time after.
for (const name of ['clearTimeout', 'clearInterval']) {
  const clear = timersModule[name];
  timersModule[name] = globalThis[name] = function (timer) {
    const id = typeof timer === 'object' ? timers.get(timer) : Number(timer);
    const waits = resources.get(id)?.kind === 'Timer' && !timer._destroyed && !(running.includes(id) && timer._repeat === null);
    clear(timer);
    if (waits && resources.get(id).known) tell('gone', { id });
  };
  Object.defineProperty(globalThis[name], 'name', { value: name });
}
syncBuiltinESMExports();

// ---- What is printed, line by line; a line may be written in parts

for (const stream of streams) {
  const { write } = stream;
  let part = '';
  let began;
  const print = () => {
    tell('prints', { text: stripVTControlCharacters(part).toWellFormed().replace(/\n+$/, ''), ...began });
    [part, began] = ['', undefined];
  };
  stream.write = function (chunk, ...rest) {
    const at = place();
    printing = true;
    try {
      return write.call(this, chunk, ...rest);
    } finally {
      printing = false;
      if (at) takeBody();
      part += typeof chunk === 'string' ? chunk : Buffer.from(chunk ?? '').toString();
      began ??= at;
      if (part.endsWith('\n')) print();
    }
  };
  process.on('exit', () => part && print());
}

// Node itself prints why a program fails, on the way out.
process.on('uncaughtExceptionMonitor', (error) => {
  if (process.listenerCount('uncaughtException') > 0) return;
  const stack = typeof error?.stack === 'string' ? error.stack : inspect(error);
  tell('prints', { text: `Uncaught ${stack.split(/\n+ +at /, 1)[0]}`.toWellFormed(), ...placeOf(stack) });
});
