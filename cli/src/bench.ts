import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './paths.ts'
import { Refusal } from './refusal.ts'

/** Measures this machine's ratios; see docs/benchmarks.md. The arguments go to bench/ as they are. */
export function bench(args: string[]): Promise<number> {
  if (process.platform !== 'linux') throw new Refusal('bench reads processor times from /proc: it runs on Linux only.')
  const child = spawn(process.execPath, [join(projectRoot, 'bench', 'src', 'run.ts'), ...args], { stdio: 'inherit' })
  // Ctrl-C reaches the bench through the terminal; we wait for it to stop what it started.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}
