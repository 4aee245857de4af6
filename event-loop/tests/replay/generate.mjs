// Writes replay programs of which Node always says the same: node generate.mjs SEED COUNT NODE... > programs.txt
//
// NODE... are the versions that must agree, by path. A program is kept if two plain runs on each of them, and twelve on the first in which every
// timer's callback is late by 0 to 3 ms, print the same lines. What falls out are races, not differences between versions.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [seed, count, ...nodes] = process.argv.slice(2);
const player = new URL('../../golden/fixtures/replay.mjs', import.meta.url).pathname;

let state = Number(seed);
const random = (below) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
};
const pick = (list) => list[random(list.length)];
const DELAYS = [1, 14, 33, 52, 71]; // far enough apart that being late changes nothing
const BUSY = [3, 9, 24, 43, 100];

/** One program: its text. */
function program(name) {
  let made = 0;
  const handles = [];
  const label = (letter) => `${letter}${++made}`;
  const keep = (it) => (handles.push(it), it);

  const body = (depth, most) => {
    const nodes = [];
    let soon = false; // a timer of 1 ms must be due before an immediate has its turn
    for (let left = 1 + random(most); left > 0 && made < 24; left--) {
      const [text, delay] = node(depth);
      nodes.push(text);
      soon ||= delay === 1;
    }
    if (soon) nodes.push('(busy 3)');
    return nodes.map((text) => ` ${text}`).join('');
  };
  const inner = (depth) => (depth > 0 && random(3) > 0 ? body(depth - 1, 3) : '');

  function node(depth) {
    const delay = pick(DELAYS);
    switch (random(22)) {
      case 0: return [`(log ${label('l')})`];
      case 1: case 2: case 3: return [`(tick ${label('t')}${inner(depth)})`];
      case 4: case 5: case 6: return [`(micro ${label('m')}${inner(depth)})`];
      case 7: case 8: return [`(hops ${label('h')} ${1 + random(4)}${inner(depth)})`];
      case 9: case 10: case 11: return [`(immediate ${keep(label('i'))}${inner(depth)})`];
      case 12: case 13: case 14: return [`(timeout ${keep(label('T'))} ${delay}${inner(depth)})`, delay];
      case 15: return [`(interval ${keep(label('I'))} ${pick([14, 33])} ${1 + random(3)}${inner(depth)})`];
      case 16: return [`(sleep ${label('s')} ${delay}${inner(depth)})`, delay];
      case 17: return [`(yield ${label('y')}${inner(depth)})`];
      case 18: return [`(throw ${label('x')})`];
      case 19: return [`(busy ${pick(BUSY)})`];
      default: return handles.length ? [`(${pick(['clear', 'clear', 'refresh', 'unref', 'ref'])} ${pick(handles)})`] : [`(log ${label('l')})`];
    }
  }
  return `(program ${name} ${pick(['timer', 'check', 'poll'])}\n ${body(4, 5)})\n`;
}

/** What `file` prints on `node`, program by program. */
async function play(node, file, late) {
  const child = spawn(node, late ? ['--import', late, player, file] : [player, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return new Map(text.split(/^== /m).slice(1).map((part) => [part.split(' ')[0], part]));
}

const folder = mkdtempSync(join(tmpdir(), 'replay-programs-'));
const file = join(folder, 'programs.txt');
const late = join(folder, 'late.mjs');
writeFileSync(late, `
  const wait = () => { const t = performance.now(), ms = Math.random() * 3; while (performance.now() - t < ms); };
  for (const name of ['setTimeout', 'setInterval']) {
    const set = globalThis[name];
    globalThis[name] = (callback, ms, ...args) => set((...args) => { wait(); callback(...args); }, ms, ...args);
  }`);

const programs = Array.from({ length: Number(count) }, (_, n) => [`s${seed}-${n}`, program(`s${seed}-${n}`)]);
writeFileSync(file, programs.map(([, text]) => text).join(''));
const runs = [];
for (const node of nodes) runs.push(await play(node, file), await play(node, file));
for (let n = 0; n < 12; n++) runs.push(await play(nodes[0], file, late));
rmSync(folder, { recursive: true });

const kept = programs.filter(([name]) => runs.every((run) => run.get(name) !== undefined && run.get(name) === runs[0].get(name)));
process.stdout.write(`; node tests/replay/generate.mjs ${seed} ${count}: ${kept.length} programs of which Node 22, 24 and 26 always say the same\n`);
process.stdout.write(kept.map(([, text]) => text).join(''));
console.error(`${kept.length} of ${count}`);
