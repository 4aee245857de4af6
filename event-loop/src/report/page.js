'use strict';
// A run in steps: each is a phase that begins, a callback that begins to run, one that is scheduled, a task that is woken, a printed line.
// All that is shown follows from which step of which run is the current one; `show` draws it. Texts reach the page as text, never as HTML.

const [ENTERS, RUNS, SCHEDULES, WAKES, PRINTS] = [0, 1, 2, 3, 4];
const [MAIN, POLL, , , , TICK, MICROTASK, TASK, IMMEDIATE, TIMER, RESULT, CLOSE] = Array(12).keys();
const ROWS = { phases: 0, callbacks: 1, ticks: 2, microtasks: 3 };
const TIMER_ROWS = 6;
const SCROLLED = 1000; // more lines than these are shown in part

const $ = (id) => document.getElementById(id);
const data = JSON.parse($('data').textContent);
const looks = data.looks;
document.querySelector('h1').textContent = data.title;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// How many of the ascending numbers are at most `most`.
function countTo(numbers, most) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
const count = (number, what) => `${number} ${what}${number === 1 ? '' : 's'}`;

function duration(micros) {
  if (micros < 1000) return `${micros} µs`;
  return micros < 1e6 ? `${(micros / 1000).toFixed(micros < 10000 ? 1 : 0)} ms` : `${(micros / 1e6).toFixed(2)} s`;
}

// ---- What can be asked of a run

class Run {
  constructor(run) {
    Object.assign(this, run);
    this.length = run.steps.length;
    const column = (rows, k) => rows.map((row) => row[k] ?? -1);
    const [columns, at, span, file, line, does, arg, gone] = Array.from({ length: 8 }, (_, k) => column(run.steps, k));
    [this.columns, this.at] = [columns, at];
    this.steps = { span, file, line, does, arg, gone, runs: new Array(this.length).fill(-1) };
    const [kind, first, last, until, parent, turn] = Array.from({ length: 6 }, (_, k) => column(run.spans, k));
    this.spans = { kind, first, last, until, parent, turn };
    [this.prints, this.texts] = [[], []];
    for (let i = 0; i < this.length; i += 1) {
      if (does[i] === PRINTS) arg[i] = this.texts.push(arg[i]) - 1;
      if (does[i] === PRINTS) this.prints.push(i);
      // Where what is scheduled first runs: an interval does so again.
      if (does[i] === RUNS && arg[i] >= 0 && this.steps.runs[arg[i]] < 0) this.steps.runs[arg[i]] = i;
    }
    // The compiler names a file from where it was called: a copied crate's files have other beginnings.
    const sourceOf = (file) => data.sources.find(({ name }) => file === name) ?? data.sources.find(({ name }) => file.endsWith(`/${name}`));
    this.sources = run.files.map(sourceOf);
    this.main = this.sources.findIndex(Boolean);
    this.depths = this.depthsOfSpans();
    this.queues = [['Ticks', [TICK]], ['Microtasks', [MICROTASK, TASK]], ['Immediates', [IMMEDIATE]], ['Close', [CLOSE]]]
      .map(([name, kinds]) => this.queue(name, kinds))
      .filter((queue) => queue.name !== 'Close' || queue.from.length > 0);
    this.sortWaits();
  }

  row(kind) {
    if (kind < TICK) return ROWS.phases;
    if (kind === TICK) return ROWS.ticks;
    return kind === MICROTASK || kind === TASK ? ROWS.microtasks : ROWS.callbacks;
  }

  // How deep a span lies in spans of its own row, as an async function that calls another, and the first span that lies in each so.
  depthsOfSpans() {
    const { kind, parent } = this.spans;
    const depths = [];
    this.inner = [];
    kind.forEach((own, span) => {
      let outer = parent[span];
      while (outer >= 0 && this.row(kind[outer]) !== this.row(own)) outer = parent[outer];
      depths.push(outer < 0 ? 0 : depths[outer] + 1);
      if (outer >= 0) this.inner[outer] ??= span;
    });
    return depths;
  }

  // What was scheduled for a queue, and the step at which each has left it.
  queue(name, kinds) {
    const { does, arg, runs, gone } = this.steps;
    const [from, until] = [[], []];
    for (let i = 0; i < this.length; i += 1) {
      const queued = does[i] === WAKES ? kinds.includes(TASK) : does[i] === SCHEDULES && kinds.includes(arg[i]) && runs[i] !== i + 1;
      if (!queued) continue;
      from.push(i);
      const ends = [runs[i], gone[i]].filter((end) => end >= 0);
      until.push(ends.length ? Math.min(...ends) : Infinity);
    }
    let latest = 0;
    const allGone = until.map((end) => (latest = Math.max(latest, end)));
    return { name, from, until, allGone, ends: [...until].sort((a, b) => a - b) };
  }

  waitingIn({ from, until, allGone, ends }, step, most) {
    const total = countTo(from, step) - countTo(ends, step);
    const first = [];
    for (let k = countTo(allGone, step); k < from.length && from[k] <= step && first.length < Math.min(most, total); k += 1) {
      if (until[k] > step) first.push(from[k]);
    }
    return [first, total];
  }

  sortWaits() {
    [this.timers, this.threads] = [[], []];
    this.setAt = new Map();
    for (const wait of this.waits) {
      wait.isJob = wait.kind === 'Job';
      if (!wait.isJob && wait.asked !== null) this.setAt.set(wait.asked, wait.ms);
      const rows = wait.isJob ? this.threads : this.timers;
      wait.ends = wait.last !== null;
      wait.last ??= this.length - 1;
      (rows[wait.row] ??= []).push(wait);
    }
    this.firsts = new Map([...this.timers, ...this.threads].map((row) => [row, row.map((wait) => wait.first)]));
  }

