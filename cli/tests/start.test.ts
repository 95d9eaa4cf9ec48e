import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startOf } from '../src/process-identity.ts'
import { findRunningCopy, readReport } from '../src/running-copy.ts'
import { type Copy, cleanUp, startCopy, temporaryFolder, untilOpen } from './fixtures/copy.ts'

let folder: string
let port: number
let copies: Copy[]

beforeEach(async () => {
  folder = temporaryFolder()
  port = await freePort()
  copies = []
})
afterEach(() => cleanUp(folder, copies))

function begin(data = folder, onPort = port, env: Record<string, string> = {}): Copy {
  const copy = startCopy(data, onPort, env)
  copies.push(copy)
  return copy
}

const child = (name: string) => readReport(folder)?.children.find((each) => each.name === name)

describe('a running copy', () => {
  test('starts a killed child again, and says so', async () => {
    const copy = begin()
    await untilOpen(copy)
    const before = child('tickets')
    process.kill(before?.pid ?? 0, 'SIGKILL')
    await eventually(() => child('tickets')?.state === 'ready' && child('tickets')?.pid !== before?.pid)
    expect(child('tickets')?.restarts).toBe(1)
    await eventually(() => copy.output().includes('tickets ended (SIGKILL); starting it again in 250 ms'))
  })

  test('starts a killed PostgreSQL again on the same port', async () => {
    const copy = begin()
    await untilOpen(copy)
    const before = readReport(folder)?.postgres
    process.kill(before?.pid ?? 0, 'SIGKILL')
    await eventually(() => (readReport(folder)?.postgres?.restarts ?? 0) > 0)
    const after = readReport(folder)?.postgres
    expect(after?.port).toBe(before?.port)
    expect(after?.pid).not.toBe(before?.pid)
  })

  test('keeps a second copy off its data folder', async () => {
    await untilOpen(begin())
    const second = begin(folder, await freePort())
    expect(await second.exit).toBe(1)
    expect(second.output().trim()).toMatch(/^guichet: Guichet already runs on .* \(pid \d+\): [^\n]+\.$/)
  })

  test('stops soon even when a child does not listen, and leaves no process', async () => {
    const copy = begin(folder, port, { FIXTURE_STUBBORN: '1' })
    await untilOpen(copy)
    const report = readReport(folder)
    const pids = [...(report?.children ?? []).map((each) => each.pid ?? 0), report?.postgres?.pid ?? 0]
    const asked = performance.now()
    copy.process.kill('SIGINT')
    expect(await copy.exit).toBe(0)
    // Ten seconds on a machine that does nothing else: containers are killed after as many.
    expect(performance.now() - asked).toBeLessThan(60_000)
    expect(pids.filter((pid) => startOf(pid) !== undefined)).toEqual([])
    expect(findRunningCopy(folder)).toBeUndefined()
  })
})

describe('after kill -9 of the supervisor', () => {
  test('the children end by themselves, and the next start takes over the PostgreSQL that is still running', async () => {
    const first = begin()
    await untilOpen(first)
    const report = readReport(folder)
    first.process.kill('SIGKILL')
    await first.exit
    const children = (report?.children ?? []).map((each) => each.pid ?? 0)
    await eventually(() => children.every((pid) => startOf(pid) === undefined))

    const second = begin()
    await untilOpen(second)
    expect(second.output()).toContain('has been taken over')
    expect(readReport(folder)?.postgres?.pid).toBe(report?.postgres?.pid)
    second.process.kill('SIGTERM')
    expect(await second.exit).toBe(0)
    expect(startOf(report?.postgres?.pid ?? 0)).toBeUndefined()
  })

  test('a start without a pause does not trip over what is ending', async () => {
    const first = begin(folder, port, { FIXTURE_STUBBORN: '1' })
    await untilOpen(first)
    first.process.kill('SIGKILL')
    const second = begin()
    await untilOpen(second)
    expect(child('tickets')?.state).toBe('ready')
  })
})

describe('a start that cannot be', () => {
  test('names a port that is taken', async () => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(port, '127.0.0.1', done))
    const copy = begin()
    expect(await copy.exit).toBe(1)
    expect(copy.output().trim()).toBe(
      `guichet: Port ${port} is taken by another program: choose another one with --port.`,
    )
    await new Promise((done) => taken.close(done))
  })

  test('names a data folder that cannot be written, for root too', async () => {
    const file = join(folder, 'a file')
    writeFileSync(file, '')
    const data = join(file, 'data')
    const copy = begin(data)
    expect(await copy.exit).toBe(1)
    expect(copy.output().trim()).toBe(
      `guichet: Cannot write to the data folder ${data}: choose another one with --data.`,
    )
  })
})

test('secrets are made once, are long, and are readable by their owner only, like the mails of the sandbox', async () => {
  const first = begin()
  await untilOpen(first)
  const file = join(folder, 'secrets.json')
  const made = readFileSync(file, 'utf8')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'sandbox')).mode & 0o777).toBe(0o700)
  for (const secret of Object.values(JSON.parse(made) as Record<string, string>)) {
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64url').length).toBeGreaterThanOrEqual(32)
  }
  first.process.kill('SIGTERM')
  await first.exit
  const second = begin()
  await untilOpen(second)
  expect(readFileSync(file, 'utf8')).toBe(made)
  expect(existsSync(join(folder, 'logs', 'tickets.log'))).toBe(true)
})
