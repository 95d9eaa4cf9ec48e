import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'
import nodemailer, { type SendMailOptions } from 'nodemailer'
import { expect, onTestFinished, test } from 'vitest'
import type { Config } from '../src/inbox/config.ts'
import { createInbox } from '../src/inbox/service.ts'
import { post, startProcess, temporaryFolder } from './process-under-test.ts'

type Message = {
  id: string
  messageId: string
  from: string
  to: string[]
  subject: string
  text: string
  html: string
}

function createClient(url: string, smtpPort: number) {
  const server = { host: '127.0.0.1', port: smtpPort, secure: false }
  return {
    url,
    /** Short of patience only with a server that is to stall: a busy disk takes its time. */
    async send(mail: SendMailOptions, socketTimeout = 120_000) {
      const transport = nodemailer.createTransport({ ...server, greetingTimeout: 120_000, socketTimeout })
      await transport.sendMail({ from: 'guichet@example.org', text: 'Hello', ...mail })
    },
    async list(query = ''): Promise<Message[]> {
      const answer = (await (await fetch(`${url}/messages${query}`)).json()) as { items: Message[] }
      return answer.items
    },
    control: (order: object) => post(`${url}/control`, order),
  }
}

async function startInbox(overrides: Partial<Config> = {}) {
  const config: Config = {
    host: '127.0.0.1',
    httpPort: 0,
    smtpPort: 0,
    journal: await temporaryFolder(),
    basePath: '/inbox',
    messagesMax: 5_000,
    control: true,
    logLevel: 'silent',
    ...overrides,
  }
  const inbox = await createInbox(config)
  const { url, smtpPort } = await inbox.start()
  onTestFinished(() => inbox.stop())
  return createClient(url, smtpPort)
}

test('keeps what arrives by SMTP and lists it newest first, by recipient and by subject', async () => {
  const inbox = await startInbox()
  await inbox.send({
    to: 'Anna <anna@example.org>',
    bcc: 'hidden@example.org',
    subject: 'Vos billets ✓',
    messageId: '<1@x>',
  })
  await inbox.send({ to: 'tom@example.org', subject: 'Reminder', html: '<p>Hi</p>' })
  expect((await inbox.list()).map((message) => message.subject)).toEqual(['Reminder', 'Vos billets ✓'])
  const [found, ...others] = await inbox.list('?to=ANNA@example.org')
  expect(others).toEqual([])
  expect(found).toMatchObject({
    messageId: '<1@x>',
    from: 'guichet@example.org',
    to: ['anna@example.org', 'hidden@example.org'],
    text: 'Hello\n',
    html: null,
  })
  expect(await inbox.list('?subject=remind&limit=1')).toMatchObject([{ subject: 'Reminder', html: '<p>Hi</p>' }])
  expect(await (await fetch(`${inbox.url}/messages/${found?.id}`)).json()).toEqual(found)
  expect((await fetch(`${inbox.url}/messages/msg_none`)).status).toBe(404)
  expect((await fetch(`${inbox.url}/messages?limit=1000`)).status).toBe(400)
})