  waitIn(row, step) {
    const wait = row[countTo(this.firsts.get(row), step) - 1];
    return wait && (step < wait.last || (!wait.ends && step <= wait.last)) ? wait : null;
  }

  span(step) { return this.steps.span[step]; }
  kind(step) { return this.span(step) < 0 ? -1 : this.spans.kind[this.span(step)]; }

  // The phase that a step happens in.
  phase(step) {
    let span = this.span(step);
    while (span >= 0 && this.spans.kind[span] >= TICK) span = this.spans.parent[span];
    return span < 0 ? '' : looks[this.spans.kind[span]].name;
  }

  place(step) {
    const [file, line] = [this.steps.file[step], this.steps.line[step]];
    return file < 0 ? null : { file, line };
  }

  // The line to be lit: that of the step, or of the last one in the same callback that has one.
  lit(step) {
    const span = this.span(step);
    for (let i = step; i >= 0 && i > step - 1000; i -= 1) {
      if (this.place(i) && (i === step || this.span(i) === span)) return this.place(i);
      if (this.steps.does[i] === ENTERS) return null;
    }
    return null;
  }

  code(place) {
    const text = place && this.linesOf(place.file)?.[place.line - 1];
    return text ? text.trim() : '';
  }

  linesOf(file) {
    const source = this.sources[file];
    if (source && !source.lines) source.lines = source.text.split('\n');
    return source?.lines ?? null;
  }

  where(place) {
    if (!place) return '';
    return place.file === this.main ? `line ${place.line}` : `${this.files[place.file].split('/').pop()}:${place.line}`;
  }

  // The step that led to this one, if it is known.
  cause(step) {
    let i = step;
    if (this.steps.does[i] !== RUNS && this.span(i) >= 0) i = this.spans.first[this.span(i)];
    return this.steps.does[i] === RUNS ? this.steps.arg[i] : -1;
  }

  effect(step) { return this.steps.runs[step]; }

  // What happens at a step, in words.
  words(step) {
    const { does, arg } = this.steps;
    const where = this.where(this.place(step));
    const at = where && ` (${where})`;
    switch (does[step]) {
      case ENTERS: return `The ${this.phase(step)} ${this.phase(step) === 'main' ? 'program' : 'phase'} begins`;
      case RUNS: return `${looks[this.kind(step)].name} runs${at}`;
      case SCHEDULES: return `${looks[arg[step]].name} is scheduled${at}`;
      case WAKES: return 'async code is woken';
      default: return `prints: ${this.texts[arg[step]]}${at}`;
    }
  }

  // Why the callback of this step runs now and not at another time.
  why(step) {
    const kind = this.kind(step);
    if (kind < 0) return 'This happens outside of all phases: before the loop, or when it has nothing left to do.';
    const cause = this.cause(step);
    const asked = cause < 0 ? '' : `It was asked for at step ${cause + 1}${this.place(cause) ? `, ${this.where(this.place(cause))}` : ''}. `;
    return asked + this.rule(kind, step, cause);
  }

  rule(kind, step, cause) {
    switch (kind) {
      case MAIN: return 'The main program runs to its end before the loop begins to turn.';
      case POLL: return 'The poll phase: the loop waits for files, sockets and the pool, and hands on what has arrived.';
      case 2: return 'The check phase follows the poll phase: all immediates that were there when it began run now.';
      case 3: return 'Close callbacks come after the check phase.';
      case 4: return 'Timers come last in a turn: those that are due when the phase begins.';
      case TICK: return 'A tick runs as soon as the callback before it is over, before all microtasks that are not already running.';
      case MICROTASK: return 'A microtask runs once no tick is left, before the loop goes on to its next callback.';
      case TASK: return this.ruleOfTask(step, cause);
      case IMMEDIATE: return 'An immediate runs in the check phase, right after polling; one that is set by an immediate waits for the next turn.';
      case TIMER: return `${this.setFor(cause)}It is due, and timers run last in a turn, list by list.`;
      case RESULT: return 'Its work beside the loop is done; the poll phase delivers one result after the other, with a drain after each.';
      case CLOSE: return 'Close callbacks have a phase of their own, after the check phase.';
      default: return '';
    }
  }

  // An async body starts, or goes on; Node does not say of each which of them it is.
  ruleOfTask(step, cause) {
    const outside = 'It goes on: what it waited for came from outside the loop, the kernel or another thread.';
    if (cause < 0) return this.isOurs && this.kind(step) === TASK ? outside : 'What led to it is not known.';
    if (this.steps.does[cause] === WAKES) return 'What it waited for is there, and it goes on.';
    if (!this.isOurs) return 'It goes on as a microtask, also if what it waits for is there already.';
    return 'It starts: an async body runs up to the first thing that is not there yet.';
  }

  // For how long the timer was set that this step asked for.
  setFor(asked) { return this.setAt.has(asked) ? `It was set for ${this.setAt.get(asked)} ms. ` : ''; }

  kindsUsed() { return new Set([...this.spans.kind, ...(this.steps.arg.filter((_, i) => this.steps.does[i] === SCHEDULES))]); }
}

const runs = data.runs.map((run) => new Run(run));

// ---- The axis: where each step of each run stands

