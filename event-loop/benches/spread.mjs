// The twin of `event-loop bench spread`.
const count = Number(process.argv[2] ?? 100) * 10_000;
for (let n = 0; n < count; n++) setTimeout(() => {}, n % 1000 + 1);
