// slice and subarray share memory; from(buffer), copyBytesFrom and concat copy.
import { Buffer } from 'node:buffer';
const base = Buffer.from('abcdefghij');
const view = base.subarray(2, 6);
const alias = base.slice(-4);
const copy = Buffer.from(base);
view[0] = 0x43; alias.write('ZZ', 1);
console.log(base.toString(), view.toString(), alias.toString(), copy.toString());
for (const [s, e] of [[0, 3], [-3], [3, -3], [-3, -1], [7, 2], [4, 400], [-400, 2]]) console.log(`subarray(${[s, e].filter((x) => x !== undefined)})`, base.subarray(s, e).toString());
const left = base.subarray(0, 5), right = base.subarray(5);
left.fill('L'); right.fill('R');
console.log(base.toString());
const t = Buffer.alloc(8, '.');
console.log(copy.copy(t, 1, 2, 5), t.toString(), copy.copy(t, 6), t.toString(), copy.copy(t, 99), copy.copy(t, 0, 5, 5));
const o = Buffer.from('0123456789'); o.copy(o, 3, 0, 6); console.log(o.toString());
const p = Buffer.from('0123456789'); p.copy(p, 0, 4); console.log(p.toString());
console.log(Buffer.from(new Uint16Array([258, 772])), Buffer.from(new Uint16Array([258, 772]).buffer));