// In order: the same printed line at the same place in all runs.
function inOrder() {
  return runs.map((run) => Float64Array.from(run.columns));
}

function inTime() {
  const longest = Math.max(1, ...runs.map((run) => run.at.at(-1) ?? 0));
  const most = Math.max(...runs.map((run) => run.length));
  return runs.map((run) => Float64Array.from(run.at, (at) => (at / longest) * most));
}

const state = { run: 0, step: 0, back: [], axis: 'order', width: 26, left: 0, playing: 0 };
let positions = inOrder();
const extent = () => Math.max(1, ...positions.map((at) => (at.at(-1) ?? 0) + 1));

// Where a span or a wait ends on the axis.
function endOf(r, last, until) {
  const longest = state.axis === 'time' && Math.max(1, ...runs.map((run) => run.at.at(-1) ?? 0));
  return longest ? (until / longest) * Math.max(...runs.map((run) => run.length)) : positions[r][last] + 1;
}

// The step that a run is at: its own, or the one beside the current step of the run that is stepped through.
function stepOf(r) {
  if (r === state.run) return state.step;
  return Math.max(0, countTo(positions[r], positions[state.run][state.step] ?? 0) - 1);
}

// ---- The picture

const canvas = $('canvas');
const pen = canvas.getContext('2d');
let layout = null;

function layOut() {
  const narrow = canvas.clientWidth < 560;
  const gutter = narrow ? 62 : 104;
  let y = 0;
  const lanes = runs.map((run, r) => {
    const flags = run.prints.length > 0 ? (narrow ? 3 : 4) : 0;
    const lane = { r, top: y, flags, rows: [] };
    y += (runs.length > 1 ? 22 : 6) + flags * 16;
    const row = (name, short_, height, what) => {
      lane.rows.push({ name: narrow ? short_ : name, y, height, ...what });
      y += height + 4;
    };
    row('phases', 'phases', 24, { rank: ROWS.phases });
    row('callbacks', 'calls', 24, { rank: ROWS.callbacks });
    row('ticks', 'ticks', 22, { rank: ROWS.ticks });
    row('microtasks', 'micro', 22, { rank: ROWS.microtasks });
    const threads = run.threads.slice(0, 8);
    const number = (k) => (run.isOurs && threads.length > 1 ? k + 1 : '');
    threads.forEach((waits, k) => row(...(k > 0 && !number(k) ? ['', ''] : [run.isOurs ? `pool thread ${number(k)}` : 'pool jobs', `pool ${number(k)}`]), 15, { waits }));
    const timers = run.timers.slice(0, TIMER_ROWS);
    timers.forEach((waits, k) => row(k > 0 ? '' : 'timers set', k > 0 ? '' : 'timers', 13, { waits }));
    if (run.timers.length > TIMER_ROWS) row(`+ ${run.timers.length - TIMER_ROWS} more`, `+ ${run.timers.length - TIMER_ROWS}`, 13, { waits: [] });
    y += 8;
    lane.bottom = y;
    return lane;
  });
  layout = { gutter, lanes, height: y };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return { paper: colour('paper'), text: colour('text'), quiet: colour('quiet'), rule: colour('rule'), band: colour('band'), now: colour('now'), lit: colour('lit'), card: colour('card') };
}

const x = (position) => layout.gutter + (position - state.left) * state.width;
const shown = () => (canvas.clientWidth - layout.gutter) / state.width;

function draw() {
  layOut();
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, layout.height];
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.style.height = `${height}px`;
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const ink = colours();
  pen.textBaseline = 'middle';
  for (const lane of layout.lanes) drawLane(lane, ink, width);
}

function drawLane(lane, ink, width) {
  const { r } = lane;
  const run = runs[r];
  const step = stepOf(r);
  pen.save();
  for (const row of lane.rows) {
    pen.fillStyle = ink.band;
    pen.fillRect(layout.gutter, row.y, width - layout.gutter, row.height);
  }
  pen.beginPath();
  pen.rect(layout.gutter, 0, width - layout.gutter, layout.height);
  pen.clip();
  if (run.length > 0) {
    const [from, until] = visible(r);
    drawTurns(lane, run, from, until, ink);
    drawNow(lane, step, ink);
    drawSpans(lane, run, from, until, step, ink);
    drawWaits(lane, run, from, until, step, ink);
    drawFlags(lane, run, from, until, step, ink);
    drawArrows(lane, run, step, ink);
  }
  pen.restore();
  pen.fillStyle = ink.text;
  pen.textAlign = 'left';
  if (runs.length > 1) {
    pen.font = '600 13px system-ui, sans-serif';
    pen.fillText(run.name, 8, lane.top + 12);
    if (r > 0) {
      pen.fillStyle = ink.rule;
      pen.fillRect(0, lane.top - 4, width, 1);
    }
  }
  pen.fillStyle = ink.quiet;
  pen.font = '12px system-ui, sans-serif';
  for (const row of lane.rows) pen.fillText(row.name, 8, row.y + row.height / 2, layout.gutter - 12);
  if (lane.flags > 0) pen.fillText('printed', 8, lane.rows[0].y - lane.flags * 8 - 4, layout.gutter - 12);
}

// The first and last step that can be seen, and one more at each side.
function visible(r) {
  const from = Math.max(0, countTo(positions[r], state.left - 1) - 1);
  return [from, Math.min(runs[r].length - 1, countTo(positions[r], state.left + shown() + 1))];
}

