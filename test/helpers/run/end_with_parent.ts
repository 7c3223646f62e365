// Loaded into every program that a test starts. When the process of the test ends for any reason, the pipe on standard
// input closes. The program then stops as on a signal, with its PostgreSQL, or is killed if it cannot.

// Not a Socket of its own on the same file: a library that imports node:process would open it a second time.
const parent = process.stdin
parent.once('close', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20_000).unref()
})
parent.on('error', () => undefined)
parent.resume().unref()
