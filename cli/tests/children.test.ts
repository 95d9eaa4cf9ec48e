import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '../src/paths.ts'
import { ChildFailure, keepAlive } from '../src/start/children.ts'
import { temporaryFolder } from './fixtures/copy.ts'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function keep(program: string, lines: string[], backOff: { first: number; last: number; forgetAfter: number }) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'program.mjs')
  writeFileSync(file, program)
  const port = await freePort()
  const plan = {
    name: 'fixture',
    command: [file],
    env: { CHILD_PORT: String(port) },
    port,
    health: `http://127.0.0.1:${port}/`,
    heapMegabytes: 64,
    order: 1,
  }
  return keepAlive(plan, { root: projectRoot, logs: folder, say: (line) => lines.push(line), backOff })
}

const pauses = (lines: string[]) => lines.flatMap((line) => line.match(/again in (\d+) ms/)?.[1] ?? []).map(Number)

test('waits longer before each restart of a child that keeps dying, up to the limit', async () => {
  const lines: string[] = []
  const child = await keep('process.exit(3)', lines, { first: 10, last: 40, forgetAfter: 60_000 })
  await eventually(() => pauses(lines).length >= 4)
  expect(pauses(lines).slice(0, 4)).toEqual([10, 20, 40, 40])
  await child.stop(1000)
})

test('forgets earlier deaths of a child that has lived long enough', async () => {
  const lines: string[] = []
  const child = await keep('setTimeout(() => process.exit(3), 20)', lines, { first: 10, last: 4000, forgetAfter: 1 })
  await eventually(() => pauses(lines).length >= 3)
  expect(pauses(lines).slice(0, 3)).toEqual([10, 10, 10])
  await child.stop(1000)
})

test('gives up a start whose child never gets ready, with its last words', async () => {
  const child = await keep('throw new Error("no such database")', [], { first: 1, last: 1, forgetAfter: 60_000 })
  const failure = await child.ready().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ChildFailure)
  expect((failure as ChildFailure).output).toContain('no such database')
  await child.stop(1000)
})