function drawTurns(lane, run, from, until, ink) {
  pen.fillStyle = ink.quiet;
  if (until - from > 4000) return;
  for (let i = from; i <= until; i += 1) {
    if (run.steps.does[i] === ENTERS && run.spans.turn[run.span(i)]) {
      for (let y = lane.rows[0].y - 2; y < lane.bottom - 8; y += 6) pen.fillRect(Math.round(x(positions[lane.r][i])) - 1, y, 1, 3);
    }
  }
}

function drawNow(lane, step, ink) {
  const at = x(positions[lane.r][step]);
  pen.fillStyle = ink.lit;
  pen.fillRect(at, lane.rows[0].y - 3, Math.max(3, state.axis === 'order' ? state.width : 3), lane.bottom - lane.rows[0].y - 4);
}

function drawSpans(lane, run, from, until, step, ink) {
  const { first, last, kind } = run.spans;
  const spans = [];
  // Those that began before the first visible step, outermost first, then those that begin after it.
  for (let span = run.span(from); span >= 0; span = run.spans.parent[span]) spans.unshift(span);
  const open = new Set(spans);
  for (let span = countTo(first, from - 1); span < first.length && first[span] <= until; span += 1) if (!open.has(span)) spans.push(span);
  const drawn = [-1, -1, -1, -1];
  for (const span of spans) {
    const row = lane.rows[run.row(kind[span])];
    const depth = Math.min(3, run.depths[span]);
    const left = Math.max(layout.gutter - 20, x(positions[lane.r][first[span]]));
    const right = Math.min(canvas.clientWidth + 20, x(endOf(lane.r, last[span], run.spans.until[span])));
    if (right <= drawn[run.row(kind[span])] + 0.4 && depth === 0) continue;
    drawn[run.row(kind[span])] = right;
    const isNow = first[span] <= step && step <= last[span];
    const inner = run.inner[span];
    const end = Math.min(canvas.clientWidth, inner === undefined ? right : x(positions[lane.r][first[inner]]));
    drawBox(left, row.y + depth * 3, Math.max(1, right - left - (state.width > 4 ? 1 : 0)), row.height - depth * 3, looks[kind[span]], isNow, ink, end);
  }
}

// There is room for its name as far as `end`: what lies inside of it begins there, or the edge is there.
function drawBox(left, top, width, height, look, isNow, ink, end) {
  pen.globalAlpha = isNow ? 1 : 0.8;
  pen.fillStyle = look.colour;
  pen.fillRect(left, top, width, height);
  pen.globalAlpha = 1;
  if (isNow) {
    pen.strokeStyle = ink.now;
    pen.lineWidth = 2;
    pen.strokeRect(left + 1, top + 1, Math.max(1, width - 2), height - 2);
  }
  if (width < 11) return;
  pen.fillStyle = look.ink;
  pen.textAlign = 'left';
  pen.font = '600 12px system-ui, sans-serif';
  const middle = Math.max(left, layout.gutter) + 4;
  const room = Math.min(left + width, end) - middle - 3;
  const text = room > pen.measureText(look.name).width ? look.name : look.letter;
  if (room > 5) pen.fillText(text, middle, top + height / 2 + 1);
}

function drawWaits(lane, run, from, until, step, ink) {
  for (const row of lane.rows.filter((one) => one.waits)) {
    const firsts = run.firsts.get(row.waits) ?? [];
    let drawn = -1;
    for (let k = Math.max(0, countTo(firsts, from) - 1); k < row.waits.length && firsts[k] <= until; k += 1) {
      const wait = row.waits[k];
      const look = looks[wait.isJob ? RESULT : TIMER];
      const left = state.axis === 'time' ? x(endOf(lane.r, 0, wait.from)) : x(positions[lane.r][wait.first]) + state.width / 2;
      const right = state.axis === 'time' ? x(endOf(lane.r, 0, wait.until)) : x(positions[lane.r][wait.last]) + state.width / 2;
      if (right <= drawn + 0.4 || right < layout.gutter) continue;
      drawn = right;
      const isNow = wait.first <= step && step < wait.last;
      pen.globalAlpha = isNow ? 0.95 : 0.5;
      pen.fillStyle = pen.strokeStyle = look.colour;
      // What does not hold the loop is hollow; what was cleared ends in a cross.
      if (wait.isJob || wait.refed) pen.fillRect(left, row.y + 1, Math.max(1, right - left), row.height - 2);
      else {
        pen.save();
        pen.fillStyle = ink.band;
        pen.globalAlpha = 1;
        pen.fillRect(left, row.y, Math.max(1, right - left), row.height);
        pen.restore();
        pen.lineWidth = 1.5;
        pen.setLineDash([3, 2]);
        pen.strokeRect(left + 1, row.y + 0.5, Math.max(1, right - left - 2), row.height - 1);
        pen.setLineDash([]);
      }
      pen.globalAlpha = 1;
      if (wait.cleared) drawCross(right, row.y + row.height / 2, ink);
      pen.textAlign = 'left';
      pen.font = '10px system-ui, sans-serif';
      pen.fillStyle = isNow && wait.refed !== false ? look.ink : ink.text;
      const start = Math.max(left, layout.gutter) + 4;
      const fits = (text) => pen.measureText(text).width < Math.min(right, canvas.clientWidth) - start - 4;
      const text = (wait.isJob ? ['job'] : [setting(wait), `${wait.ms} ms`]).find(fits);
      if (text) pen.fillText(text, start, row.y + row.height / 2 + 1);
    }
  }
}

