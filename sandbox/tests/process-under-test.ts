import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@guichet/testkit'
import { onTestFinished } from 'vitest'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-sandbox-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export type Running = {
  kill(signal: NodeJS.Signals): Promise<number | null>
  output(): string
}

/** Starts the real process of one part, as the launcher would, and waits until it answers. */
export async function startProcess(part: string, environment: Record<string, string>, url: string): Promise<Running> {
  const main = join(import.meta.dirname, '../src', part, 'main.ts')
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      SANDBOX_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const kill = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exited
  }
  onTestFinished(async () => {
    await kill('SIGKILL')
  })
  const answers = eventually(async () => (child.exitCode === null ? (await fetch(`${url}/health/live`)).ok : true))
  const stopped = exited.then((code) => {
    throw new Error(`${part} stopped with ${code}:\n${output}`)
  })
  stopped.catch(() => {})
  await Promise.race([answers, stopped])
  return { kill, output: () => output }
}

/** POSTs JSON, or a form when the body is `URLSearchParams`, without following redirects. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const form = body instanceof URLSearchParams
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: form ? headers : { 'content-type': 'application/json', ...headers },
    body: form ? body : JSON.stringify(body),
  })
}
