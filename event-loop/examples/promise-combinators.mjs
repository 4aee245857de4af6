// Waiting for several: all, allSettled, race, any.
const ok = async (value) => value;
const fail = async (why) => { throw new Error(why); };
const never = new Promise(() => {});

console.log('all:', ...await Promise.all([ok(1), ok(2)]));
await Promise.all([ok(1), fail('no')]).catch((error) => console.log('one failed:', error.message));
const settled = await Promise.allSettled([ok(1), fail('no')]);
console.log('allSettled:', ...settled.map(({ status }) => status === 'fulfilled'));
console.log('race:', await Promise.race([never, ok('first')]));
console.log('any:', await Promise.any([fail('no'), ok('yes')]));