function drawCross(left, middle, ink) {
  pen.strokeStyle = ink.now;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const slope of [-3, 3]) {
    pen.moveTo(left - 3, middle - slope);
    pen.lineTo(left + 3, middle + slope);
  }
  pen.stroke();
}

// How a timer is set, and what has become of it.
function setting(wait) {
  return `${wait.ms} ms${wait.refed ? '' : ', unref'}${wait.cleared ? ', cleared' : ''}`;
}

// Printed lines as flags, one below the other as long as there is room, each as long as the next in its row allows.
function drawFlags(lane, run, from, until, step, ink) {
  const rows = lane.flags;
  if (rows === 0) return;
  pen.textAlign = 'left';
  const foot = lane.rows[0].y - 2;
  const begin = Math.max(0, countTo(run.prints, from) - 1 - rows);
  const flags = [];
  let drawn = -1;
  for (let k = begin; k < run.prints.length && run.prints[k] <= until + 1; k += 1) {
    const i = run.prints[k];
    const left = x(positions[lane.r][i]) + Math.min(4, state.width / 2);
    if (state.width < 2 && left <= drawn + 5 && i !== step) continue;
    drawn = left;
    const next = run.prints[k + rows];
    const room = (next === undefined ? Infinity : x(positions[lane.r][next]) - left) - 14;
    flags.push({ i, left, room, top: foot - (rows - (k % rows)) * 16 + 2 });
  }
  for (const { i, left, top } of flags) {
    pen.fillStyle = i <= step ? ink.text : ink.rule;
    pen.fillRect(left, top, i === step ? 3 : 1, foot - top + 4);
  }
  // Where the text in each row ends: one that would be cut at the right edge stands before its line if there is room, or is shortened, to nothing at the edge itself.
  const ends = new Map();
  for (const { i, left, room, top } of flags.filter((flag) => flag.room > 12 && flag.left < canvas.clientWidth)) {
    pen.font = `${i === step ? 'bold ' : ''}12px ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace`;
    const all = run.texts[run.steps.arg[i]].trim() || '(empty line)';
    const wordsIn = (room) => short(all, Math.min(Math.max(1, Math.floor(room / 7.3)), 120));
    let words = wordsIn(room);
    let { width } = pen.measureText(words);
    const isCut = left + 5 + width > canvas.clientWidth;
    const isBefore = isCut && left - 8 - width > (ends.get(top) ?? layout.gutter);
    if (isCut && !isBefore) {
      words = wordsIn(canvas.clientWidth - left - 14);
      ({ width } = pen.measureText(words));
      if (left + 5 + width > canvas.clientWidth) continue;
    }
    const start = isBefore ? left - 5 - width : left + 5;
    ends.set(top, start + width);
    pen.fillStyle = ink.paper;
    pen.fillRect(start - 2, top - 1, width + 5, 15);
    pen.fillStyle = i <= step ? ink.text : ink.quiet;
    pen.fillText(words, start, top + 7);
  }
}

// From what led to the current callback, and from what it schedules to where that runs.
function drawArrows(lane, run, step, ink) {
  const cause = run.cause(step);
  if (cause >= 0) drawArrow(lane, run, cause, run.spans.first[run.span(step)], ink, []);
  const effect = run.effect(step);
  if (effect >= 0) drawArrow(lane, run, step, effect, ink, [4, 3]);
}

function drawArrow(lane, run, from, to, ink, dashes) {
  const middle = (i) => {
    const row = lane.rows[run.span(i) < 0 ? 0 : run.row(run.kind(i))];
    return [x(positions[lane.r][i]), row.y + row.height / 2];
  };
  const [[left, y1], [x2, y2]] = [middle(from), middle(to)];
  const x1 = left + Math.min(8, state.width / 2);
  const bend = Math.min(60, 14 + Math.abs(x2 - x1) / 5);
  for (const [colour, width] of [[ink.paper, 5], [ink.now, 2]]) {
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(width > 2 ? [] : dashes);
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1 + bend / 2, y1 + bend, x2 - bend, y2 + (y2 === y1 ? bend : 0), x2 - 4, y2);
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    pen.arc(x1, y1, width > 2 ? 5 : 3.5, 0, 7);
    pen.moveTo(x2 + 1, y2);
    pen.lineTo(x2 - 8, y2 - 5);
    pen.lineTo(x2 - 8, y2 + 5);
    pen.fill();
  }
}

// ---- Lists of lines: the source, what was printed, all steps

// Shows long lists in part, around the line that matters, and long lines by their beginning.
class Lines {
  constructor(box, length, text, pick) {
    Object.assign(this, { box, length, text, from: 0, until: 0, marked: [] });
    box.addEventListener('click', (event) => {
      const number = event.target.closest('[data-number]')?.dataset.number;
      if (number && pick) pick(number - 1);
    });
  }

  fill(around) {
    const half = SCROLLED / 2;
    const from = this.length <= SCROLLED ? 0 : Math.max(0, Math.min(around - half, this.length - SCROLLED));
    if (this.until > 0 && around >= this.from && around < this.until && (this.length <= SCROLLED || (around > this.from + 50 || this.from === 0))) return;
    [this.from, this.until] = [from, Math.min(this.length, from + SCROLLED)];
    const rows = [];
    for (let i = this.from; i < this.until; i += 1) {
      // What does not fit goes on below, as far in as the line begins.
      const text = short(this.text(i), 2000) || ' ';
      const [indent] = /^[ \t]*/.exec(text);
      rows.push(element('div', { 'data-number': i + 1 }, element('span', {}, indent), text.slice(indent.length)));
    }
    this.box.replaceChildren(...rows);
    this.marked = [];
  }