test('killed with -9, it still has every message that it said 250 to', async () => {
  const [httpPort, smtpPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${httpPort}`
  const journal = await temporaryFolder()
  const environment = { INBOX_HTTP_PORT: `${httpPort}`, INBOX_SMTP_PORT: `${smtpPort}`, INBOX_JOURNAL: journal }
  const first = await startProcess('inbox', environment, url)
  const inbox = createClient(url, smtpPort)
  await Promise.all(Array.from({ length: 20 }, (_, n) => inbox.send({ to: `b${n}@example.org`, subject: `n${n}` })))
  await first.kill('SIGKILL')
  const second = await startProcess('inbox', environment, url)
  expect(await inbox.list('?limit=200')).toHaveLength(20)
  expect((await inbox.control({ next: '550' })).status).toBe(404)
  expect(await second.kill('SIGTERM')).toBe(0)
  expect((await readFile(join(journal, 'journal.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(20)
})

test('answers the next deliveries with 421, 451 or 550 when ordered, only to the recipient named', async () => {
  const inbox = await startInbox()
  for (const code of ['421', '451', '550']) {
    await inbox.control({ next: code, to: 'bad@example.org', count: 1 })
    await inbox.send({ to: 'good@example.org', subject: code })
    const refused = inbox.send({ to: 'bad@example.org', subject: code })
    await expect(refused).rejects.toMatchObject({ responseCode: Number(code) })
    await inbox.send({ to: 'bad@example.org', subject: 'afterwards' })
  }
  await inbox.control({ next: '451', at: 'data' })
  await expect(inbox.send({ to: 'late@example.org' })).rejects.toMatchObject({ responseCode: 451, command: 'DATA' })
  expect(await inbox.list('?to=good')).toHaveLength(3)
  expect(await inbox.list('?to=bad')).toHaveLength(3)
  expect(await inbox.list('?to=late')).toEqual([])
})

test('a drop after the final dot keeps the message and loses the answer; a stall keeps nothing and never answers', async () => {
  const inbox = await startInbox()
  await inbox.control({ next: 'drop' })
  await expect(inbox.send({ to: 'a@example.org', subject: 'dropped' })).rejects.toThrow()
  expect(await inbox.list()).toMatchObject([{ subject: 'dropped' }])
  await inbox.control({ next: 'stall' })
  await expect(inbox.send({ to: 'a@example.org', subject: 'stalled' }, 5_000)).rejects.toThrow(/timeout/i)
  await inbox.send({ to: 'a@example.org', subject: 'sent' })
  expect((await inbox.list()).map((message) => message.subject)).toEqual(['sent', 'dropped'])
})

test('keeps only so many messages, the newest', async () => {
  const inbox = await startInbox({ messagesMax: 3 })
  for (const n of [1, 2, 3, 4, 5]) await inbox.send({ to: 'a@example.org', subject: `n${n}` })
  await eventually(async () => (await inbox.list()).length === 3)
  expect((await inbox.list()).map((message) => message.subject)).toEqual(['n5', 'n4', 'n3'])
})

test('shows hostile words as words, and hostile mail in a frame that can neither run, send nor fetch', async () => {
  const inbox = await startInbox()
  const html =
    '<title>Only for the tab</title><style>p{color:red}</style><p onclick="alert(1)">Hi <a href="javascript:alert(1)">x</a> <a href="https://shop.example/a?b=1&amp;c=2" target="_top">shop</a></p><script>alert(1)</script><form action="https://evil.example"><input name="q"></form><iframe src="https://evil.example"></iframe><svg onload=alert(1)>'
  await inbox.send({ to: 'a@example.org', subject: '<script>alert(1)</script>', html })
  const [message] = await inbox.list()
  const list = await (await fetch(`${inbox.url}/?to=${encodeURIComponent('"><script>')}`)).text()
  const page = await fetch(`${inbox.url}/${message?.id}`)
  const text = await page.text()
  for (const shown of [list, text, await (await fetch(`${inbox.url}/`)).text()]) expect(shown).not.toContain('<script')
  expect(text).toContain(`src="/inbox/${message?.id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"`)
  expect(text).toContain('href="https://shop.example/a?b=1&amp;c=2"')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const frame = await fetch(`${inbox.url}/${message?.id}/html`)
  const framed = await frame.text()
  expect(framed).not.toMatch(/<script|onclick|javascript:|<form|<iframe|<svg|_top/)
  expect(framed).toContain('<style>p{color:red}</style>')
  expect(framed).toContain('target="_blank"')
  expect(framed).not.toContain('Only for the tab')
  expect(frame.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox allow-popups/)
})

test('hands out attachments as downloads, whatever their names', async () => {
  const inbox = await startInbox()
  const attachments = [{ filename: 'é"\r\nx: y.html', content: '<script>alert(1)</script>' }]
  await inbox.send({ to: 'a@example.org', subject: 'Tickets', attachments })
  const [message] = await inbox.list()
  const file = await fetch(`${inbox.url}/${message?.id}/attachments/0`)
  expect(await file.text()).toBe('<script>alert(1)</script>')
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''%C3%A9/)
  expect(file.headers.get('content-type')).toBe('application/octet-stream')
  expect((await fetch(`${inbox.url}/${message?.id}/attachments/1`)).status).toBe(404)
})

test('deletes all only after a question, and not for another site', async () => {
  const inbox = await startInbox()
  await inbox.send({ to: 'a@example.org', subject: 'one' })
  const question = await (await fetch(`${inbox.url}/delete?locale=fr`)).text()
  expect(question).toContain('Supprimer ce message')
  const nothing = new URLSearchParams()
  expect((await post(`${inbox.url}/delete`, nothing, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(await inbox.list()).toHaveLength(1)
  const deleted = await post(`${inbox.url}/delete?locale=fr`, nothing, { 'sec-fetch-site': 'same-origin' })
  expect(deleted.headers.get('location')).toBe('/inbox/?locale=fr')
  expect(await inbox.list()).toEqual([])
})
