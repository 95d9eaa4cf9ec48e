import { type ChildProcess, fork, type Serializable } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Load } from './load.ts'

/** The processes that this run started; all are told to stop at its end, by their process id. */
export type Children = ChildProcess[]

/** How `./guichet start` runs a service; the servers it is compared with get no more. */
export const SERVICE_FLAGS = ['--max-old-space-size=256', '--max-semi-space-size=32'] as const

/** Starts a program of ours that ends when its channel to us closes, even if we are killed. */
export function forkChild(
  children: Children,
  file: string,
  options: { env?: NodeJS.ProcessEnv; node?: readonly string[] } = {},
): ChildProcess {
  const child = fork(file, [], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...options.env },
    execArgv: [...(options.node ?? [])],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(child)
  return child
}

/** The first message of a child, which says that it is ready. */
export function firstMessage<T extends Serializable>(child: ChildProcess): Promise<T> {
  return new Promise((done, failed) => {
    child.once('message', (message) => done(message as T))
    child.once('exit', (code) => failed(new Error(`A child ended with ${code} before it was ready`)))
  })
}

/** Has a child do one job, and gets what it saw. */
export function askForLoad(child: ChildProcess, job: Serializable): Promise<Load> {
  return new Promise((done, failed) => {
    const ended = () => failed(new Error('The load generator ended'))
    child.once('exit', ended)
    child.once('message', (answer: { load?: Load; error?: string }) => {
      child.off('exit', ended)
      if (answer.load) done(answer.load)
      else failed(new Error(answer.error))
    })
    child.send(job)
  })
}

export async function stopChildren(children: Children): Promise<void> {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((done) => child.once('exit', done))
      if (child.connected) child.disconnect()
      child.kill('SIGTERM')
      await Promise.race([ended, wait(10_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))])
    }),
  )
}