  mark(marks, around) {
    if (around >= 0) this.fill(around);
    else if (this.until === 0) this.fill(0);
    for (const row of this.marked) row.className = '';
    this.marked = [];
    for (const [i, name] of marks) {
      const row = this.box.children[i - this.from];
      if (!row || i < this.from) continue;
      row.className = row.className ? `${row.className} ${name}` : name;
      this.marked.push(row);
    }
    const row = around >= 0 && this.box.children[around - this.from];
    if (!row) return;
    const [top, height] = [row.offsetTop, this.box.clientHeight];
    if (top < this.box.scrollTop + 20 || top > this.box.scrollTop + height - 50) this.box.scrollTop = top - height / 3;
  }
}

// ---- The panel of a run: what happens now, why, what waits, the source, what was printed

class Panel {
  constructor(run, r) {
    Object.assign(this, { run, r });
    this.now = element('p', { class: 'now' });
    this.why = element('p');
    this.toCause = element('button', { type: 'button', class: 'to-cause' }, 'Why now? (w)');
    this.toEffect = element('button', { type: 'button', class: 'to-effect' }, 'Where it runs (r)');
    this.goBack = element('button', { type: 'button', class: 'go-back' }, 'Back (b)');
    this.toCause.addEventListener('click', () => { activate(r); follow(runs[r].cause(state.step)); });
    this.toEffect.addEventListener('click', () => { activate(r); follow(runs[r].effect(state.step)); });
    this.goBack.addEventListener('click', back);
    this.boxes = new Map([...run.queues.map((queue) => queue.name), 'Timers', 'Pool'].map((name) => [name, element('span')]));
    const queues = [...this.boxes].map(([name, box]) => element('div', { class: 'queue' }, element('b', {}, name), box));
    this.sourceName = element('h3');
    this.source = element('div', { class: 'lines source', tabindex: 0, role: 'region', 'aria-label': `Source, ${run.name}` });
    this.file = -2;
    const printed = element('div', { class: 'lines printed', tabindex: 0, role: 'region', 'aria-label': `Printed lines, ${run.name}` });
    this.printed = new Lines(printed, run.prints.length, (k) => run.texts[run.steps.arg[run.prints[k]]], (k) => go(r, run.prints[k]));
    this.verdict = element('p', { class: 'verdict' });
    const name = element('h2', {}, run.name);
    const header = element('header', {}, name, this.verdict);
    this.box = element('section', { class: 'run', 'aria-label': run.name }, header,
      element('div', { class: 'parts' },
        element('div', {}, this.now, element('div', { class: 'why' }, this.why, this.toCause, this.toEffect, this.goBack), element('h3', {}, 'Waiting now'), ...queues),
        element('div', {}, this.sourceName, this.source),
        element('div', {}, element('h3', {}, 'Printed so far'), printed)));
  }

  show() {
    const { run, r } = this;
    const step = stepOf(r);
    this.box.classList.toggle('active', runs.length > 1 && r === state.run);
    if (run.length === 0) {
      this.now.textContent = 'Nothing happened.';
      return;
    }
    const cause = run.cause(step);
    const kind = run.kind(step);
    const look = looks[run.steps.does[step] === SCHEDULES ? run.steps.arg[step] : Math.max(0, kind)];
    this.now.replaceChildren(letter(look), ` ${capital(short(run.words(step), 300))}`);
    this.why.textContent = run.why(step);
    this.toCause.disabled = cause < 0;
    this.toEffect.disabled = run.effect(step) < 0;
    this.goBack.disabled = state.back.length === 0;
    this.showWaiting(step);
    this.showSource(step, cause);
    this.showPrinted(step);
  }

  showWaiting(step) {
    const { run } = this;
    for (const queue of run.queues) {
      const [first, total] = run.waitingIn(queue, step, 5);
      this.fill(queue.name, first.map((i) => this.chip(run.steps.does[i] === WAKES ? TASK : run.steps.arg[i], this.taskPlace(i))), total);
    }
    for (const [name, rows, kind] of [['Timers', run.timers, TIMER], ['Pool', run.threads, RESULT]]) {
      const waits = rows.slice(0, 500).map((row) => run.waitIn(row, step)).filter(Boolean);
      const chips = waits.slice(0, 5).map((wait) => this.chip(kind, wait, wait.isJob ? '' : `${wait.ms} ms${wait.refed ? '' : ', unref'} `));
      this.fill(name, chips, waits.length, rows.length > 500 ? ' or more' : '');
    }
  }

  // A woken task stands where it goes on.
  taskPlace(i) {
    const { run } = this;
    return run.place(i) ?? (run.steps.runs[i] >= 0 ? run.place(run.steps.runs[i]) : null);
  }

  chip(kind, place, before = '') {
    const known = place && place.file >= 0 ? place : null;
    const text = `${before}${this.run.where(known)} ${short(this.run.code(known), 34)}`.trim();
    return element('span', { class: 'chip' }, letter(looks[kind]), ` ${text}`);
  }

  fill(name, chips, total, suffix = '') {
    const more = total > chips.length ? [`+ ${total - chips.length}${suffix}`] : [];
    this.boxes.get(name).replaceChildren(...(total > 0 ? [...chips, ...more] : ['–']));
  }

