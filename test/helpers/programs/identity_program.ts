import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/**
 * `npm run identity -- …` with these keys and a line on its standard input. Returns its exit code and all that it has
 * written.
 */
export function identityProgram(
  databaseUrl: string,
  args: string[],
  { env, line = '' }: { env: Record<string, string>; line?: string },
): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [join(root, 'src/programs/identity.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  for (const pipe of [child.stdout, child.stderr])
    pipe.on('data', (data) => {
      out += data
    })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${line}\n`)
  return new Promise((done) => child.on('close', (code) => done({ code, out })))
}
