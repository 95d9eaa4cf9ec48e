import { spawn } from 'node:child_process'
import { Refusal } from '../refusal.ts'

export type Once = { what: string; command: string[]; cwd: string; env?: Record<string, string>; signal?: AbortSignal }

/** Runs a Node program to its end and returns what it printed; a failure is a refusal with the program's last words. */
export function runOnce({ what, command, cwd, env, signal }: Once): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, command, {
      cwd,
      env: { ...process.env, NODE_ENV: 'production', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    })
    let printed = ''
    let complained = ''
    child.stdout.on('data', (chunk) => (printed += chunk))
    child.stderr.on('data', (chunk) => (complained += chunk))
    child.once('error', failed)
    child.once('close', (code) => {
      if (code === 0) done(printed)
      else failed(explainOutput(what, `${printed}\n${complained}`))
    })
  })
}

/** One sentence from a failed program's output. */
export function explainOutput(what: string, output: string): Refusal {
  if (/ENOSPC|No space left on device|53100/i.test(output))
    return new Refusal(`The disk is full: ${what} found no space left.`, output)
  const faults = output.match(/fault\(s\):\n((?:\s*- .*\n?)+)/)?.[1]
  if (faults) return new Refusal(`${what} failed: ${faults.replace(/\s*- /g, '; ').slice(2).trim()}`, output)
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('Node.js v'))
  const telling =
    lines.find((line) => /^\S*error\b.*:/i.test(line)) ??
    lines.findLast((line) => /error|refus|fail/i.test(line)) ??
    lines.at(-1) ??
    'it said nothing'
  return new Refusal(`${what} failed: ${telling}`, output)
}