  showSource(step, cause) {
    const { run } = this;
    const lit = run.lit(step);
    const known = lit && run.sources[lit.file] ? lit : null;
    const file = known ? known.file : Math.max(this.file, run.main);
    if (file !== this.file) {
      this.file = file;
      const lines = file < 0 ? null : run.linesOf(file);
      this.lines = new Lines(this.source, lines?.length ?? 0, (i) => lines[i], null);
      this.source.replaceChildren();
      this.sourceName.textContent = file < 0 ? 'Its source is not here' : run.sources[file].name;
    }
    const marks = [];
    const because = cause >= 0 ? run.place(cause) : null;
    if (because && because.file === file) marks.push([because.line - 1, 'cause']);
    if (known) marks.push([known.line - 1, 'lit']);
    this.lines.mark(marks, known ? known.line - 1 : -1);
  }

  showPrinted(step) {
    const { run } = this;
    const so = countTo(run.prints, step);
    const marks = [];
    this.printed.fill(Math.max(0, so - 1));
    for (let k = Math.max(so, this.printed.from); k < this.printed.until; k += 1) marks.push([k, 'future']);
    if (so > 0 && run.prints[so - 1] === step) marks.push([so - 1, 'lit']);
    if (differs >= 0) marks.push([differs, 'differs']);
    this.printed.mark(marks, so - 1);
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const letter = (look) => element('span', { class: 'letter', style: `background:${look.colour};color:${look.ink}`, title: look.name }, look.letter);

// The first printed line in which the runs differ, -1 if there is none.
const differs = runs.some((run) => run.prints.length !== data.agreed) ? data.agreed : -1;
const panels = runs.map((run, r) => new Panel(run, r));
if (runs.length > 1) {
  const lines = count(runs[0].prints.length, 'line');
  for (const panel of panels) panel.verdict.textContent = differs < 0 ? `same ${lines}, same order` : `differs from line ${differs + 1} on`;
}
$('runs').className = runs.length > 1 ? 'two' : 'one';
$('runs').append(...panels.map((panel) => panel.box));
const used = new Set(runs.flatMap((run) => [...run.kindsUsed()]));
$('legend').append(...looks.filter((_, kind) => used.has(kind)).map((look) => element('li', {}, letter(look), ` ${look.name}`)));

// ---- Stepping

const allSteps = new Lines($('steps'), 0, (i) => `${runs[state.run].words(i)}`, (i) => go(state.run, i));
let listed = -1;

function show() {
  const run = runs[state.run];
  $('scrubber').max = Math.max(0, run.length - 1);
  $('scrubber').value = state.step;
  const words = run.length ? run.words(state.step) : 'nothing happened';
  $('scrubber').setAttribute('aria-valuetext', short(words, 200));
  $('count').textContent = `${Math.min(run.length, state.step + 1)} / ${run.length} · ${duration(run.at[state.step] ?? 0)}`;
  for (const id of ['first', 'back']) $(id).disabled = state.step === 0;
  for (const id of ['last', 'next']) $(id).disabled = state.step >= run.length - 1;
  if (!state.playing) $('status').textContent = `Step ${state.step + 1} of ${run.length}: ${short(words, 300)}. ${run.length ? run.why(state.step) : ''}`;
  document.body.dataset.step = state.step;
  document.body.dataset.run = state.run;
  for (const panel of panels) panel.show();
  if ($('all').open || printing) listSteps();
  keepInView();
  draw();
}

function listSteps() {
  if (listed !== state.run) {
    listed = state.run;
    allSteps.length = runs[state.run].length;
    allSteps.until = 0;
  }
  allSteps.mark([[state.step, 'lit']], state.step);
}

function keepInView() {
  if (!layout) layOut();
  const at = positions[state.run][state.step] ?? 0;
  const room = shown();
  const margin = Math.min(3, room / 4);
  if (at < state.left + margin || at > state.left + room - margin - 1) state.left = at - room / 3;
  clampLeft();
}

function clampLeft() {
  state.left = Math.max(-0.2, Math.min(state.left, extent() - shown() + 0.2));
  if (state.left < 0 || shown() > extent()) state.left = -0.2;
}

let waiting = 0;
// Keys may come faster than frames.
function soon() {
  waiting ||= requestAnimationFrame(() => {
    waiting = 0;
    show();
  });
}

function go(r, step) {
  state.run = r;
  state.step = Math.max(0, Math.min(runs[r].length - 1, step));
  remember();
  soon();
}

function remember() {
  clearTimeout(remember.timer);
  const hash = `#${state.run > 0 ? `run=${state.run + 1}&` : ''}step=${state.step + 1}`;
  remember.timer = setTimeout(() => history.replaceState(null, '', hash), 300);
}

const by = (steps) => go(state.run, state.step + steps);

function activate(r) {
  if (r === state.run || r < 0 || r >= runs.length) return false;
  go(r, stepOf(r));
  return true;
}

// Goes to a step that another led to, and remembers the way back.
function follow(step) {
  if (step < 0 || step === undefined) return;
  state.back.push([state.run, state.step]);
  go(state.run, step);
}

function back() {
  const place = state.back.pop();
  if (place) go(...place);
}

function toPrinted(direction) {
  const { prints } = runs[state.run];
  const k = direction > 0 ? countTo(prints, state.step) : countTo(prints, state.step - 1) - 1;
  if (prints[k] !== undefined) go(state.run, prints[k]);
}

function play(on) {
  cancelAnimationFrame(state.playing);
  state.playing = 0;
  $('play').textContent = on ? '❚❚ Pause' : '▶ Play';
  $('play').setAttribute('aria-label', on ? 'Pause' : 'Play');
  if (!on) return soon();
  const last = runs[state.run].length - 1;
  if (state.step >= last) go(state.run, 0);
  let before = performance.now();
  const frame = (now) => {
    const steps = Math.floor(((now - before) / 1000) * $('speed').value);
    if (steps > 0) {
      before += (steps * 1000) / $('speed').value;
      by(steps);
    }
    if (state.step >= runs[state.run].length - 1) return play(false);
    state.playing = requestAnimationFrame(frame);
  };
  state.playing = requestAnimationFrame(frame);
}

function zoom(factor, around = positions[state.run][state.step] ?? 0) {
  const before = x(around);
  state.width = Math.max(Math.min(2, (canvas.clientWidth - layout.gutter) / extent()), Math.min(160, state.width * factor));
  state.left = around - (before - layout.gutter) / state.width;
  clampLeft();
  draw();
}

function fit() {
  state.width = Math.min(60, (canvas.clientWidth - layout.gutter - 8) / extent());
  state.left = -0.2;
  draw();
}

function setAxis(axis) {
  state.axis = $('axis').value = axis;
  positions = axis === 'time' ? inTime() : inOrder();
  state.width = 26;
  keepInView();
  show();
}

const keys = {
  ArrowRight: () => by(1), ArrowLeft: () => by(-1),
  // Where there is no other run they scroll the page, as they do everywhere.
  ArrowDown: () => activate(state.run + 1), ArrowUp: () => activate(state.run - 1),
  Home: () => go(state.run, 0), End: () => go(state.run, Infinity),
  ' ': () => play(!state.playing), ']': () => toPrinted(1), '[': () => toPrinted(-1),
  w: () => follow(runs[state.run].cause(state.step)), r: () => follow(runs[state.run].effect(state.step)), b: back, Backspace: back,
  '+': () => zoom(1.4), '=': () => zoom(1.4), '-': () => zoom(1 / 1.4), f: fit,
  t: () => setAxis(state.axis === 'time' ? 'order' : 'time'),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // What has the focus keeps the keys that it knows itself.
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.matches('select, summary') || (at.matches('button') && event.key === ' ')) return;
  if (at.matches('.lines') && /^(Arrow(Up|Down)|Page|Home|End| )/.test(event.key)) return;
  if (at === $('scrubber') && /^(Arrow|Page|Home|End)/.test(event.key)) return;
  const action = keys[event.key];
  if (!action) return;
  if (state.playing && event.key !== ' ') play(false);
  if (action() !== false) event.preventDefault();
});

