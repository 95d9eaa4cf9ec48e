import { setTimeout as wait } from 'node:timers/promises'
import { readArguments } from './arguments.ts'
import { dataFolder } from './paths.ts'
import { isRunning, signal } from './process-identity.ts'
import { Refusal } from './refusal.ts'
import { findRunningCopy } from './running-copy.ts'

export async function stop(args: string[]): Promise<number> {
  const { values } = readArguments('stop', { args, options: { data: { type: 'string' } } })
  const folder = dataFolder(values.data)
  const running = findRunningCopy(folder)
  if (!running) throw new Refusal(`Guichet is not running on ${folder}.`)
  signal(running, 'SIGTERM')
  const deadline = Date.now() + 15_000
  while (isRunning(running)) {
    if (Date.now() > deadline) throw new Refusal(`Guichet (pid ${running.pid}) did not stop in 15 s.`)
    await wait(50)
  }
  console.log('Guichet has stopped.')
  return 0
}
