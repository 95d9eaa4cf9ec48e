import { freePort } from '@guichet/testkit'
import { expect, test } from 'vitest'
import { countSegments } from '../src/sms/segments.ts'
import { post, startProcess, temporaryFolder } from './process-under-test.ts'

const message = { to: '+33612345678', from: 'Guichet', text: 'À demain, 20 h', idempotencyKey: 'order-1' }

async function startSms(journal?: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = journal ?? (await temporaryFolder())
  const environment = { SMS_PORT: `${port}`, SMS_JOURNAL: folder, SMS_BASE_PATH: '/sandbox/sms', SANDBOX_CONTROL: '1' }
  const running = await startProcess('sms', environment, url)
  const list = async () => ((await (await fetch(`${url}/messages`)).json()) as { items: { text: string }[] }).items
  return { ...running, url, folder, list }
}

test('accepts a message once per key, also across kill -9', async () => {
  const first = await startSms()
  const answers = await Promise.all([1, 2, 3].map(() => post(`${first.url}/messages`, message)))
  const bodies = await Promise.all(answers.map((answer) => answer.json()))
  expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201])
  await first.kill('SIGKILL')
  const second = await startSms(first.folder)
  const again = await post(`${second.url}/messages`, message)
  expect(await again.json()).toEqual(bodies[0])
  expect(bodies[1]).toEqual(bodies[0])
  expect((await post(`${second.url}/messages`, { ...message, text: 'Other' })).status).toBe(422)
  expect(await second.list()).toMatchObject([{ text: message.text, encoding: 'UCS-2', segments: 1 }])
  expect(await second.kill('SIGTERM')).toBe(0)
})

test('fails when ordered: after the effect the same key finds the message already sent', async () => {
  const { url, list } = await startSms()
  await post(`${url}/control`, { next: '500-before' })
  expect((await post(`${url}/messages`, message)).status).toBe(500)
  expect(await list()).toEqual([])
  await post(`${url}/control`, { next: '500-after' })
  expect((await post(`${url}/messages`, message)).status).toBe(500)
  expect((await post(`${url}/messages`, message)).status).toBe(201)
  expect(await list()).toHaveLength(1)
})

test('refuses what is not a text message, and shows hostile text as text', async () => {
  const { url } = await startSms()
  for (const bad of [
    { to: '0612' },
    { text: '' },
    { from: 'x'.repeat(17) },
    { bearer: 'x' },
    { text: 'x'.repeat(1_601) },
  ]) {
    expect((await post(`${url}/messages`, { ...message, ...bad })).status, JSON.stringify(bad)).toBe(400)
  }
  await post(`${url}/messages`, { ...message, text: '<script>alert(1)</script>' })
  const page = await (await fetch(`${url}/?locale=fr`)).text()
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script')
  expect(page).toContain('href="/sandbox/sms/?locale=en"')
})

test('counts parts as a carrier would', () => {
  expect(countSegments('a'.repeat(160))).toEqual({ encoding: 'GSM-7', segments: 1 })
  expect(countSegments('a'.repeat(161))).toEqual({ encoding: 'GSM-7', segments: 2 })
  expect(countSegments('a'.repeat(307))).toEqual({ encoding: 'GSM-7', segments: 3 })
  expect(countSegments('€'.repeat(80))).toEqual({ encoding: 'GSM-7', segments: 1 })
  // 153 is odd: the 77th escape pair does not fit in the first part and is not cut.
  expect(countSegments('€'.repeat(153))).toEqual({ encoding: 'GSM-7', segments: 3 })
  expect(countSegments('ê'.repeat(70))).toEqual({ encoding: 'UCS-2', segments: 1 })
  expect(countSegments('😀'.repeat(36))).toEqual({ encoding: 'UCS-2', segments: 2 })
  expect(countSegments('12\u202f€')).toEqual({ encoding: 'UCS-2', segments: 1 })
})