$('first').addEventListener('click', () => go(state.run, 0));
$('back').addEventListener('click', () => by(-1));
$('next').addEventListener('click', () => by(1));
$('last').addEventListener('click', () => go(state.run, Infinity));
$('play').addEventListener('click', () => play(!state.playing));
$('scrubber').addEventListener('input', (event) => go(state.run, Number(event.target.value)));
$('axis').addEventListener('change', (event) => setAxis(event.target.value));
$('closer').addEventListener('click', () => zoom(1.4));
$('farther').addEventListener('click', () => zoom(1 / 1.4));
$('fit').addEventListener('click', fit);
$('all').addEventListener('toggle', () => $('all').open && listSteps());

// A click goes to what is there; a drag moves the picture.
let grip = null;
canvas.addEventListener('pointerdown', (event) => {
  grip = { x: event.offsetX, left: state.left, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', (event) => {
  if (!grip) return;
  grip.moved ||= Math.abs(event.offsetX - grip.x) > 5;
  if (!grip.moved) return;
  state.left = grip.left - (event.offsetX - grip.x) / state.width;
  clampLeft();
  draw();
});
canvas.addEventListener('pointerup', (event) => {
  if (grip && !grip.moved) pick(event.offsetX, event.offsetY);
  grip = null;
});
canvas.addEventListener('pointercancel', () => { grip = null; });
canvas.addEventListener('wheel', (event) => {
  const at = state.left + (event.offsetX - layout.gutter) / state.width;
  if (event.ctrlKey) zoom(Math.exp(-event.deltaY / 200), at);
  else if (event.deltaX || event.shiftKey) {
    state.left += (event.deltaX || event.deltaY) / state.width;
    clampLeft();
    draw();
  } else return;
  event.preventDefault();
}, { passive: false });

function pick(px, py) {
  const lane = layout.lanes.find((one) => py < one.bottom) ?? layout.lanes.at(-1);
  const at = state.left + (px - layout.gutter) / state.width;
  go(lane.r, countTo(positions[lane.r], at) - 1);
}

let printing = null;
// Paper does not scroll: what can be read at that size is there as a whole.
window.addEventListener('beforeprint', () => {
  printing = { width: state.width, left: state.left };
  show();
  if (extent() <= 120) fit();
});
window.addEventListener('afterprint', () => {
  Object.assign(state, printing);
  printing = null;
  show();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
new ResizeObserver(() => { layOut(); keepInView(); draw(); }).observe($('picture'));

const wanted = new URLSearchParams(location.hash.slice(1));
const wantedRun = Math.min(runs.length, Math.max(1, Number(wanted.get('run')) || 1)) - 1;
state.run = wantedRun;
state.step = Math.max(0, Math.min(runs[wantedRun].length, Number(wanted.get('step')) || 1) - 1);
layOut();
if (extent() * state.width > canvas.clientWidth - layout.gutter && extent() * 16 < canvas.clientWidth - layout.gutter) fit();
show();
document.body.dataset.ready = 'yes';
