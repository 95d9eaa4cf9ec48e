import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually } from '@guichet/testkit'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../src/paths.ts'
import { createPublicApi } from '../src/public-api.ts'
import { openShop, type Shop } from './import/shop-fixture.ts'

interface Got {
  headers: Record<string, string>
  body: string
}

let shop: Shop
let organizerId: string
const got: Got[] = []
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  got.push({ headers: request.headers as Record<string, string>, body })
  response.writeHead(202).end()
})

beforeAll(async () => {
  shop = await openShop({ notifications: true })
  const api = createPublicApi(shop.url, await shop.signIn())
  const made = await api.call<{ id: string }>('accounts', 'POST', '/v1/organizers', {
    body: { name: 'Les Nuits Bleues' },
  })
  organizerId = made.body.id
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
})
afterAll(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await shop?.stop()
})

/** The command as a process of its own, with a one-time link to sign in. */
async function webhooks(
  ...args: string[]
): Promise<{ child: ChildProcess; output: () => string; exit: Promise<number> }> {
  const link = await shop.adminLink()
  const program = join(projectRoot, 'cli', 'src', 'main.ts')
  const child = spawn(process.execPath, [program, 'webhooks', ...args, '--url', shop.url, '--token', link])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exit = once(child, 'close').then(([code]) => Number(code))
  return { child, output: () => output, exit }
}

describe('webhooks listen and trigger', () => {
  test('what happens is posted to a program on this machine, signed, and shown with what it answered', async () => {
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    const listening = await webhooks('listen', '--forward', address, '--secret', secret)
    await eventually(() => listening.output().includes('Posted to'))
    const triggered = await webhooks('trigger', 'order.confirmed', '--organizer', 'les nuits bleues')
    expect(await triggered.exit).toBe(0)
    const [id] = /msg_[0-9a-z]{26}/.exec(triggered.output()) ?? []

    await eventually(() => listening.output().includes('→ 202'))
    expect(listening.output()).toContain(`order.confirmed          ${id} test`)
    const [one, ...more] = got
    expect(more).toEqual([])
    expect(new Webhook(secret).verify(one?.body ?? '', one?.headers ?? {})).toMatchObject({
      type: 'order.confirmed',
      test: true,
      data: { organizerId },
    })
    expect(one?.headers['webhook-id']).toBe(id)
    listening.child.kill('SIGINT')
    expect(await listening.exit).toBe(0)
  })

  test('without a type the types are listed; one that is none is refused in a sentence', async () => {
    const list = await webhooks('trigger')
    expect(await list.exit).toBe(0)
    expect(list.output().split('\n')).toContain('event.cancelled')
    const wrong = await webhooks('trigger', 'order.lost')
    expect(await wrong.exit).toBe(1)
    expect(wrong.output()).toMatch(/^guichet: "order.lost" is no type: order.confirmed, /)
  })

  test.each([
    [['lissen'], /lists what it takes/],
    [['listen', '--forward', 'localhost'], /is not an address/],
    [['listen', '--secret', 'x'], /--secret must be like whsec_/],
    [['listen', '--organizer', 'Nobody'], /There is no organizer "Nobody"/],
    [['trigger', 'order.confirmed', '--endpoint', 'whk_1'], /It was refused/],
  ])('%j is answered in one sentence', async (args, sentence) => {
    const run = await webhooks(...args)
    expect(await run.exit).toBe(1)
    expect(run.output()).toMatch(sentence)
  })
})
