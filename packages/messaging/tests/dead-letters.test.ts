import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { emptyDatabase, eventually } from '@guichet/testkit'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readMessageContracts } from '../src/message-contracts.ts'
import { type Bus, connectBus, type Message } from '../src/messaging.ts'
import { aMessage, silent } from './fixture.ts'

const PROGRAM = fileURLToPath(new URL('../src/dead-letters.ts', import.meta.url))
const QUEUE = 'tickets'
const TYPE = 'events.event-deleted.v1'
const example = (await readMessageContracts()).find(({ type }) => type === TYPE)?.example as object
let url: string
let bus: Bus
let refuses = true
let handled: Message[] = []
let sent: Message[]

function run(...args: string[]) {
  return runWith('', ...args)
}
function runWith(input: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, BUS_URL: url },
  })
  return { status, stdout, stderr }
}

beforeAll(async () => {
  const database = await emptyDatabase()
  url = database.url
  bus = connectBus(url, { log: silent })
  const consumer = bus.consume({ queue: QUEUE, types: [TYPE], maxAttempts: 1 }, async (message) => {
    if (refuses) throw new Error('the handler cannot\nand says so at length')
    handled.push(message)
  })
  await consumer.bound
  return async () => {
    await bus.close()
    await database.stop()
  }
})
beforeEach(async () => {
  await bus.deadLetters.discard(QUEUE, 'all')
  refuses = true
  handled = []
  sent = [1, 2].map(() => ({ ...aMessage(TYPE, example), source: 'events' }))
  for (const [n, message] of sent.entries()) {
    await bus.publish([message])
    await eventually(async () => (await bus.deadLetters.count(QUEUE)) === n + 1)
  }
})

describe('the dead-letters command', () => {
  it('lists every queue that a contract names, in words or as JSON lines', () => {
    const { stdout, status } = run('list')
    expect(status).toBe(0)
    expect(stdout).toContain('tickets: 2 dead\n')
    expect(stdout).toContain('notifications: no dead letters\n')
    expect(stdout).toMatch(new RegExp(`${sent[0]?.id}  ${TYPE}  1×  Error: the handler cannot\n`))
    const lines = run('list', QUEUE, '--json', '--limit', '1').stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ queue: QUEUE, key: sent[0]?.id, message: sent[0] }])
  })

  it('shows one whole', () => {
    expect(JSON.parse(run('show', QUEUE, sent[1]?.id ?? '').stdout)).toMatchObject({ message: sent[1], attempts: 1 })
    expect(run('show', QUEUE, 'nobody')).toMatchObject({ status: 1, stderr: 'tickets has no dead letter nobody\n' })
  })

  it('puts back one, or all', async () => {
    refuses = false
    expect(run('replay', QUEUE, sent[0]?.id ?? '').stdout).toBe('1 put back\n')
    await eventually(() => handled.length === 1)
    expect(run('replay', QUEUE, '--all').stdout).toBe('1 put back\n')
    await eventually(() => handled.length === 2)
  })

  it('mends one from a file, and refuses what breaks the contract', async () => {
    const [message] = sent as [Message]
    const broken = runWith(JSON.stringify({ ...message, data: {} }), 'replay', QUEUE, message.id, '--body', '-')
    expect(broken).toMatchObject({ status: 1, stderr: expect.stringContaining('/data must have required property') })
    refuses = false
    const mended = { ...message, subject: 'evt_mended' }
    const done = runWith(JSON.stringify(mended), 'replay', QUEUE, message.id, '--body', '-')
    expect(done).toMatchObject({ status: 0, stdout: '1 mended and put back\n' })
    await eventually(() => handled.length === 1)
    expect(handled).toEqual([mended])
  })

  it('throws away only with a reason, and leaves a line with it', async () => {
    expect(run('discard', QUEUE, '--all')).toMatchObject({ status: 1, stderr: expect.stringContaining('--reason') })
    const { stdout } = run('discard', QUEUE, sent[0]?.id ?? '', '--reason', 'of a test')
    expect(stdout).toMatch(/"reason":"of a test","actor":".+"/)
    // The log is written by a thread of its own: its line may come before or after the answer.
    expect(stdout).toMatch(/^1 discarded$/m)
    expect(await bus.deadLetters.count(QUEUE)).toBe(1)
  })

  it.each([[[]], [['frob']], [['replay', QUEUE]], [['replay', QUEUE, 'x', '--all']], [['list', '--bogus']]])(
    'answers %j with how it is used',
    (args) => {
      const { status, stderr } = run(...args)
      expect(status).toBe(2)
      expect(stderr).toContain('Usage: dead-letters')
    },
  )
})
